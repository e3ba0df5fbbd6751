// The pause and force annotations.
import { describe, expect, it } from '@jest/globals';
import { excludedLabels, isForcedActive, mayTakeOverHpa, pauseOf } from '../../../src/api/annotations.ts';

const annotated = (annotations?: Record<string, string>) => ({ metadata: annotations ? { annotations } : {} });
const P = 'autoscaling.keda.sh/paused';
const running = { kind: 'running', scaleIn: 'allowed', scaleOut: 'allowed' };

describe('pauseOf', () => {
  it.each([
    ['nothing', undefined, running],
    ['paused', { [P]: 'true' }, { kind: 'paused' }],
    ['the empty string, which counts as true', { [P]: '' }, { kind: 'paused' }],
    ['a word that is no boolean, which counts as true', { [P]: 'no' }, { kind: 'paused' }],
    ['False', { [P]: 'False' }, running],
    ['0', { [P]: '0' }, running],
    ['f', { [P]: 'f' }, running],
    ['FaLse, which Go does not know', { [P]: 'FaLse' }, { kind: 'paused' }],
    ['paused-replicas', { [`${P}-replicas`]: '2' }, { kind: 'paused-at', replicas: 2 }],
    [
      'paused-replicas beside paused false',
      { [P]: 'false', [`${P}-replicas`]: '0' },
      { kind: 'paused-at', replicas: 0 },
    ],
    [
      'paused-replicas that is no number',
      { [`${P}-replicas`]: 'two' },
      { kind: 'invalid', annotation: `${P}-replicas`, value: 'two' },
    ],
    [
      'paused-replicas beyond 32 bits',
      { [`${P}-replicas`]: '2147483648' },
      { kind: 'invalid', annotation: `${P}-replicas`, value: '2147483648' },
    ],
    [
      'paused-replicas below zero',
      { [`${P}-replicas`]: '-1' },
      { kind: 'invalid', annotation: `${P}-replicas`, value: '-1' },
    ],
    [
      'paused-replicas that is empty',
      { [`${P}-replicas`]: '' },
      { kind: 'invalid', annotation: `${P}-replicas`, value: '' },
    ],
    ['paused-scale-in', { [`${P}-scale-in`]: 'true' }, { ...running, scaleIn: 'paused' }],
    ['paused-scale-out', { [`${P}-scale-out`]: 'x' }, { ...running, scaleOut: 'paused' }],
    [
      'both directions',
      { [`${P}-scale-in`]: '1', [`${P}-scale-out`]: 't' },
      { kind: 'running', scaleIn: 'paused', scaleOut: 'paused' },
    ],
  ])('understands %s', (_, annotations, expected) => expect(pauseOf(annotated(annotations))).toEqual(expected));
});

it('forces activity by annotation', () => {
  expect(isForcedActive(annotated({ 'autoscaling.keda.sh/force-activation': '' }))).toBe(true);
  expect(isForcedActive(annotated({ 'autoscaling.keda.sh/force-activation': 'false' }))).toBe(false);
  expect(isForcedActive(annotated())).toBe(false);
});

it('lets an HPA be taken over by exactly "true" only', () => {
  const key = 'scaledobject.keda.sh/transfer-hpa-ownership';
  expect([mayTakeOverHpa(annotated({ [key]: 'true' })), mayTakeOverHpa(annotated({ [key]: 'True' }))]).toEqual([
    true,
    false,
  ]);
});

it('splits excluded labels at commas without trimming them', () => {
  const key = 'scaledobject.keda.sh/hpa-excluded-labels';
  expect([...excludedLabels(annotated({ [key]: 'a, b' }), key)]).toEqual(['a', ' b']);
  expect(excludedLabels(annotated(), key).size).toBe(0);
});
