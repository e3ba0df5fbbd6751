// How a reconcile ended, and what that means for the conditions. Pure.
import { pauseOf } from '../api/annotations.ts';
import {
  type Condition,
  type ConditionReason,
  type ConditionStatus,
  type ConditionType,
  conditionMessages,
} from '../api/conditions.ts';
import type { ScaledObject } from '../api/scaled-object.ts';
import type { SluiceError } from '../errors.ts';
import type { Decision } from './decide/decide.ts';
import type { Observation } from './decide/observation.ts';
import { enoughOf } from './enough.ts';
import type { ScalingPolicy } from './decide/policy.ts';
import type { Hpa } from './hpa.ts';

export type Outcome =
  /** It cannot be put into effect: its definition, its target or its HPA is wrong. Nothing is scaled. */
  | { readonly kind: 'refused'; readonly error: SluiceError }
  /** The API server did not tell the target's replicas. */
  | { readonly kind: 'replicas-unknown'; readonly error: SluiceError }
  /** It is going to be paused. Whether that can be done is not known yet. */
  | { readonly kind: 'pausing' }
  | { readonly kind: 'paused'; readonly replicas: number | undefined }
  | {
      readonly kind: 'decided';
      readonly policy: ScalingPolicy;
      readonly seen: Observation;
      readonly decision: Decision;
      /** Triggers that cannot be put to use, and an HPA that could not be written; they make the object not ready. */
      readonly troubles: readonly SluiceError[];
      readonly hpa: Hpa | undefined;
    };

type Stated = { readonly status: ConditionStatus; readonly reason: string; readonly message?: string | undefined };

/** The five conditions after `outcome`, those it says nothing about as they were, and what others put beside them. KEDA's types and reasons. */
export function conditionsAfter(object: ScaledObject, outcome: Outcome): readonly Condition[] {
  const before = object.status?.conditions ?? [];
  const stated: Partial<Record<ConditionType, Stated | undefined>> = {
    Ready: ready(outcome),
    Active: active(outcome),
    Fallback: fallback(object, outcome),
    Paused: paused(object, outcome),
    HPAActive: outcome.kind === 'decided' ? hpaActive(outcome.hpa) : undefined,
  };
  const initial: Partial<Record<ConditionType, ConditionStatus>> = {
    Ready: 'Unknown',
    Active: 'Unknown',
    Fallback: 'Unknown',
    Paused: 'False',
  };
  const types: readonly ConditionType[] = ['Ready', 'Active', 'Fallback', 'Paused', 'HPAActive'];
  const ours = types.flatMap((type): Condition[] => {
    const now = stated[type];
    if (now) {
      const message = now.message ?? conditionMessages[now.reason as ConditionReason];
      return [{ type, status: now.status, reason: now.reason, message }];
    }
    const former = before.find((condition) => condition.type === type);
    const status = initial[type];
    return former ? [former] : status === undefined ? [] : [{ type, status }];
  });
  return [...ours, ...before.filter(({ type }) => !ours.some((own) => own.type === type))];
}

function ready(outcome: Outcome): Stated | undefined {
  switch (outcome.kind) {
    case 'refused':
      return { status: 'False', reason: 'ScaledObjectCheckFailed', message: enoughOf([outcome.error.message]) };
    case 'replicas-unknown':
      return { status: 'False', reason: 'ErrorGettingCurrentReplicas', message: outcome.error.message };
    case 'pausing':
      return undefined;
    case 'paused':
      return { status: 'True', reason: 'ScaledObjectReady', message: 'paused by annotation' };
    case 'decided':
      return readyWhenDecided(outcome);
  }
}

function readyWhenDecided({ decision, policy, seen, troubles }: Extract<Outcome, { kind: 'decided' }>): Stated {
  if (troubles.length > 0) {
    return {
      status: 'False',
      reason: 'ScaledObjectCheckFailed',
      message: enoughOf(troubles.map(({ message }) => message)),
    };
  }
  const metrics = decision.composite ? [...seen.triggers, decision.composite] : seen.triggers;
  const failures = metrics.flatMap((t) =>
    t.kind === 'failed' && decision.failing.includes(t.metric) ? [t.message] : [],
  );
  if (failures.length > 0) {
    const message = enoughOf(failures);
    if (decision.active === 'True') return { status: 'Unknown', reason: 'PartialTriggerError', message };
    if (policy.fallback === undefined) return { status: 'False', reason: 'TriggerError', message };
  }
  return { status: 'True', reason: 'ScaledObjectReady' };
}

function active(outcome: Outcome): Stated | undefined {
  if (outcome.kind === 'refused') return { status: 'Unknown', reason: 'UnknownState' };
  if (outcome.kind !== 'decided') return undefined;
  const { decision } = outcome;
  if (decision.active === 'Unknown') return { status: 'Unknown', reason: 'UnknownState' };
  if (decision.active === 'True') return { status: 'True', reason: 'ScalerActive' };
  return { status: 'False', reason: decision.reason === 'CoolingDown' ? 'ScalerCooldown' : 'ScalerNotActive' };
}

/** Where there is no fallback, none is in force, whatever else is wrong (KEDA). An object that does not parse may have no spec. */
function fallback({ spec }: Partial<ScaledObject>, outcome: Outcome): Stated | undefined {
  const inFallback = outcome.kind === 'decided' ? outcome.decision.inFallback : [];
  if (inFallback.length > 0) {
    return { status: 'True', reason: 'FallbackExists', message: `in force for ${enoughOf(inFallback, ', ')}` };
  }
  const isKnown = outcome.kind === 'decided' || spec?.fallback === undefined;
  return isKnown ? { status: 'False', reason: 'NoFallbackFound' } : undefined;
}

/** The annotations alone say it, so that it is right for an object that is refused as well. */
function paused(object: ScaledObject, outcome: Outcome): Stated {
  const pause = outcome.kind === 'decided' ? outcome.policy.pause : pauseOf(object);
  if (pause.kind === 'running') {
    const directions = [
      pause.scaleIn === 'paused' ? 'scaling in' : '',
      pause.scaleOut === 'paused' ? 'scaling out' : '',
    ].filter(Boolean);
    return directions.length > 0
      ? { status: 'True', reason: 'ScaledObjectPaused', message: `${directions.join(' and ')} is paused by annotation` }
      : { status: 'False', reason: 'ScaledObjectUnpaused' };
  }
  const size = pause.kind === 'paused-at' ? `${pause.replicas} ${pause.replicas === 1 ? 'replica' : 'replicas'}` : '';
  const message = size === '' ? undefined : `paused at ${size} by annotation`;
  return { status: 'True', reason: 'ScaledObjectPaused', message };
}

/** What the HPA controller says of its metrics; nothing as long as it has said nothing (KEDA: HPAActive). */
function hpaActive(hpa: Hpa | undefined): Stated | undefined {
  const scaling = hpa?.status?.conditions?.find(({ type }) => type === 'ScalingActive');
  if (!scaling) return undefined;
  if (scaling.status === 'True') return { status: 'True', reason: 'HPAActive' };
  if (scaling.reason === 'ScalingDisabled') return { status: 'True', reason: 'ScalingDisabled' };
  return {
    status: 'False',
    reason: scaling.reason || 'HPAMetricsUnavailable',
    message: `the HPA says: ${scaling.message ?? 'nothing'}`,
  };
}
