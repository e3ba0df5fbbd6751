// KEDA's rules for cpu and memory triggers: something else has to wake a sleeping target, and its containers have to request something.
import { containersWithout, limitRangeGives } from '../api/resource-requests.ts';
import type { ScaledObject } from '../api/scaled-object.ts';
import { type TargetReference, targetOf } from '../api/target.ts';
import type { ClusterReader, TriggerTypes } from './ports.ts';
import type { Problem } from './verdict.ts';

export async function checkResourceTriggers(
  object: ScaledObject,
  types: TriggerTypes,
  cluster: ClusterReader,
  signal: AbortSignal,
): Promise<readonly Problem[]> {
  const { triggers, minReplicaCount = 0 } = object.spec;
  const target = targetOf(object);
  const used = triggers.filter(({ type }) => types.isResource(type));
  if (used.length === 0 || !isKnownWorkload(target)) return [];
  const asleep: Problem = {
    reason: 'scale-to-zero-requirements-not-met',
    field: 'spec.minReplicaCount',
    message: `expected at least 1, found ${minReplicaCount}: with cpu and memory triggers only, nothing would wake the target from zero`,
  };
  return [
    ...(used.length === triggers.length && minReplicaCount === 0 ? [asleep] : []),
    ...(await missingRequests(object, target, types, cluster, signal)),
  ];
}

/** Other kinds are the author's business: their pods hang from who knows where. */
export function isKnownWorkload({ apiVersion, kind }: TargetReference): boolean {
  return apiVersion === 'apps/v1' && (kind === 'Deployment' || kind === 'StatefulSet');
}

async function missingRequests(
  { spec }: ScaledObject,
  target: TargetReference,
  types: TriggerTypes,
  cluster: ClusterReader,
  signal: AbortSignal,
): Promise<readonly Problem[]> {
  const workload = await cluster.workload(target, signal);
  if (workload === undefined)
    return [
      {
        reason: 'missing-requests',
        field: 'spec.scaleTargetRef',
        message: `there is no ${target.kind} "${target.name}" in the namespace ${target.namespace}, whose cpu and memory requests these triggers go by: apply it first`,
      },
    ];
  const lacking = spec.triggers.flatMap(({ type, metadata }, index) =>
    types.isResource(type)
      ? containersWithout(workload, type, metadata['containerName']).map((container) => ({ type, index, container }))
      : [],
  );
  if (lacking.length === 0) return [];
  const limitRanges = await cluster.limitRanges(target.namespace, signal);
  return lacking
    .filter(({ type }) => !limitRanges.some((limitRange) => limitRangeGives(limitRange, type)))
    .map(({ type, index, container }) => ({
      reason: 'missing-requests',
      field: `spec.triggers[${index}]`,
      message: `container '${container}' of ${target.kind} '${target.name}' doesn't have the ${type} request defined: set resources.requests.${type}, or a default in a LimitRange`,
    }));
}
