// Policies, on the examples of Kubernetes' documentation and of KEP-853.
import { describe, expect, it } from '@jest/globals';
import type { HpaBehavior, HpaScalingPolicy } from '../../../src/api/hpa-behavior.ts';
import {
  isSameBehavior,
  scaleDownLimit,
  scaleDownRules,
  scaleUpLimit,
  scaleUpRules,
  tolerancesOf,
} from '../../../src/hpa/behavior.ts';
import { EMPTY_STATE, recordScale } from '../../../src/hpa/state.ts';

const pods = (value: number, periodSeconds = 60): HpaScalingPolicy => ({ type: 'Pods', value, periodSeconds });
const percent = (value: number, periodSeconds = 60): HpaScalingPolicy => ({ type: 'Percent', value, periodSeconds });

describe('hpa/behavior limits', () => {
  it.each([
    { what: 'default: four more', now: 1, rules: {}, limit: 5 },
    { what: 'default: double', now: 10, rules: {}, limit: 20 },
    { what: 'ten times', now: 1, rules: { policies: [percent(900)] }, limit: 10 },
    { what: 'one at a time', now: 7, rules: { policies: [pods(1)] }, limit: 8 },
    { what: 'a small percentage still grows', now: 3, rules: { policies: [percent(10)] }, limit: 4 },
    { what: 'Max takes the larger change', now: 10, rules: { policies: [pods(4), percent(10)] }, limit: 14 },
    {
      what: 'Min takes the smaller change',
      now: 10,
      rules: { selectPolicy: 'Min', policies: [pods(4), percent(10)] },
      limit: 11,
    },
    { what: 'Disabled', now: 10, rules: { selectPolicy: 'Disabled' }, limit: 10 },
    { what: 'no policy', now: 10, rules: { policies: [] }, limit: 10 },
  ] as const)('up, $what: $now -> $limit', ({ now, rules, limit }) => {
    expect(scaleUpLimit(now, scaleUpRules(rules), EMPTY_STATE, 0)).toBe(limit);
  });

  it.each([
    { what: 'default: everything', now: 80, rules: {}, limit: 0 },
    { what: '10 % of 80 is 8', now: 80, rules: { policies: [pods(4), percent(10)] }, limit: 72 },
    { what: '10 % of 72 counts as 8', now: 72, rules: { policies: [pods(4), percent(10)] }, limit: 64 },
    { what: 'below 40, four pods are more than 10 %', now: 38, rules: { policies: [pods(4), percent(10)] }, limit: 34 },
    { what: 'Min', now: 80, rules: { selectPolicy: 'Min', policies: [pods(4), percent(10)] }, limit: 76 },
    { what: 'Disabled', now: 80, rules: { selectPolicy: 'Disabled' }, limit: 80 },
  ] as const)('down, $what: $now -> $limit', ({ now, rules, limit }) => {
    expect(scaleDownLimit(now, scaleDownRules(rules), EMPTY_STATE, 0)).toBe(limit);
  });

  it('counts what the same period already changed, in both directions', () => {
    const rules = scaleUpRules({ policies: [pods(4, 60)] });
    const grown = recordScale(EMPTY_STATE, 10, 13, 1_000);
    expect(scaleUpLimit(13, rules, grown, 30_000)).toBe(14);
    const shrunk = recordScale(grown, 13, 11, 31_000);
    expect(scaleUpLimit(11, rules, shrunk, 40_000)).toBe(14);
    expect(scaleUpLimit(11, rules, shrunk, 61_000)).toBe(17);
  });

  it('stays where it is when the period is used up', () => {
    const grown = recordScale(EMPTY_STATE, 10, 20, 0);
    expect(scaleUpLimit(20, scaleUpRules({ policies: [pods(1, 60)] }), grown, 1_000)).toBe(20);
    const shrunk = recordScale(EMPTY_STATE, 20, 10, 0);
    expect(scaleDownLimit(10, scaleDownRules({ policies: [pods(1, 60)] }), shrunk, 1_000)).toBe(10);
  });
});

describe('hpa/behavior defaults', () => {
  it('fills only what is not written', () => {
    expect(scaleUpRules({ stabilizationWindowSeconds: 30 })).toEqual({
      stabilizationMs: 30_000,
      selectPolicy: 'Max',
      policies: [pods(4, 15), percent(100, 15)],
    });
    expect(scaleDownRules()).toEqual({ stabilizationMs: 300_000, selectPolicy: 'Max', policies: [percent(100, 15)] });
    expect(scaleDownRules({ stabilizationWindowSeconds: 0 }).stabilizationMs).toBe(0);
  });

  it('reads tolerances as quantities, per direction', () => {
    expect(tolerancesOf({ scaleUp: { tolerance: '50m' }, scaleDown: { tolerance: 0 } })).toEqual({ up: 0.05, down: 0 });
    expect(tolerancesOf(undefined, 0.2)).toEqual({ up: 0.2, down: 0.2 });
    expect(tolerancesOf({ scaleUp: { tolerance: 'much' } })).toEqual({ up: 0.1, down: 0.1 });
  });
});

describe('hpa/behavior isSameBehavior', () => {
  const completed = {
    scaleUp: { stabilizationWindowSeconds: 0, selectPolicy: 'Max', policies: [pods(4, 15), percent(100, 15)] },
    scaleDown: { selectPolicy: 'Max', policies: [percent(100, 15)] },
  };
  it.each<[string, HpaBehavior | undefined, HpaBehavior | undefined, boolean]>([
    ['nothing and nothing', undefined, undefined, true],
    ['nothing and what Kubernetes fills in', undefined, completed, true],
    ['a part and the whole', { scaleDown: {} }, completed, true],
    ['a window of 300 s and none', { scaleDown: { stabilizationWindowSeconds: 300 } }, undefined, true],
    ['another window', { scaleDown: { stabilizationWindowSeconds: 301 } }, completed, false],
    ['a direction that is switched off', { scaleUp: { selectPolicy: 'Disabled' } }, completed, false],
    ['a policy less', { scaleUp: { policies: [pods(4, 15)] } }, completed, false],
    ['one tolerance in two spellings', { scaleUp: { tolerance: '50m' } }, { scaleUp: { tolerance: '0.05' } }, true],
    ['a tolerance and none', { scaleUp: { tolerance: '50m' } }, {}, false],
    [
      'the default tolerance and none, which the program may have been told otherwise',
      { scaleUp: { tolerance: '0.1' } },
      {},
      false,
    ],
  ])('compares %s', (_what, a, b, expected) => {
    expect([isSameBehavior(a, b), isSameBehavior(b, a)]).toEqual([expected, expected]);
  });
});
