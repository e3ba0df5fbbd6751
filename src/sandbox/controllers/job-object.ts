// Jobs as the API server stores them, and what their unset fields mean.
import type { KubeObject } from '../../kube/client.ts';
import type { Pod } from '../node-agent/pod.ts';
import type { Condition } from './conditions.ts';
import { findCondition } from './conditions.ts';
import type { LabelSelector } from './label-selector.ts';
import type { PodTemplate } from './pod-template.ts';

export interface Job extends KubeObject {
  readonly spec: {
    readonly parallelism?: number;
    readonly completions?: number;
    readonly backoffLimit?: number;
    readonly activeDeadlineSeconds?: number;
    readonly ttlSecondsAfterFinished?: number;
    readonly suspend?: boolean;
    readonly completionMode?: string;
    readonly selector?: LabelSelector;
    readonly template: PodTemplate;
  };
  readonly status?: JobStatus;
}

export interface JobStatus {
  readonly active?: number;
  readonly ready?: number;
  readonly terminating?: number;
  readonly succeeded?: number;
  readonly failed?: number;
  readonly startTime?: string;
  readonly completionTime?: string;
  readonly conditions?: readonly Condition[];
  /** UIDs of pods that ended and are not yet part of the counts. */
  readonly uncountedTerminatedPods?: { readonly succeeded?: readonly string[]; readonly failed?: readonly string[] };
}

/** Keeps an ended pod until the Job's status has it, so that no end is lost or counted twice. */
export const TRACKING_FINALIZER = 'batch.kubernetes.io/job-tracking';

export function isTracked(pod: Pod): boolean {
  return pod.metadata.finalizers?.includes(TRACKING_FINALIZER) ?? false;
}

/** Undefined for a work queue: done when one pod succeeded and the others ended. Kubernetes: 1 when neither number is given. */
export function completionsOf({ spec }: Job): number | undefined {
  return spec.completions ?? (spec.parallelism === undefined ? 1 : undefined);
}

/** The condition that says the Job is over. */
export function finishOf({ status }: Job): Condition | undefined {
  return ['Complete', 'Failed']
    .map((type) => findCondition(status?.conditions, type))
    .find((condition) => condition?.status === 'True');
}

export function selectorOf({ spec, metadata }: Job): LabelSelector {
  return spec.selector ?? { matchLabels: { 'batch.kubernetes.io/controller-uid': metadata.uid ?? '' } };
}

export function labelsOf({ metadata: { name, uid = '' } }: Job): Readonly<Record<string, string>> {
  return {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  };
}
