// What holds for every decision.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decide } from '../../../../src/controller/decide/decide.ts';
import type { Observation, TriggerState } from '../../../../src/controller/decide/observation.ts';
import type { CompositePolicy, ScalingPolicy } from '../../../../src/controller/decide/policy.ts';
import { compileFormula } from '../../../../src/formula/formula.ts';
import { EMPTY_STATE } from '../../../../src/hpa/state.ts';
import { pastFailures } from './past-failures.ts';

const target = fc.integer({ min: 1, max: 50 });
const type = fc.constantFrom('AverageValue' as const, 'Value' as const);
const trigger: fc.Arbitrary<TriggerState> = fc.oneof(
  fc.record({
    kind: fc.constant('value' as const),
    metric: fc.constantFrom('s0-a', 's1-b'),
    value: fc.double({ min: 0, max: 1e6, noNaN: true }),
    isActive: fc.boolean(),
    target,
    type,
    at: fc.constant(0),
  }),
  fc.record({
    kind: fc.constant('failed' as const),
    metric: fc.constantFrom('s2-c', 's3-d'),
    failures: fc.nat(6),
    code: fc.constant('SOURCE_TIMEOUT'),
    message: fc.constant('no answer'),
    target,
    type,
  }),
);
const fallback = fc.option(
  fc.record({
    failureThreshold: fc.nat(4),
    replicas: fc.nat(20),
    behavior: fc.constantFrom(
      'static',
      'currentReplicas',
      'currentReplicasIfHigher',
      'currentReplicasIfLower',
      'scalingModifiers',
    ),
  }),
  { nil: undefined },
);
const NAMES = ['a', 'b', 'c', 'd'];
const composite: fc.Arbitrary<CompositePolicy | undefined> = fc.option(
  fc.record({
    formula: fc
      .constantFrom(
        'a + b * 2',
        'max(a, b, c)',
        'a / b',
        'b ?? a',
        '(a ?? 0) + (b ?? 0)',
        'a > b ? nil : c ?? 5',
        'a - d',
        '7',
      )
      .map((text) => compileFormula(text, NAMES)),
    target,
    type,
    activation: fc.integer({ min: -5, max: 50 }),
    names: fc.constant(NAMES),
  }),
  { nil: undefined },
);
const policy: fc.Arbitrary<ScalingPolicy> = fc
  .record({
    min: fc.nat(4),
    room: fc.nat(10),
    idle: fc.option(fc.nat(3), { nil: undefined }),
    poll: fc.integer({ min: 1, max: 60 }),
    cooldown: fc.nat(600),
    initial: fc.nat(600),
    fallback,
    composite,
    scaleIn: fc.constantFrom('allowed' as const, 'paused' as const),
    scaleOut: fc.constantFrom('allowed' as const, 'paused' as const),
    isForcedActive: fc.boolean(),
    scaleUp: fc.constantFrom('Direct' as const, 'HPA' as const),
  })
  .map(({ min, room, idle, poll, cooldown, initial, scaleIn, scaleOut, composite: formula, ...rest }) => ({
    ...(formula ? { composite: formula } : {}),
    minReplicas: min,
    maxReplicas: Math.max(1, min + room),
    idleReplicas: idle !== undefined && idle < min ? idle : undefined,
    pollingIntervalMs: poll * 1000,
    awakeIntervalMs: Math.min(poll * 1000, 13_500),
    cooldownMs: cooldown * 1000,
    initialCooldownMs: initial * 1000,
    pause: { kind: 'running', scaleIn, scaleOut } as const,
    scaleUpRules: undefined,
    verifyBeforeZero: true,
    readTimeoutMs: 3000,
    usesPush: true,
    ...rest,
  }));
/** Around the ends of cooldowns, and with clocks that were set back. */
const ago = fc.integer({ min: -5_000, max: 700_000 });
const observation: fc.Arbitrary<Observation> = fc
  .record({
    now: fc.integer({ min: 1_800_000_000_000, max: 1_900_000_000_000 }),
    age: ago,
    sinceActive: fc.option(ago, { nil: undefined }),
    replicas: fc.nat(16),
    readyReplicas: fc.option(fc.nat(16), { nil: undefined }),
    triggers: fc.array(trigger, { maxLength: 4 }).map((states) => states.map((state, index) => ({ ...state, index }))),
    phaseMs: fc.nat(2 ** 32 - 1),
    history: fc.constant(EMPTY_STATE),
  })
  .map(({ age, sinceActive, ...seen }) => ({
    ...seen,
    createdAt: seen.now - age,
    lastActiveAt: sinceActive === undefined ? undefined : seen.now - sinceActive,
  }));

/** What must hold of every decision, whatever is wanted and seen. */
const promises: Readonly<Record<string, (policy: ScalingPolicy, seen: Observation) => boolean>> = {
  'never goes down on missing data': (p, o) => {
    const { scaleTo = o.replicas, composite: made } = decide(p, o);
    // What a formula makes of the triggers that it does not need is its author's word.
    const metrics = p.composite ? [made] : o.triggers;
    return scaleTo >= o.replicas || metrics.every((metric) => metric?.kind === 'value');
  },
  'never rests before the cooldown is over': (p, o) => {
    const { scaleTo = o.replicas } = decide(p, o);
    const since = o.lastActiveAt === undefined ? o.createdAt + p.initialCooldownMs : o.lastActiveAt + p.cooldownMs;
    return scaleTo >= o.replicas || o.now >= since;
  },
  'only goes down to rest, never in between': (p, o) => {
    const { scaleTo = o.replicas, reason } = decide(p, o);
    return scaleTo >= o.replicas || (reason === 'Deactivated' && scaleTo === (p.idleReplicas ?? 0));
  },
  'never writes what is there already': (p, o) => decide(p, o).scaleTo !== o.replicas,
  'goes up to no more than the maximum': (p, o) => {
    const { scaleTo = o.replicas } = decide(p, o);
    return Number.isInteger(scaleTo) && scaleTo >= 0 && (scaleTo <= p.maxReplicas || scaleTo <= o.replicas);
  },
  'decides the same when asked twice': (p, o) => JSON.stringify(decide(p, o)) === JSON.stringify(decide(p, o)),
  'has nothing left to do once it is done': (p, o) => {
    const { scaleTo } = decide(p, o);
    // Only the HPA's own kind, where demand does not grow with the replicas.
    const isRelative =
      [...o.triggers, p.composite].some((t) => t?.type === 'Value') ||
      p.fallback?.behavior === 'currentReplicasIfHigher';
    return scaleTo === undefined || isRelative || decide(p, { ...o, replicas: scaleTo }).scaleTo === undefined;
  },
  'looks again within an interval': (p, o) => {
    const { checkAgainInMs } = decide(p, o);
    return checkAgainInMs > 0 && checkAgainInMs <= p.pollingIntervalMs;
  },
};
const brokenBy = (given: ScalingPolicy, seen: Observation): readonly string[] =>
  Object.entries(promises).flatMap(([promise, isKept]) => (isKept(given, seen) ? [] : [promise]));

describe('controller/decide properties', () => {
  it('keeps every promise in 20,000 situations', () => {
    fc.assert(
      fc.property(policy, observation, (given, seen) => expect(brokenBy(given, seen)).toEqual([])),
      { numRuns: 20_000 },
    );
  });

  it.each(pastFailures)('keeps them where it once did not: $was', ({ policy: given, seen }) => {
    expect(brokenBy(given, seen)).toEqual([]);
  });
});
