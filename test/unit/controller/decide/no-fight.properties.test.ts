// The controller and the HPA size one target. While nothing changes outside, neither may undo the other's work.
import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import type { ScaledObjectSpec } from '../../../../src/api/scaled-object.ts';
import { decide } from '../../../../src/controller/decide/decide.ts';
import type { TriggerState } from '../../../../src/controller/decide/observation.ts';
import { policyOf, type ScalingPolicy } from '../../../../src/controller/decide/policy.ts';
import { buildHpa } from '../../../../src/controller/hpa.ts';
import { recommend } from '../../../../src/hpa/recommend.ts';
import { EMPTY_STATE, recordScale } from '../../../../src/hpa/state.ts';
import { aScaledObject } from '../../../support/controller-world.ts';

const TARGET = 5;
const START = 1_800_000_000_000;
const STEP_MS = 15_000;
const MINUTES = 30;
/** Longer than any window of the HPA. */
const STILL_MINUTES = 10;

interface Situation {
  readonly spec: Partial<ScaledObjectSpec>;
  readonly annotations: Record<string, string>;
  readonly replicas: number;
  readonly type: 'AverageValue' | 'Value';
  /** Of each trigger; undefined: it fails. */
  readonly values: readonly (number | undefined)[];
}

const situation: fc.Arbitrary<Situation> = fc
  .record({
    min: fc.option(fc.nat(4), { nil: undefined }),
    room: fc.nat(8),
    idle: fc.option(fc.nat(3), { nil: undefined }),
    cooldownPeriod: fc.constantFrom(0, 60, 300),
    fallback: fc.option(
      fc.record({
        failureThreshold: fc.nat(3),
        replicas: fc.nat(12),
        behavior: fc.constantFrom('static', 'currentReplicas', 'currentReplicasIfHigher', 'currentReplicasIfLower'),
      }),
      { nil: undefined },
    ),
    scaleUp: fc.constantFrom('Direct' as const, 'HPA' as const),
    annotation: fc.constantFrom(undefined, 'paused-scale-in', 'paused-scale-out', 'force-activation'),
    window: fc.constantFrom(undefined, 0, 60),
    replicas: fc.nat(14),
    type: fc.constantFrom('AverageValue' as const, 'Value' as const),
    values: fc.array(fc.oneof(fc.constant(0), fc.nat(80), fc.constant(undefined)), { minLength: 1, maxLength: 3 }),
  })
  .map(({ min, room, idle, cooldownPeriod, fallback, scaleUp, annotation, window, ...rest }) => ({
    ...rest,
    annotations: annotation === undefined ? {} : { [`autoscaling.keda.sh/${annotation}`]: 'true' },
    spec: {
      cooldownPeriod,
      maxReplicaCount: Math.max(1, (min ?? 0) + room),
      ...(min === undefined ? {} : { minReplicaCount: min }),
      ...(min !== undefined && idle !== undefined && idle < Math.max(1, min) ? { idleReplicaCount: idle } : {}),
      ...(fallback === undefined ? {} : { fallback }),
      advanced: {
        sluice: { scaleUp },
        ...(window === undefined
          ? {}
          : { horizontalPodAutoscalerConfig: { behavior: { scaleDown: { stabilizationWindowSeconds: window } } } }),
      },
    },
  }));

/** The sizes after each look of either, one after the other. */
function simulate({ spec, annotations, replicas: start, type, values }: Situation): readonly number[] {
  const object = aScaledObject('worker', spec, { annotations });
  const pause = {
    kind: 'running',
    scaleIn: 'autoscaling.keda.sh/paused-scale-in' in annotations ? 'paused' : 'allowed',
    scaleOut: 'autoscaling.keda.sh/paused-scale-out' in annotations ? 'paused' : 'allowed',
  } as const;
  const policy = policyOf(object, pause, { readTimeoutMs: 3_000 });
  const hpaOf = (isResting: boolean) => buildHpa({ object, triggers: [], version: '1', isResting }).spec;
  const hpas = { awake: hpaOf(false), resting: hpaOf(true) };
  const sizes: number[] = [];
  let replicas = start;
  let [history, hpaState] = [EMPTY_STATE, EMPTY_STATE];
  let lastActiveAt: number | undefined;
  for (let look = 1; look <= (MINUTES * 60_000) / STEP_MS; look++) {
    const now = START + look * STEP_MS;
    const triggers = values.map((value, i) => stateOf(value, i, { look, type, now }));
    const seen = {
      now,
      createdAt: START,
      lastActiveAt,
      replicas,
      readyReplicas: replicas,
      triggers,
      phaseMs: 0,
      history,
    };
    const decision = decide(policy, seen);
    ({ lastActiveAt, history } = decision);
    const isResting = (size: number): boolean => (policy.idleReplicas ?? 0) > 0 && size <= (policy.idleReplicas ?? 0);
    if (decision.scaleTo !== undefined) {
      history = recordScale(history, replicas, decision.scaleTo, now);
      replicas = decision.scaleTo;
    }
    sizes.push(replicas);

    const hpa = isResting(replicas) ? hpas.resting : hpas.awake;
    const answer = recommend(
      {
        nowMs: now + 5_000,
        replicas: { spec: replicas, status: replicas, ready: replicas },
        minReplicas: hpa.minReplicas,
        maxReplicas: hpa.maxReplicas,
        metrics: triggers.map((state) => ({
          name: state.metric,
          type,
          target: TARGET,
          value: told(policy, state, replicas),
        })),
        behavior: hpa.behavior,
      },
      hpaState,
    );
    hpaState = recordScale(answer.state, replicas, answer.desiredReplicas, now + 5_000);
    replicas = answer.desiredReplicas;
    sizes.push(replicas);
  }
  return sizes;
}

function stateOf(
  value: number | undefined,
  index: number,
  { look: failures, type, now: at }: { look: number; type: Situation['type']; now: number },
): TriggerState {
  const metric = `s${index}-queue`;
  if (value !== undefined)
    return { kind: 'value', metric, index, value, isActive: value > 0, target: TARGET, type, at };
  return {
    kind: 'failed',
    metric,
    index,
    failures,
    code: 'SOURCE_TIMEOUT',
    message: 'no answer',
    target: TARGET,
    type,
  };
}

/** As the metrics API answers. */
function told({ fallback }: ScalingPolicy, state: TriggerState, replicas: number): number | undefined {
  if (state.kind === 'value') return state.value;
  if (!fallback || state.failures <= fallback.failureThreshold) return undefined;
  const wanted = {
    static: fallback.replicas,
    scalingModifiers: fallback.replicas,
    currentReplicas: replicas,
    currentReplicasIfHigher: Math.max(replicas, fallback.replicas),
    currentReplicasIfLower: Math.min(replicas, fallback.replicas),
  }[fallback.behavior];
  const value = state.type === 'Value' ? (TARGET * wanted) / replicas : TARGET * wanted;
  return value === 0 ? undefined : value;
}

describe('the controller and the HPA of one object', () => {
  it('never undo what the other did while nothing changes', () => {
    fc.assert(
      fc.property(situation, (given) => {
        const late = simulate(given).slice((-2 * STILL_MINUTES * 60_000) / STEP_MS);
        const steps = late.slice(1).map((size, i) => Math.sign(size - (late[i] ?? size)));
        // A Value goes down by the HPA's windows, which may take longer than this.
        return !(steps.includes(1) && steps.includes(-1));
      }),
      { numRuns: 500 },
    );
  });
});
