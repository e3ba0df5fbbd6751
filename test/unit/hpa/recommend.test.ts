// One look after another, as Kubernetes' HPA controller would take them.
import { describe, expect, it } from '@jest/globals';
import { type RecommendInput, type Recommendation, recommend } from '../../../src/hpa/recommend.ts';
import { EMPTY_STATE, type HpaState, recordScale } from '../../../src/hpa/state.ts';

const at = (count: number) => ({ spec: count, status: count, ready: count });
const queue = (value: number | undefined, target = 1) => [
  { name: 'queue', type: 'AverageValue' as const, target, value },
];
const look = (over: Partial<RecommendInput>): RecommendInput => ({
  nowMs: 0,
  replicas: at(1),
  minReplicas: 1,
  maxReplicas: 100,
  metrics: queue(1),
  ...over,
});

describe('hpa/recommend one look', () => {
  it.each([
    {
      what: 'zero replicas disable it',
      over: { replicas: at(0), metrics: queue(50) },
      to: 0,
      reason: 'ScalingDisabled',
    },
    { what: 'above the maximum', over: { replicas: at(9), maxReplicas: 5 }, to: 5, reason: 'AboveMaximum' },
    { what: 'below the minimum', over: { replicas: at(1), minReplicas: 3 }, to: 3, reason: 'BelowMinimum' },
    {
      what: 'all metrics missing',
      over: { replicas: at(4), metrics: queue(undefined) },
      to: 4,
      reason: 'MetricsMissing',
    },
    { what: 'on target', over: { replicas: at(4), metrics: queue(4) }, to: 4, reason: 'OnTarget' },
    { what: 'up by the default rate', over: { replicas: at(1), metrics: queue(50) }, to: 4, reason: 'AboveTarget' },
    { what: 'double by the default rate', over: { replicas: at(4), metrics: queue(50) }, to: 8, reason: 'AboveTarget' },
    {
      what: 'up by the default behavior',
      over: { replicas: at(1), metrics: queue(50), behavior: {} },
      to: 5,
      reason: 'AboveTarget',
    },
    {
      what: 'never above the maximum',
      over: { replicas: at(4), maxReplicas: 6, metrics: queue(50) },
      to: 6,
      reason: 'AboveTarget',
    },
    { what: 'fresh, it does not go down', over: { replicas: at(4), metrics: queue(1) }, to: 4, reason: 'BelowTarget' },
  ] as const)('$what: $to', ({ over, to, reason }) => {
    expect(recommend(look(over), EMPTY_STATE)).toMatchObject({ desiredReplicas: to, reason });
  });

  it('says what limited and what stabilized it', () => {
    const up = recommend(look({ metrics: queue(50) }), EMPTY_STATE);
    expect(up).toMatchObject({ limitedBy: 'ScaleUpLimit', metric: 'queue' });
    expect(up.stabilizedBy).toBeUndefined();
    const most = recommend(look({ replicas: at(4), maxReplicas: 6, metrics: queue(50), behavior: {} }), EMPTY_STATE);
    expect(most.limitedBy).toBe('TooManyReplicas');
    const held = recommend(look({ replicas: at(4) }), EMPTY_STATE);
    expect(held.stabilizedBy).toBe('ScaleDownStabilized');
    expect(held.limitedBy).toBeUndefined();
    const few = recommend(
      look({ replicas: at(3), minReplicas: 2, metrics: queue(0), scaleDownWindowMs: 0 }),
      EMPTY_STATE,
    );
    expect(few).toMatchObject({ desiredReplicas: 2, limitedBy: 'TooFewReplicas' });
  });

  it('with behavior, a smaller size that somebody chose by hand is left alone; without, the window wins', () => {
    const past: HpaState = { ...EMPTY_STATE, recommendations: [{ atMs: 0, replicas: 10 }] };
    const small = { nowMs: 60_000, replicas: at(5), metrics: queue(3) };
    expect(recommend(look({ ...small, behavior: {} }), past).desiredReplicas).toBe(5);
    expect(recommend(look(small), past).desiredReplicas).toBe(10);
  });
});

/** Runs looks at 15 s, writing each new size; gives the sizes. */
function timeline(start: number, values: readonly number[], over: Partial<RecommendInput> = {}): readonly number[] {
  let size = start;
  let state = EMPTY_STATE;
  return values.map((value, i) => {
    const nowMs = i * 15_000;
    const seen: Recommendation = recommend(look({ nowMs, replicas: at(size), metrics: queue(value), ...over }), state);
    state = seen.state;
    if (seen.desiredReplicas !== size) state = recordScale(state, size, seen.desiredReplicas, nowMs);
    size = seen.desiredReplicas;
    return size;
  });
}

describe('hpa/recommend over time', () => {
  it('doubles look by look', () => {
    expect(timeline(1, [50, 50, 50, 50, 50])).toEqual([4, 8, 16, 32, 50]);
  });

  it('goes down five minutes after the last higher recommendation, in one step', () => {
    const sizes = timeline(10, [10, ...Array.from({ length: 21 }, () => 2)]);
    expect(sizes.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 10));
    expect(sizes.slice(20)).toEqual([2, 2]);
  });

  it('does not flap: a swing shorter than the window moves nothing down', () => {
    const swings = Array.from({ length: 60 }, (_, i) => (i % 10 === 0 ? 10 : 1));
    expect(new Set(timeline(10, swings))).toEqual(new Set([10]));
  });

  it('goes down by policy: 80 pods towards 10, at most 10 % or 4 pods a minute', () => {
    const behavior = {
      scaleDown: {
        stabilizationWindowSeconds: 0,
        policies: [
          { type: 'Pods', value: 4, periodSeconds: 60 },
          { type: 'Percent', value: 10, periodSeconds: 60 },
        ],
      },
    } as const;
    const minutes = timeline(
      80,
      Array.from({ length: 60 }, () => 10),
      { behavior },
    ).filter((_, i) => i % 4 === 0);
    expect(minutes).toEqual([72, 64, 57, 51, 45, 40, 36, 32, 28, 24, 20, 16, 12, 10, 10]);
  });

  it('waits for a scaleUp window with the lowest recommendation of it', () => {
    const behavior = { scaleUp: { stabilizationWindowSeconds: 60 } };
    expect(timeline(2, [20, 6, 20, 20, 20, 20, 20], { behavior })).toEqual([2, 2, 2, 2, 6, 12, 20]);
  });

  it('resumes after a missing metric without having moved', () => {
    const state = recommend(look({ replicas: at(5), metrics: queue(5) }), EMPTY_STATE).state;
    const blind = recommend(look({ nowMs: 15_000, replicas: at(5), metrics: queue(undefined) }), state);
    expect(blind.desiredReplicas).toBe(5);
    expect(blind.state).toEqual(state);
  });
});
