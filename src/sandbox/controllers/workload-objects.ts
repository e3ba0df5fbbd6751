// Deployments and ReplicaSets as the API server stores them: the fields that the controllers here read and write.
import type { KubeObject } from '../../kube/client.ts';
import type { Condition } from './conditions.ts';
import type { LabelSelector } from './label-selector.ts';
import type { PodTemplate } from './pod-template.ts';
import type { RolloutStrategy } from './rollout.ts';

export interface Deployment extends KubeObject {
  readonly spec: {
    readonly replicas?: number;
    readonly selector: LabelSelector;
    readonly template: PodTemplate;
    readonly paused?: boolean;
    readonly minReadySeconds?: number;
    readonly progressDeadlineSeconds?: number;
    readonly revisionHistoryLimit?: number;
    readonly strategy?: RolloutStrategy;
  };
  readonly status?: DeploymentStatus;
}

/** Progressing also says when it last got anywhere. */
export interface DeploymentCondition extends Condition {
  readonly lastUpdateTime?: string;
}

export interface DeploymentStatus {
  readonly observedGeneration?: number;
  readonly replicas?: number;
  readonly updatedReplicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly unavailableReplicas?: number;
  readonly collisionCount?: number;
  readonly conditions?: readonly DeploymentCondition[];
}

export interface ReplicaSet extends KubeObject {
  readonly spec: {
    readonly replicas?: number;
    readonly minReadySeconds?: number;
    readonly selector: LabelSelector;
    readonly template: PodTemplate;
  };
  readonly status?: ReplicaSetStatus;
}

export interface ReplicaSetStatus {
  readonly replicas: number;
  readonly fullyLabeledReplicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
}

/** Unset means one. */
export function replicasOf(workload: { readonly spec: { readonly replicas?: number } }): number {
  return workload.spec.replicas ?? 1;
}
