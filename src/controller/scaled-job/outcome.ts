// How a reconcile of a ScaledJob ended, and what that means for its status. Pure.
import {
  type Condition,
  conditionMessages,
  type ConditionStatus,
  type ConditionType,
  jobConditionMessages,
} from '../../api/conditions.ts';
import type { ScaledJob, ScaledJobStatus } from '../../api/scaled-job.ts';
import type { SluiceError } from '../../errors.ts';
import type { Binding } from '../binding.ts';
import type { TriggerState } from '../decide/observation.ts';
import { enoughOf } from '../enough.ts';
import { healthFacts } from '../failures.ts';
import { type StatusFacts, timestamp } from '../status.ts';
import type { JobPlan } from './plan/plan.ts';
import type { JobPolicy } from './plan/policy.ts';

export type JobOutcome =
  /** It cannot be put into effect. No Job is started. */
  | { readonly kind: 'refused'; readonly error: SluiceError; readonly isPaused: boolean }
  | { readonly kind: 'paused' }
  | {
      readonly kind: 'planned';
      readonly policy: JobPolicy;
      readonly plan: JobPlan;
      readonly triggers: readonly TriggerState[];
      readonly bindings: readonly Binding[];
      /** Triggers that cannot be put to use, Jobs that the API server does not take or does not delete. */
      readonly troubles: readonly string[];
      readonly lastJobNumber: number | undefined;
      /** What status.lastJobNumber has to be at least before Jobs may be deleted. */
      readonly numberToStore: number;
    };

interface Stated {
  readonly status: ConditionStatus;
  readonly reason: string;
  readonly message?: string;
}

/** The status after `outcome`; what it says nothing about stays as it was. */
export function jobStatusFacts(object: ScaledJob, outcome: JobOutcome): StatusFacts<ScaledJobStatus> {
  return {
    ...(outcome.kind === 'planned' ? planFacts(object, outcome) : {}),
    conditions: conditionsAfter(object, outcome),
  };
}

type Planned = Extract<JobOutcome, { kind: 'planned' }>;

function planFacts(
  object: ScaledJob,
  { policy, plan, triggers: states, bindings, lastJobNumber }: Planned,
): StatusFacts<ScaledJobStatus> {
  const { triggers } = object.spec;
  const authentications = triggers.flatMap(({ authenticationRef }) => authenticationRef?.name ?? []);
  const activity = states.flatMap((state) => {
    if (state.kind === 'value') return [[state.metric, { isActive: state.isActive }] as const];
    if (plan.inFallback.includes(state.metric)) return [[state.metric, { isActive: true }] as const];
    // What a failing trigger said before it failed stands until it speaks again.
    const former = object.status?.triggersActivity?.[state.metric];
    return former ? [[state.metric, former] as const] : [];
  });
  const names = bindings.flatMap((b) => (b.kind === 'polled' ? [b.metricName] : []));
  return {
    triggersTypes: [...new Set(triggers.map(({ type }) => type))].join(','),
    // KEDA puts the names of the authentications here, not their types.
    authenticationsTypes: [...new Set(authentications)].join(',') || null,
    ...(bindings.some(({ kind }) => kind === 'broken') ? {} : { externalMetricNames: names }),
    triggersActivity: activity.length > 0 ? Object.fromEntries(activity) : null,
    health: healthFacts(policy, states),
    ...(plan.lastActiveAt === undefined ? {} : { lastActiveTime: timestamp(plan.lastActiveAt) }),
    ...(lastJobNumber === undefined ? {} : { lastJobNumber }),
  };
}

/** KEDA writes the same four for a ScaledJob as for a ScaledObject. */
const INITIALLY: readonly (readonly [ConditionType, ConditionStatus])[] = [
  ['Ready', 'Unknown'],
  ['Active', 'Unknown'],
  ['Fallback', 'Unknown'],
  ['Paused', 'False'],
];

function conditionsAfter({ status }: ScaledJob, outcome: JobOutcome): readonly Condition[] {
  const before = status?.conditions ?? [];
  const stated: Partial<Record<ConditionType, Stated | undefined>> = {
    Ready: ready(outcome),
    Active: active(outcome),
    Fallback: fallback(outcome),
    Paused: paused(outcome),
  };
  const ours = INITIALLY.map(([type, initial]): Condition => {
    const now = stated[type];
    if (!now) return before.find((condition) => condition.type === type) ?? { type, status: initial };
    return { type, status: now.status, reason: now.reason, message: now.message ?? textOf(now.reason) };
  });
  // What others put beside them stays.
  return [...ours, ...before.filter(({ type }) => !INITIALLY.some(([own]) => own === type))];
}

function textOf(reason: string): string {
  const texts: Readonly<Record<string, string>> = { ...conditionMessages, ...jobConditionMessages };
  return texts[reason] ?? '';
}

function ready(outcome: JobOutcome): Stated {
  switch (outcome.kind) {
    case 'refused':
      return { status: 'False', reason: 'ScaledJobCheckFailed', message: enoughOf([outcome.error.message]) };
    case 'paused':
      return { status: 'True', reason: 'ScaledJobReady', message: 'paused by annotation' };
    case 'planned':
      return readyWhenPlanned(outcome);
  }
}

function readyWhenPlanned({ plan, triggers, troubles }: Planned): Stated {
  if (troubles.length > 0) {
    return { status: 'False', reason: 'ScaledJobCheckFailed', message: enoughOf(troubles) };
  }
  const failures = triggers.flatMap((t) => (t.kind === 'failed' && plan.failing.includes(t.metric) ? [t.message] : []));
  if (failures.length === 0) return { status: 'True', reason: 'ScaledJobReady' };
  const message = enoughOf(failures);
  return plan.active === 'True'
    ? { status: 'Unknown', reason: 'PartialTriggerError', message }
    : { status: 'False', reason: 'TriggerError', message };
}

function active(outcome: JobOutcome): Stated | undefined {
  if (outcome.kind === 'refused') return { status: 'Unknown', reason: 'UnknownState' };
  if (outcome.kind === 'paused') return undefined;
  switch (outcome.plan.active) {
    case 'True':
      return { status: 'True', reason: 'ScalerActive' };
    case 'False':
      return { status: 'False', reason: 'ScalerNotActive' };
    case 'Unknown':
      return { status: 'Unknown', reason: 'UnknownState' };
  }
}

function fallback(outcome: JobOutcome): Stated | undefined {
  if (outcome.kind !== 'planned') return undefined;
  const { inFallback } = outcome.plan;
  if (inFallback.length === 0) return { status: 'False', reason: 'NoFallbackFound' };
  return { status: 'True', reason: 'FallbackExists', message: `in force for ${enoughOf(inFallback, ', ')}` };
}

function paused(outcome: JobOutcome): Stated {
  const isPaused = outcome.kind === 'paused' || (outcome.kind === 'refused' && outcome.isPaused);
  return isPaused ? { status: 'True', reason: 'ScaledJobPaused' } : { status: 'False', reason: 'ScaledJobUnpaused' };
}
