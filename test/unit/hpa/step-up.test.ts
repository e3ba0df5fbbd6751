// The direct step: where one write goes.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EMPTY_STATE, recordScale } from '../../../src/hpa/state.ts';
import { type StepUpInput, stepUp } from '../../../src/hpa/step-up.ts';

const queue = (value: number | undefined, target = 5) => [
  { name: 'queue', type: 'AverageValue' as const, target, value },
];
const step = (over: Partial<StepUpInput>): StepUpInput => ({
  nowMs: 0,
  currentReplicas: 0,
  minReplicas: 0,
  maxReplicas: 10,
  metrics: queue(50),
  ...over,
});

describe('hpa/step-up', () => {
  it.each([
    { what: 'from zero to the whole demand', over: {}, to: 10 },
    { what: 'one message is enough for one', over: { metrics: queue(1) }, to: 1 },
    { what: 'never above the maximum', over: { metrics: queue(5000) }, to: 10, limitedBy: 'TooManyReplicas' },
    { what: 'at least the minimum', over: { minReplicas: 3, metrics: queue(1) }, to: 3 },
    { what: 'awake without demand means one', over: { metrics: queue(0) }, to: 1 },
    { what: 'awake without any value means one', over: { metrics: queue(undefined) }, to: 1 },
    { what: 'no metric at all means one', over: { metrics: [] }, to: 1 },
    { what: 'never down', over: { currentReplicas: 7, metrics: queue(5) }, to: 7 },
    { what: 'a size above the maximum is not its business', over: { currentReplicas: 12 }, to: 12 },
    { what: 'within tolerance it stays', over: { currentReplicas: 9, metrics: queue(49) }, to: 9 },
    { what: 'beyond tolerance it goes', over: { currentReplicas: 9, metrics: queue(50) }, to: 10 },
    {
      what: 'the user allows four pods a minute',
      over: { currentReplicas: 1, scaleUp: { policies: [{ type: 'Pods', value: 4, periodSeconds: 60 }] } },
      to: 5,
      limitedBy: 'ScaleUpLimit',
    },
    {
      what: 'a percentage of zero still wakes',
      over: { scaleUp: { policies: [{ type: 'Percent', value: 100, periodSeconds: 60 }] } },
      to: 1,
      limitedBy: 'ScaleUpLimit',
    },
    {
      what: 'a disabled scaleUp still wakes',
      over: { scaleUp: { selectPolicy: 'Disabled' } },
      to: 1,
      limitedBy: 'ScaleUpLimit',
    },
    {
      what: 'a disabled scaleUp stays',
      over: { currentReplicas: 2, scaleUp: { selectPolicy: 'Disabled' } },
      to: 2,
      limitedBy: 'ScaleUpLimit',
    },
    {
      what: 'a scaleUp without policies has no rate',
      over: { currentReplicas: 1, scaleUp: { stabilizationWindowSeconds: 0 } },
      to: 10,
    },
    {
      what: 'a window that has just begun holds',
      over: { currentReplicas: 2, scaleUp: { stabilizationWindowSeconds: 60 } },
      to: 2,
      limitedBy: 'ScaleUpStabilized',
    },
  ] as const)('$what: $to', ({ over, to, ...rest }) => {
    const result = stepUp(step(over));
    expect(result.desiredReplicas).toBe(to);
    expect(result.limitedBy).toBe('limitedBy' in rest ? rest.limitedBy : undefined);
  });

  it('goes on when the window has passed or the period has room again', () => {
    const windowed = step({ currentReplicas: 2, scaleUp: { stabilizationWindowSeconds: 60 } });
    const { state } = stepUp(windowed);
    expect(stepUp({ ...windowed, nowMs: 60_000 }, state).desiredReplicas).toBe(10);

    const paced = step({ currentReplicas: 1, scaleUp: { policies: [{ type: 'Pods', value: 4, periodSeconds: 60 }] } });
    const after = recordScale(stepUp(paced).state, 1, 5, 0);
    expect(stepUp({ ...paced, currentReplicas: 5, nowMs: 30_000 }, after).desiredReplicas).toBe(5);
    expect(stepUp({ ...paced, currentReplicas: 5, nowMs: 60_000 }, after).desiredReplicas).toBe(9);
  });

  it('is not held by what was recommended and done in an hour that the clock was set back from', () => {
    const rules = {
      stabilizationWindowSeconds: 60,
      policies: [{ type: 'Pods', value: 4, periodSeconds: 60 } as const],
    };
    for (const scaleUp of [undefined, rules]) {
      const ahead = step({ nowMs: 3_600_000, currentReplicas: 1, metrics: queue(10), scaleUp });
      const after = recordScale(stepUp(ahead).state, 1, 5, 3_600_000);
      const { state } = stepUp({ ...ahead, nowMs: 0, currentReplicas: 5, metrics: queue(50) }, after);
      const later = { ...ahead, nowMs: 61_000, currentReplicas: 5, metrics: queue(50) };
      expect(stepUp(later, state).desiredReplicas).toBe(scaleUp ? 9 : 10);
    }
  });

  it('follows the metrics it has and names the others', () => {
    const result = stepUp(
      step({ metrics: [...queue(20), { name: 'lost', type: 'Value', target: 1, value: undefined }] }),
    );
    expect(result).toMatchObject({ desiredReplicas: 4, metric: 'queue', missing: ['lost'] });
  });

  it('never goes down, never beyond the maximum, and a second look asks for nothing more', () => {
    fc.assert(
      fc.property(
        fc.record({
          nowMs: fc.constant(0),
          currentReplicas: fc.integer({ min: 0, max: 50 }),
          minReplicas: fc.integer({ min: 0, max: 5 }),
          maxReplicas: fc.integer({ min: 5, max: 60 }),
          metrics: fc.integer({ min: 0, max: 1000 }).map((value) => queue(value)),
        }),
        (input) => {
          const { desiredReplicas } = stepUp(input, EMPTY_STATE);
          expect(desiredReplicas).toBeGreaterThanOrEqual(Math.max(1, input.currentReplicas, input.minReplicas));
          expect(desiredReplicas).toBeLessThanOrEqual(Math.max(input.currentReplicas, input.maxReplicas));
          expect(stepUp({ ...input, currentReplicas: desiredReplicas }).desiredReplicas).toBe(desiredReplicas);
        },
      ),
    );
  });
});
