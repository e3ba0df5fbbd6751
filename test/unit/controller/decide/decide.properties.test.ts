// What holds for every decision.
import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import { decide } from '../../../../src/controller/decide/decide.ts';
import type { Observation, TriggerState } from '../../../../src/controller/decide/observation.ts';
import type { CompositePolicy, ScalingPolicy } from '../../../../src/controller/decide/policy.ts';
import { compileFormula } from '../../../../src/formula/formula.ts';
import { EMPTY_STATE } from '../../../../src/hpa/state.ts';

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
const observation: fc.Arbitrary<Observation> = fc.record({
  now: fc.integer({ min: 1_800_000_000_000, max: 1_900_000_000_000 }),
  createdAt: fc.constant(1_799_999_000_000),
  lastActiveAt: fc.option(fc.integer({ min: 1_799_999_000_000, max: 1_900_000_000_000 }), { nil: undefined }),
  replicas: fc.nat(16),
  readyReplicas: fc.option(fc.nat(16), { nil: undefined }),
  triggers: fc.array(trigger, { maxLength: 4 }).map((states) => states.map((state, index) => ({ ...state, index }))),
  phaseMs: fc.nat(2 ** 32 - 1),
  history: fc.constant(EMPTY_STATE),
});

const holds = (predicate: (policy: ScalingPolicy, seen: Observation) => boolean): void =>
  fc.assert(fc.property(policy, observation, predicate), { numRuns: 2_000 });

describe('controller/decide properties', () => {
  it('never goes down on missing data', () =>
    holds((p, o) => {
      const { scaleTo = o.replicas, composite: made } = decide(p, o);
      // What a formula makes of the triggers that it does not need is its author's word.
      const metrics = p.composite ? [made] : o.triggers;
      return scaleTo >= o.replicas || metrics.every((metric) => metric?.kind === 'value');
    }));

  it('never rests before the cooldown is over', () =>
    holds((p, o) => {
      const { scaleTo = o.replicas } = decide(p, o);
      const since = o.lastActiveAt === undefined ? o.createdAt + p.initialCooldownMs : o.lastActiveAt + p.cooldownMs;
      return scaleTo >= o.replicas || o.now >= since;
    }));

  it('only goes down to rest, never in between', () =>
    holds((p, o) => {
      const { scaleTo = o.replicas, reason } = decide(p, o);
      return scaleTo >= o.replicas || (reason === 'Deactivated' && scaleTo === (p.idleReplicas ?? 0));
    }));

  it('never writes what is there already', () => holds((p, o) => decide(p, o).scaleTo !== o.replicas));

  it('goes up to no more than the maximum', () =>
    holds((p, o) => {
      const { scaleTo = o.replicas } = decide(p, o);
      return Number.isInteger(scaleTo) && scaleTo >= 0 && (scaleTo <= p.maxReplicas || scaleTo <= o.replicas);
    }));

  it('decides the same when asked twice', () =>
    holds((p, o) => JSON.stringify(decide(p, o)) === JSON.stringify(decide(p, o))));

  it('has nothing left to do once it is done', () =>
    // Only the HPA's own kind, where demand does not grow with the replicas.
    holds((p, o) => {
      const { scaleTo } = decide(p, o);
      const isRelative =
        [...o.triggers, p.composite].some((t) => t?.type === 'Value') ||
        p.fallback?.behavior === 'currentReplicasIfHigher';
      return scaleTo === undefined || isRelative || decide(p, { ...o, replicas: scaleTo }).scaleTo === undefined;
    }));

  it('looks again within an interval', () =>
    holds((p, o) => {
      const { checkAgainInMs } = decide(p, o);
      return checkAgainInMs > 0 && checkAgainInMs <= p.pollingIntervalMs;
    }));
});
