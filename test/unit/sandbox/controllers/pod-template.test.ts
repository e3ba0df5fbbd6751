// Names and hashes.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { generateName, hashTemplate, sameTemplate } from '../../../../src/sandbox/controllers/pod-template.ts';
import { selectorMatches, selectorQuery } from '../../../../src/sandbox/controllers/label-selector.ts';
import { aTemplate } from '../../../support/workload-world.ts';

describe('sandbox/controllers pod-template', () => {
  it('gives one content one hash, whatever the order of its fields', () => {
    const a = { metadata: { labels: { x: '1', y: '2' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
    const b = { spec: { containers: [{ image: 'i', name: 'c' }] }, metadata: { labels: { y: '2', x: '1' } } };
    expect(hashTemplate(a)).toBe(hashTemplate(b));
    expect(hashTemplate(a, 1)).not.toBe(hashTemplate(a));
    expect(hashTemplate({ ...a, spec: { containers: [{ name: 'ç', image: 'i' }] } })).not.toBe(hashTemplate(a));
  });

  it('takes two templates for the same when only the hash label differs', () => {
    const labelled = aTemplate({ app: 'web', 'pod-template-hash': 'abc' });
    expect(sameTemplate(labelled, aTemplate({ app: 'web' }))).toBe(true);
    expect(sameTemplate(labelled, aTemplate({ app: 'web' }, 'app:2'))).toBe(false);
  });

  it('makes names of at most 63 characters that are valid DNS labels', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 80 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (n, r) => {
          expect(generateName(`${'a'.repeat(n)}-`, () => r)).toMatch(/^[a-z][a-z0-9-]{0,61}[a-z0-9]$/);
        },
      ),
    );
  });
});

describe('sandbox/controllers label-selector', () => {
  const labels = { app: 'web', tier: 'front' };
  it.each([
    [{}, '', true],
    [{ matchLabels: { app: 'web', tier: 'front' } }, 'app=web,tier=front', true],
    [{ matchLabels: { app: 'db' } }, 'app=db', false],
    [{ matchExpressions: [{ key: 'app', operator: 'In', values: ['web', 'db'] }] }, 'app in (web,db)', true],
    [{ matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['web'] }] }, 'app notin (web)', false],
    [{ matchExpressions: [{ key: 'zone', operator: 'NotIn', values: ['a'] }] }, 'zone notin (a)', true],
    [{ matchExpressions: [{ key: 'tier', operator: 'Exists' }] }, 'tier', true],
    [{ matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] }, '!tier', false],
  ] as const)('%j is %s', (selector, text, matches) => {
    expect(selectorQuery(selector)).toBe(text);
    expect(selectorMatches(selector, labels)).toBe(matches);
  });
});
