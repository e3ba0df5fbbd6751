// What a workload controller wants to know of a pod: does it count, is it ready, for how long, did it end.
import type { Pod } from '../node-agent/pod.ts';

/** Not ended and not on its way out. Kubernetes' controllers replace every pod that isn't. */
export function isActive(pod: Pod): boolean {
  return !hasEnded(pod) && pod.metadata.deletionTimestamp === undefined;
}

export function hasEnded(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

export function isReady(pod: Pod): boolean {
  return readyCondition(pod)?.status === 'True';
}

/** When it became Ready, in milliseconds since the epoch; undefined while it isn't. */
export function readySinceMs(pod: Pod): number | undefined {
  const condition = readyCondition(pod);
  return condition?.status === 'True' ? Date.parse(condition.lastTransitionTime ?? '') || 0 : undefined;
}

/** When a pod that is Ready becomes available, milliseconds since the epoch; undefined while it isn't Ready. */
export function availableFromMs(pod: Pod, minReadySeconds: number): number | undefined {
  const since = readySinceMs(pod);
  return since === undefined ? undefined : since + minReadySeconds * 1000;
}

export function isAvailable(pod: Pod, minReadySeconds: number, nowMs: number): boolean {
  const from = availableFromMs(pod, minReadySeconds);
  return from !== undefined && (minReadySeconds === 0 || from <= nowMs);
}

/** The delay until the next Ready pod becomes available; undefined when none is waiting. */
export function nextAvailableInMs(pods: readonly Pod[], minReadySeconds: number, nowMs: number): number | undefined {
  const waits = pods
    .map((pod) => availableFromMs(pod, minReadySeconds))
    .filter((at) => at !== undefined && at > nowMs)
    .map((at) => (at ?? nowMs) - nowMs);
  return waits.length === 0 || minReadySeconds === 0 ? undefined : Math.min(...waits);
}

/** The restarts of its most restarted container. */
export function restarts(pod: Pod): number {
  return Math.max(0, ...(pod.status?.containerStatuses ?? []).map((container) => container.restartCount));
}

function readyCondition(
  pod: Pod,
): { readonly status: string; readonly lastTransitionTime?: string | null } | undefined {
  return pod.status?.conditions?.find((condition) => condition.type === 'Ready');
}
