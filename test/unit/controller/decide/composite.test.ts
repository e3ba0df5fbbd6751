// One metric computed of several triggers: what it gives, and what stands in for it.
import { describe, expect, it } from '@jest/globals';
import { metricsOf } from '../../../../src/controller/decide/composite.ts';
import { decide } from '../../../../src/controller/decide/decide.ts';
import type { Observation, TriggerState } from '../../../../src/controller/decide/observation.ts';
import { type FallbackPolicy, policyOf, type ScalingPolicy } from '../../../../src/controller/decide/policy.ts';
import { EMPTY_STATE } from '../../../../src/hpa/state.ts';
import { aScaledObject } from '../../../support/controller-world.ts';

const NOW = 1_800_000_000_000;
const RUNNING = { kind: 'running', scaleIn: 'allowed', scaleOut: 'allowed' } as const;

interface Wish {
  readonly formula: string;
  readonly metricType?: 'AverageValue' | 'Value';
  readonly activationTarget?: string;
  readonly fallback?: FallbackPolicy;
}

/** Over triggers named a, b and c, with a target of 10. */
const aPolicy = ({ fallback, ...modifiers }: Wish): ScalingPolicy => {
  const triggers = ['a', 'b', 'c'].map((name) => ({ type: 'queue', name, metadata: {} }));
  const advanced = { scalingModifiers: { target: '10', ...modifiers } };
  const object = aScaledObject('worker', { triggers, advanced, ...(fallback ? { fallback } : {}) });
  return policyOf(object, RUNNING, { readTimeoutMs: 3_000 });
};

const value = (index: number, length: number, at = NOW): TriggerState => ({
  kind: 'value',
  metric: `s${index}-queue`,
  index,
  value: length,
  isActive: length > 0,
  target: 1,
  type: 'AverageValue',
  at,
});
const failed = (index: number, failures = 1): TriggerState => ({
  kind: 'failed',
  metric: `s${index}-queue`,
  index,
  failures,
  code: 'SOURCE_TIMEOUT',
  message: `queue ${index}: no answer`,
});
const seen = (triggers: readonly TriggerState[], over: Partial<Observation> = {}): Observation => ({
  now: NOW,
  createdAt: NOW - 3_600_000,
  lastActiveAt: NOW - 3_600_000,
  replicas: 0,
  readyReplicas: undefined,
  triggers,
  phaseMs: 0,
  history: EMPTY_STATE,
  ...over,
});
const three = [value(0, 4), value(1, 30), value(2, 0)];
const aFallback = (over: Partial<FallbackPolicy> = {}): FallbackPolicy => ({
  failureThreshold: 2,
  replicas: 6,
  behavior: 'static',
  ...over,
});

