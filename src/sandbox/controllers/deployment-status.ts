// The status of a Deployment from the statuses of its ReplicaSets. Pure.
import { findCondition, withoutCondition } from './conditions.ts';
import { withProgress, withUpdated } from './deployment-progress.ts';
import { rolloutBounds } from './rollout.ts';
import { type Deployment, type DeploymentStatus, type ReplicaSet, replicasOf } from './workload-objects.ts';

/** `sets` are all sets, `current` the one among them that has the newest template. */
export function deploymentStatus(
  deployment: Deployment,
  current: ReplicaSet | undefined,
  sets: readonly ReplicaSet[],
  nowMs: number,
): DeploymentStatus {
  const counts = countsOf(deployment, current, sets);
  const enough = (counts.availableReplicas ?? 0) >= fewestAvailable(deployment);
  let conditions = withUpdated(
    withProgress(deployment, counts, current, nowMs),
    {
      type: 'Available',
      status: enough ? 'True' : 'False',
      reason: enough ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
      message: `${enough ? 'enough' : 'too few'} replicas are available for what the strategy allows to be missing`,
    },
    nowMs,
  );
  const failure = [current, ...sets]
    .map((set) => findCondition(set?.status?.conditions, 'ReplicaFailure'))
    .find((condition) => condition !== undefined);
  conditions =
    failure === undefined ? withoutCondition(conditions, 'ReplicaFailure') : withUpdated(conditions, failure, nowMs);
  return { ...counts, conditions };
}

function countsOf(
  { status, metadata }: Deployment,
  current: ReplicaSet | undefined,
  sets: readonly ReplicaSet[],
): DeploymentStatus {
  const sum = (field: 'replicas' | 'readyReplicas' | 'availableReplicas'): number =>
    sets.reduce((all, set) => all + (set.status?.[field] ?? 0), 0);
  const asked = sets.reduce((all, set) => all + replicasOf(set), 0);
  const counts = {
    observedGeneration: metadata.generation ?? 0,
    collisionCount: status?.collisionCount ?? 0,
    replicas: sum('replicas'),
    updatedReplicas: current?.status?.replicas ?? 0,
    readyReplicas: sum('readyReplicas'),
    availableReplicas: sum('availableReplicas'),
    unavailableReplicas: Math.max(0, asked - sum('availableReplicas')),
  };
  // Zero is left out, as in Kubernetes' own encoding.
  return Object.fromEntries(Object.entries(counts).filter(([, value]) => value !== 0));
}

function fewestAvailable(deployment: Deployment): number {
  const replicas = replicasOf(deployment);
  const { strategy } = deployment.spec;
  return strategy?.type === 'Recreate' ? replicas : replicas - rolloutBounds(replicas, strategy).unavailable;
}
