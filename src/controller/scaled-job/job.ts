// A Job of a ScaledJob, as far as it is kept in memory.
import { annotations, labels } from '../../api/names.ts';
import type { KubeObject, ObjectMeta } from '../../kube/client.ts';
import { scaledJobKey } from '../object-key.ts';

export interface Job extends KubeObject {
  readonly status?: {
    /** Complete and Failed, where they are True. */
    readonly conditions?: readonly JobCondition[];
    readonly completionTime?: string;
    /** Pods that are Ready, and pods that have succeeded. */
    readonly ready?: number;
    readonly succeeded?: number;
    /** When it was first seen with Ready pods, in milliseconds; ours. */
    readonly readySince?: number;
    /** When it was first seen to be Complete or Failed, in milliseconds; ours. */
    readonly finishedSeenAt?: number;
  };
}

export interface JobCondition {
  readonly type: string;
  readonly status: string;
  readonly lastTransitionTime?: string;
}

/** The key of the ScaledJob that a Job was started for, by its label. */
export function ownerKeyOf({ metadata }: Pick<KubeObject, 'metadata'>): string {
  const { namespace = '', labels: given } = metadata;
  return scaledJobKey({ namespace, name: given?.[labels.scaledJobName] ?? '' });
}

export function isFinished({ status }: Job): boolean {
  return (status?.conditions ?? []).some(isEnd);
}

export function isEnd({ type, status }: JobCondition): boolean {
  return (type === 'Complete' || type === 'Failed') && status === 'True';
}

/**
 * A Job says how many of its pods are Ready, and not since when; and since when it is over by a clock that is not ours: that is when we
 * saw it first. `before` is what we knew of the Job.
 */
export function asSeen(job: Job, before: Job | undefined, now: number): Job {
  const { status } = job;
  const { readySince = now, finishedSeenAt = now } = before?.status ?? {};
  const ready = (status?.ready ?? 0) === 0 ? {} : { readySince };
  const finished = isFinished(job) ? { finishedSeenAt } : {};
  return { ...job, status: { ...status, ...ready, ...finished } };
}

/** A Job has the kilobytes of its pod, and there may be thousands of them. */
export function pruneJob({ apiVersion, kind, metadata, status = {} }: Job): Job {
  const { conditions = [], completionTime, ready, succeeded } = status;
  return {
    apiVersion,
    kind,
    metadata: pruneMetadata(metadata),
    status: {
      conditions: conditions
        .filter(isEnd)
        .map(({ type, status: value, lastTransitionTime = '' }) => ({ type, status: value, lastTransitionTime })),
      ...(completionTime === undefined ? {} : { completionTime }),
      ...(ready === undefined ? {} : { ready }),
      ...(succeeded === undefined ? {} : { succeeded }),
    },
  };
}

function pruneMetadata(metadata: ObjectMeta): ObjectMeta {
  const { name, namespace = '', uid = '', resourceVersion = '', creationTimestamp = '', deletionTimestamp } = metadata;
  const kept = [annotations.scaledJobGeneration, annotations.jobNumber].flatMap((key) => {
    const value = metadata.annotations?.[key];
    return value === undefined ? [] : [[key, value]];
  });
  return {
    name,
    namespace,
    uid,
    resourceVersion,
    creationTimestamp,
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    labels: { [labels.scaledJobName]: metadata.labels?.[labels.scaledJobName] ?? '' },
    annotations: Object.fromEntries(kept),
  };
}