describe('the composite metric', () => {
  it.each<[string, Partial<Wish>, readonly TriggerState[], object]>([
    ['is what the formula makes of the triggers', { formula: 'a + b * 2' }, three, { value: 64, isActive: true }],
    [
      'is as old as its oldest value',
      { formula: 'a + b' },
      [value(0, 1, NOW - 9_000), three[1] ?? value(1, 0)],
      { at: NOW - 9_000 },
    ],
    ['needs no trigger that the formula does not', { formula: 'a' }, [value(0, 4), failed(1)], { value: 4 }],
    ['is cut off to thousandths', { formula: 'a / 3' }, three, { value: 1.333 }],
    [
      'is nothing below zero for an HPA, and itself for the activation',
      { formula: 'a - b', activationTarget: '-30' },
      three,
      { value: 0, isActive: true },
    ],
    [
      'is active above activationTarget only',
      { formula: 'a', activationTarget: '4' },
      three,
      { value: 4, isActive: false },
    ],
    [
      'is failed while a trigger is',
      { formula: 'a + b' },
      [value(0, 4), failed(1)],
      { kind: 'failed', message: 'queue 1: no answer' },
    ],
    [
      'is unknown when it is infinite',
      { formula: 'a / c' },
      three,
      {
        kind: 'failed',
        message: 'the formula gives Infinity, which is no number to scale by: does it divide by zero?',
      },
    ],
    ['is unknown when it is NaN', { formula: 'c / c' }, three, { kind: 'failed' }],
    [
      'is unknown when it cannot be computed',
      { formula: '[1, 2][int(a)]' },
      three,
      { kind: 'failed', message: 'the formula cannot be computed: column 7: there is no item 4 in an array of 2' },
    ],
    [
      'is unknown when it is nil and nothing stands in',
      { formula: 'a > 0 ? nil : b ?? 0' },
      three,
      { kind: 'failed', message: 'the formula gives nil, and there is no fallback for it' },
    ],
    [
      'gives way to the fallback when it is nil',
      { formula: 'a > 0 ? nil : b ?? 0', fallback: aFallback() },
      three,
      { value: 60, isActive: true },
    ],
    [
      'asks one trigger for one metric',
      { formula: 'a' },
      [value(0, 4), { ...value(0, 5), metric: 's0-more' }],
      { kind: 'failed', message: 'the trigger "a" has several metrics: a formula needs one' },
    ],
  ])('%s', (_, wish, triggers, expected) => {
    const [metric] = metricsOf(aPolicy({ formula: '', ...wish }), seen(triggers));
    expect(metric).toMatchObject({ metric: 'composite-metric', target: 10, type: 'AverageValue', ...expected });
  });

  it('is nil to the formula where the fallback says scalingModifiers, once the threshold is passed', () => {
    const policy = aPolicy({ formula: '(a ?? 100) + b', fallback: aFallback({ behavior: 'scalingModifiers' }) });
    expect(metricsOf(policy, seen([failed(0, 3), value(1, 5)]))).toMatchObject([{ value: 105 }]);
    expect(metricsOf(policy, seen([failed(0, 2), value(1, 5)]))).toMatchObject([{ kind: 'failed' }]);
  });
});

describe('a decision by a formula', () => {
  it('goes up to what the formula asks for, in one step', () => {
    expect(decide(aPolicy({ formula: 'max(a, b) + c' }), seen(three))).toMatchObject({
      reason: 'Activated',
      scaleTo: 3,
      demand: { metric: 'composite-metric' },
    });
  });

  it('multiplies a Value by the pods there are', () => {
    const policy = aPolicy({ formula: 'b', metricType: 'Value' });
    expect(decide(policy, seen(three, { replicas: 2, readyReplicas: 2 }))).toMatchObject({ scaleTo: 6 });
  });

  it('sleeps by the formula, whatever single triggers say', () => {
    expect(decide(aPolicy({ formula: 'c' }), seen(three, { replicas: 2 }))).toMatchObject({
      reason: 'Deactivated',
      active: 'False',
      scaleTo: 0,
    });
  });

  it.each([
    ['a trigger that it uses fails', 'a + b', [value(0, 4), failed(1)]],
    ['it divides by zero', 'a / c', three],
  ])('holds while %s', (_, formula, triggers) => {
    const decision = decide(aPolicy({ formula }), seen(triggers, { replicas: 4 }));
    expect(decision).toMatchObject({ reason: 'SourceUnknown', active: 'Unknown' });
    expect(decision.scaleTo).toBeUndefined();
    expect(decision.failing).toContain('composite-metric');
  });

  it('falls back as a whole when a trigger has failed often enough', () => {
    const policy = aPolicy({ formula: 'a + b', fallback: aFallback() });
    expect(decide(policy, seen([value(0, 400), failed(1, 3)]))).toMatchObject({
      reason: 'Activated',
      scaleTo: 6,
      inFallback: ['s1-queue', 'composite-metric'],
      failing: [],
    });
    expect(decide(policy, seen([value(0, 400), failed(1, 2)]))).toMatchObject({ reason: 'SourceUnknown' });
  });

  it('goes on by the formula, with the fallback on record, where a failed trigger is nil to it', () => {
    const policy = aPolicy({ formula: 'a ?? 20', fallback: aFallback({ behavior: 'scalingModifiers' }) });
    expect(decide(policy, seen([failed(0, 3)]))).toMatchObject({
      active: 'True',
      scaleTo: 2,
      inFallback: ['s0-queue'],
      failing: [],
    });
  });

  it('takes no notice of the fallback of a trigger that counts for nothing', () => {
    const policy = aPolicy({ formula: 'c', fallback: aFallback() });
    expect(decide(policy, seen([value(2, 0), failed(0, 9)]))).toMatchObject({ active: 'False', reason: 'Idle' });
  });
});
