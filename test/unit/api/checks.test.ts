// What KEDA's webhook and operator check beyond the schema.
import { describe, expect, it } from '@jest/globals';
import { checkFallback, checkNames, checkReplicaBounds, checkTriggers, hpaNameOf } from '../../../src/api/checks.ts';
import type { ScaledObject, ScaledObjectSpec } from '../../../src/api/scaled-object.ts';

const fields = (issues: readonly { field: string }[]) => issues.map((issue) => issue.field);

describe('checkReplicaBounds', () => {
  it.each<[string, number | undefined, number | undefined, number | undefined, string[]]>([
    ['nothing set', undefined, undefined, undefined, []],
    ['min up to the default max', 100, undefined, undefined, []],
    ['min above the default max', 101, undefined, undefined, ['spec.minReplicaCount']],
    ['min equal to max', 5, 5, undefined, []],
    ['min above max', 6, 5, undefined, ['spec.minReplicaCount']],
    ['idle 0 without min', undefined, undefined, 0, ['spec.idleReplicaCount']],
    ['idle 0 with min 0, which KEDA counts as 1', 0, undefined, 0, []],
    ['idle 0 with min 1', 1, undefined, 0, []],
    ['idle equal to min', 2, undefined, 2, ['spec.idleReplicaCount']],
    ['idle below min', 2, undefined, 1, []],
    ['both mistakes at once', 6, 5, 7, ['spec.minReplicaCount', 'spec.idleReplicaCount']],
  ])('%s', (_, minReplicaCount, maxReplicaCount, idleReplicaCount, expected) => {
    const spec = Object.fromEntries(
      Object.entries({ minReplicaCount, maxReplicaCount, idleReplicaCount }).filter(([, v]) => v !== undefined),
    );
    expect(fields(checkReplicaBounds(spec))).toEqual(expected);
  });
  it('says what to do', () => {
    expect(checkReplicaBounds({ minReplicaCount: 200 })[0]?.message).toBe(
      'expected at most maxReplicaCount (100, the default), found 200',
    );
    expect(checkReplicaBounds({ idleReplicaCount: 0 })[0]?.message).toMatch(
      /set minReplicaCount to at least 1 or remove/,
    );
  });
});

describe('checkTriggers', () => {
  const cacheable = (type: string) => type !== 'cpu';
  it.each([
    ['none at all', [], ['spec.triggers']],
    ['two without names', [{ type: 'a' }, { type: 'a' }], []],
    [
      'two with empty names',
      [
        { type: 'a', name: '' },
        { type: 'a', name: '' },
      ],
      [],
    ],
    [
      'one name twice',
      [
        { type: 'a', name: 'x' },
        { type: 'b', name: 'x' },
      ],
      ['spec.triggers[1].name'],
    ],
    ['a cached cpu trigger', [{ type: 'cpu', useCachedMetrics: true }], ['spec.triggers[0].useCachedMetrics']],
    ['a cpu trigger that is not cached', [{ type: 'cpu', useCachedMetrics: false }], []],
    ['a cached redis trigger', [{ type: 'redis', useCachedMetrics: true }], []],
  ])('%s', (_, triggers, expected) => expect(fields(checkTriggers(triggers, { cacheable }))).toEqual(expected));
});

const spec = (more: Partial<ScaledObjectSpec>, ...types: string[]): ScaledObjectSpec => ({
  scaleTargetRef: { name: 'x' },
  triggers: types.map((type) => ({ type, metadata: {} })),
  ...more,
});

describe('checkFallback', () => {
  const polled = (type: string) => !['cpu', 'memory'].includes(type);
  const fallback = { failureThreshold: 1, replicas: 1 };
  it.each<[string, ScaledObjectSpec, string[]]>([
    ['no fallback', spec({}, 'cpu'), []],
    ['a polled trigger', spec({ fallback }, 'cpu', 'redis'), []],
    ['cpu and memory only', spec({ fallback }, 'cpu', 'memory'), ['spec.fallback']],
    [
      'cpu only, with a formula',
      spec({ fallback, advanced: { scalingModifiers: { formula: 'a', target: '1' } } }, 'cpu'),
      [],
    ],
    [
      'behavior scalingModifiers without a formula',
      spec({ fallback: { ...fallback, behavior: 'scalingModifiers' } }, 'redis'),
      ['spec.fallback.behavior'],
    ],
  ])('%s', (_, given, expected) => expect(fields(checkFallback(given, { polled }))).toEqual(expected));
});

describe('checkNames', () => {
  const named = (length: number, hpa?: string): ScaledObject => ({
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: { name: 'n'.repeat(length) },
    spec: spec(hpa === undefined ? {} : { advanced: { horizontalPodAutoscalerConfig: { name: hpa } } }, 'redis'),
  });
  it.each([
    [54, undefined, []],
    [55, undefined, ['metadata.name']],
    [63, 'short', []],
    [64, 'short', ['metadata.name']],
    [5, 'h'.repeat(64), ['spec.advanced.horizontalPodAutoscalerConfig.name']],
  ])('a name of %i characters with the HPA name %s', (length, hpa, expected) =>
    expect(fields(checkNames(named(length, hpa)))).toEqual(expected),
  );
  it('takes an empty HPA name for none', () => expect(hpaNameOf(named(2, ''))).toBe('keda-hpa-nn'));
});
