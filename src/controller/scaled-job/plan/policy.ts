// What a ScaledJob asks for, with KEDA's defaults filled in and seconds turned into milliseconds.
import { isPaused } from '../../../api/annotations.ts';
import { DEFAULT_MAX_REPLICAS } from '../../../api/checks.ts';
import type { ScaledJob } from '../../../api/scaled-job.ts';

export type Strategy =
  | { readonly kind: 'default' | 'accurate' | 'eager' }
  /** KEDA: customScalingQueueLengthDeduction, and customScalingRunningJobPercentage as a factor ("0.5" is half). */
  | { readonly kind: 'custom'; readonly deduction: number; readonly runningShare: number };

export interface JobPolicy {
  /** Jobs that always run. Never above maxJobs. */
  readonly minJobs: number;
  /** KEDA's bound on the Jobs that waiting events may start, besides minJobs. */
  readonly room: number;
  /** Unfinished Jobs there may be at any time. */
  readonly maxJobs: number;
  readonly pollingIntervalMs: number;
  readonly strategy: Strategy;
  readonly combine: 'max' | 'min' | 'avg' | 'sum';
  /** Empty: a Job has started when one of its pods runs. Else: when one of its pods has all of these conditions. */
  readonly pendingPodConditions: readonly string[];
  /** How long a Job may take from its start until it has taken its message; it counts as pending until then. */
  readonly startupMs: number;
  /** Exact: no Job too many (docs/scaled-jobs.md). KEDA: its own arithmetic of pending Jobs and maximum. */
  readonly accounting: 'Exact' | 'KEDA';
  readonly history: { readonly completeJobs: number; readonly failedJobs: number };
  readonly rollout: {
    readonly strategy: 'immediate' | 'gradual';
    readonly propagationPolicy: 'Background' | 'Foreground';
  };
  readonly isPaused: boolean;
  readonly fallback: JobFallback | undefined;
  readonly readTimeoutMs: number;
  /** Whether sources may say that it is time for a look. */
  readonly usesPush: boolean;
}

export interface JobFallback {
  /** In force after more than this many failed reads in a row. */
  readonly failureThreshold: number;
  /** Jobs that a trigger is taken to ask for meanwhile. */
  readonly replicas: number;
}

const DEFAULT_POLLING_S = 30;
const DEFAULT_HISTORY = 100;
const DEFAULT_STARTUP_S = 10;

/** For an object that passed its checks. */
export function jobPolicyOf(
  object: Pick<ScaledJob, 'metadata' | 'spec'>,
  defaults: { readonly readTimeoutMs: number },
): JobPolicy {
  const { spec } = object;
  const { pollingInterval = DEFAULT_POLLING_S, scalingStrategy = {} } = spec;
  const { successfulJobsHistoryLimit = DEFAULT_HISTORY, failedJobsHistoryLimit = DEFAULT_HISTORY } = spec;
  return {
    ...boundsOf(spec),
    pollingIntervalMs: pollingInterval * 1000,
    strategy: strategyOf(scalingStrategy),
    combine: scalingStrategy.multipleScalersCalculation ?? 'max',
    pendingPodConditions: scalingStrategy.pendingPodConditions ?? [],
    history: { completeJobs: successfulJobsHistoryLimit, failedJobs: failedJobsHistoryLimit },
    rollout: rolloutOf(spec),
    isPaused: isPaused(object),
    ...oursOf(spec, defaults),
  };
}

/** KEDA: the deprecated field wins. */
function rolloutOf({ rollout = {}, rolloutStrategy }: ScaledJob['spec']): JobPolicy['rollout'] {
  return {
    strategy: rolloutStrategy ?? rollout.strategy ?? 'immediate',
    propagationPolicy: rollout.propagationPolicy === 'foreground' ? 'Foreground' : 'Background',
  };
}

type Ours = Pick<JobPolicy, 'startupMs' | 'accounting' | 'fallback' | 'readTimeoutMs' | 'usesPush'>;

function oursOf({ advanced }: ScaledJob['spec'], defaults: { readonly readTimeoutMs: number }): Ours {
  const { accounting = 'Exact', startupSeconds = DEFAULT_STARTUP_S, fallback } = advanced?.sluice ?? {};
  const { readTimeoutSeconds, push = true } = advanced?.sluice ?? {};
  return {
    startupMs: accounting === 'KEDA' ? 0 : startupSeconds * 1000,
    accounting,
    fallback,
    readTimeoutMs: readTimeoutSeconds === undefined ? defaults.readTimeoutMs : readTimeoutSeconds * 1000,
    usesPush: push,
  };
}

/** KEDA: the room is what the maximum leaves besides the minimum; a default maximum is all room, and a minimum above the maximum is it. */
function boundsOf({
  minReplicaCount: min = 0,
  maxReplicaCount: max,
}: ScaledJob['spec']): Pick<JobPolicy, 'minJobs' | 'room' | 'maxJobs'> {
  if (max === undefined) return { minJobs: min, room: DEFAULT_MAX_REPLICAS, maxJobs: min + DEFAULT_MAX_REPLICAS };
  return min > max ? { minJobs: max, room: max, maxJobs: max } : { minJobs: min, room: max - min, maxJobs: max };
}

/** Go reads no number with a blank before or behind it. */
const DECIMAL = /^[+-]?(\d+(?:\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/** KEDA: custom with a percentage that is no number is default. */
function strategyOf({
  strategy = 'default',
  customScalingQueueLengthDeduction: deduction = 0,
  customScalingRunningJobPercentage: share = '',
}: NonNullable<ScaledJob['spec']['scalingStrategy']>): Strategy {
  if (strategy !== 'custom') return { kind: strategy };
  return DECIMAL.test(share) ? { kind: 'custom', deduction, runningShare: Number(share) } : { kind: 'default' };
}
