// Label and field selectors.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ApiObject } from '../../../../src/sandbox/api-server/object.ts';
import {
  parseFieldSelector,
  parseLabelSelector,
  selectorFromObject,
  selectorText,
} from '../../../../src/sandbox/api-server/selectors.ts';

describe('sandbox/api-server/selectors', () => {
  const labels = { app: 'web', tier: 'front', 'example.com/x': '' };
  it.each([
    ['', true],
    ['app=web', true],
    ['app==web,tier!=back', true],
    ['app in (api, web)', true],
    ['app notin (api,web)', false],
    ['missing notin (a)', true],
    ['missing!=a', true],
    ['tier', true],
    ['!tier', false],
    ['!missing', true],
    ['example.com/x=', true],
    ['app=api', false],
  ])('%j on the labels is %j', (selector, expected) => {
    expect(parseLabelSelector(selector)(labels)).toBe(expected);
  });

  it.each(['a b c', 'a in b', 'a=(b)', '=x'])('refuses %j with a 400', (selector) => {
    expect(() => parseLabelSelector(selector)).toThrow(expect.objectContaining({ status: 400 }));
  });

  it('reads the text of a selector object as the object itself', () => {
    const word = fc.stringMatching(/^[a-z]{1,4}$/);
    const requirement = fc.oneof(
      fc.record({
        key: word,
        operator: fc.constantFrom('In', 'NotIn'),
        values: fc.array(word, { minLength: 1, maxLength: 3 }),
      }),
      fc.record({ key: word, operator: fc.constantFrom('Exists', 'DoesNotExist') }),
    );
    const selector = fc.record({
      matchLabels: fc.dictionary(word, word),
      matchExpressions: fc.array(requirement, { maxLength: 3 }),
    });
    fc.assert(
      fc.property(selector, fc.dictionary(word, word), (given, on) => {
        expect(parseLabelSelector(selectorText(given))(on)).toBe(selectorFromObject(given)(on));
      }),
    );
  });

  it('matches nothing when there is no selector', () => {
    expect(selectorFromObject(undefined)({})).toBe(false);
    expect(selectorFromObject({})({})).toBe(true);
  });

  it('selects by the fields a kind allows, and says so for the others', () => {
    const pod = {
      metadata: { name: 'p' },
      spec: { nodeName: 'n' },
      status: { phase: 'Running' },
    } as unknown as ApiObject;
    const allowed = ['spec.nodeName', 'status.phase'];
    expect(parseFieldSelector('metadata.name=p,status.phase!=Failed', allowed)(pod)).toBe(true);
    expect(parseFieldSelector('spec.nodeName=', allowed)(pod)).toBe(false);
    expect(() => parseFieldSelector('spec.x=1', allowed)).toThrow('field label not supported: spec.x');
    expect(() => parseFieldSelector('spec.x=1', [])).toThrow('"spec.x" is not a known field selector');
  });
});
