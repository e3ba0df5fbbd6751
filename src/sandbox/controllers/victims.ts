// Which pods go first when there are too many.
// https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#scaling-a-replicaset
import type { Pod } from '../node-agent/pod.ts';
import { isReady, readySinceMs, restarts } from './pod-lifecycle.ts';

const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';
const PHASE_ORDER = ['Pending', 'Unknown', 'Running'];

/**
 * The `count` pods whose loss hurts least, first to go first: without a node, pending, not ready, cheap to delete, on a node
 * with many of their kind, ready for a shorter time, restarted more often, younger.
 */
export function chooseVictims(pods: readonly Pod[], count: number): readonly Pod[] {
  if (count <= 0) return [];
  const crowd = new Map<string, number>();
  for (const pod of pods) {
    const node = pod.spec.nodeName;
    if (node !== undefined && isReady(pod)) crowd.set(node, (crowd.get(node) ?? 0) + 1);
  }
  const ranked = pods.map((pod) => ({ pod, rank: rank(pod, crowd) }));
  ranked.sort((a, b) => compare(a.rank, b.rank) || a.pod.metadata.name.localeCompare(b.pod.metadata.name));
  return ranked.slice(0, count).map(({ pod }) => pod);
}

/** Numbers to be compared from left to right; the smaller goes first. */
function rank(pod: Pod, crowd: ReadonlyMap<string, number>): readonly number[] {
  const { nodeName } = pod.spec;
  return [
    nodeName === undefined ? 0 : 1,
    PHASE_ORDER.indexOf(pod.status?.phase ?? 'Pending'),
    isReady(pod) ? 1 : 0,
    deletionCost(pod),
    nodeName === undefined ? 0 : -(crowd.get(nodeName) ?? 0),
    -magnitude(readySinceMs(pod)),
    -restarts(pod),
    -magnitude(Date.parse(pod.metadata.creationTimestamp ?? '')),
  ];
}

/** Absent or malformed costs nothing, as in Kubernetes. */
function deletionCost(pod: Pod): number {
  const cost = pod.metadata.annotations?.[DELETION_COST] ?? '';
  return /^-?(0|[1-9]\d*)$/.test(cost) ? Number(cost) : 0;
}

function magnitude(atMs: number | undefined): number {
  return atMs === undefined || Number.isNaN(atMs) ? Number.MAX_SAFE_INTEGER : atMs;
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [i, left] of a.entries()) {
    const difference = left - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
