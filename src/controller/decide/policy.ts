// What a ScaledObject asks for, with KEDA's defaults filled in and seconds turned into milliseconds.
import { isForcedActive, type Pause } from '../../api/annotations.ts';
import { DEFAULT_MAX_REPLICAS } from '../../api/checks.ts';
import type { HpaScalingRules } from '../../api/hpa-behavior.ts';
import type { ScaledObject } from '../../api/scaled-object.ts';
import { type CompositeMetric, compositeOf, formulaOf } from '../../api/scaling-modifiers.ts';
import type { Formula } from '../../formula/formula.ts';

export interface ScalingPolicy {
  /** 0 lets the target sleep. */
  readonly minReplicas: number;
  readonly maxReplicas: number;
  /** Where the target rests while nothing is active, instead of minReplicas. */
  readonly idleReplicas: number | undefined;
  readonly pollingIntervalMs: number;
  /** How often to look while the target has replicas, so that the HPA's questions are answered from memory. */
  readonly awakeIntervalMs: number;
  readonly cooldownMs: number;
  /** Before the first zero ever, counted from creation. */
  readonly initialCooldownMs: number;
  readonly fallback: FallbackPolicy | undefined;
  readonly pause: Exclude<Pause, { kind: 'invalid' }>;
  /** The force-activation annotation: active whatever the triggers say. */
  readonly isForcedActive: boolean;
  /** Direct: up to the demand in one step. HPA: only wake the target, the HPA does the rest (KEDA's way). */
  readonly scaleUp: 'Direct' | 'HPA';
  /** The user's own behavior.scaleUp; a direct step stays within it. */
  readonly scaleUpRules: HpaScalingRules | undefined;
  readonly verifyBeforeZero: boolean;
  readonly readTimeoutMs: number;
  /** Whether sources may say that it is time for a look. */
  readonly usesPush: boolean;
  /** One metric computed of all triggers counts, instead of each of them. */
  readonly composite?: CompositePolicy;
}

export interface CompositePolicy extends CompositeMetric {
  readonly formula: Formula;
  /** Of spec.triggers, in their order. */
  readonly names: readonly (string | undefined)[];
}

export interface FallbackPolicy {
  /** In force after more than this many failed reads in a row (KEDA compares strictly). */
  readonly failureThreshold: number;
  readonly replicas: number;
  readonly behavior:
    | 'static'
    | 'currentReplicas'
    | 'currentReplicasIfHigher'
    | 'currentReplicasIfLower'
    | 'scalingModifiers';
}

const DEFAULT_POLLING_S = 30;
const DEFAULT_COOLDOWN_S = 300;
/** The HPA controller asks this often (kube-controller-manager: --horizontal-pod-autoscaler-sync-period). */
export const HPA_SYNC_MS = 15_000;

/** How old a value may be when the HPA gets it. */
export function freshnessMs(pollingIntervalMs: number, useCachedMetrics: boolean): number {
  return useCachedMetrics ? pollingIntervalMs : Math.min(pollingIntervalMs, HPA_SYNC_MS);
}

/** How old a value may be when it stands in for one that cannot be read now; older ones are worse than none. */
export function lastGoodMs(pollingIntervalMs: number): number {
  return Math.max(60_000, 2 * pollingIntervalMs);
}

/** For an object that passed its checks and whose pause annotation is readable. */
export function policyOf(
  object: Pick<ScaledObject, 'metadata' | 'spec'>,
  pause: ScalingPolicy['pause'],
  defaults: { readonly readTimeoutMs: number },
): ScalingPolicy {
  const { spec } = object;
  const { pollingInterval = DEFAULT_POLLING_S, cooldownPeriod = DEFAULT_COOLDOWN_S, initialCooldownPeriod = 0 } = spec;
  const { minReplicaCount = 0, maxReplicaCount = DEFAULT_MAX_REPLICAS } = spec;
  const { scaleUp = 'Direct', verifyBeforeZero = true, readTimeoutSeconds, push = true } = spec.advanced?.sluice ?? {};
  const pollingIntervalMs = seconds(pollingInterval);
  return {
    minReplicas: minReplicaCount,
    maxReplicas: maxReplicaCount,
    idleReplicas: spec.idleReplicaCount,
    pollingIntervalMs,
    awakeIntervalMs: awakeIntervalMs(spec, pollingIntervalMs),
    cooldownMs: seconds(cooldownPeriod),
    initialCooldownMs: seconds(initialCooldownPeriod),
    fallback: fallbackOf(spec.fallback),
    pause,
    isForcedActive: isForcedActive(object),
    scaleUp,
    scaleUpRules: spec.advanced?.horizontalPodAutoscalerConfig?.behavior?.scaleUp,
    verifyBeforeZero,
    readTimeoutMs: readTimeoutSeconds === undefined ? defaults.readTimeoutMs : seconds(readTimeoutSeconds),
    usesPush: push,
    ...compositePolicy(spec),
  };
}

/** A read takes its time, so the next one begins a little before the last value is too old for the HPA. */
function awakeIntervalMs({ triggers }: ScaledObject['spec'], pollingIntervalMs: number): number {
  if (triggers.every(({ useCachedMetrics }) => useCachedMetrics)) return pollingIntervalMs;
  const freshMs = freshnessMs(pollingIntervalMs, false);
  return freshMs - Math.min(1_500, Math.ceil(freshMs / 10));
}

function seconds(count: number): number {
  return count * 1000;
}

function compositePolicy(spec: ScaledObject['spec']): Pick<ScalingPolicy, 'composite'> {
  const composite = compositeOf(spec);
  const formula = composite && formulaOf(spec);
  return formula ? { composite: { ...composite, formula, names: spec.triggers.map(({ name }) => name) } } : {};
}

function fallbackOf(fallback: ScaledObject['spec']['fallback']): FallbackPolicy | undefined {
  if (!fallback) return undefined;
  const { failureThreshold, replicas, behavior = 'static' } = fallback;
  return { failureThreshold, replicas, behavior };
}
