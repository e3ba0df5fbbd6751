// Which pods of a StatefulSet come and go next: in order, one at a time, unless podManagementPolicy is Parallel. Pure.
// https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#deployment-and-scaling-guarantees
import type { KubeObject } from '../../kube/client.ts';
import type { Pod } from '../node-agent/pod.ts';
import type { LabelSelector } from './label-selector.ts';
import { hasEnded, isAvailable, isReady } from './pod-lifecycle.ts';
import { hashTemplate, type PodTemplate } from './pod-template.ts';

export interface StatefulSet extends KubeObject {
  readonly spec: {
    readonly replicas?: number;
    readonly serviceName?: string;
    readonly selector: LabelSelector;
    readonly template: PodTemplate;
    readonly minReadySeconds?: number;
    readonly podManagementPolicy?: 'OrderedReady' | 'Parallel';
    readonly ordinals?: { readonly start?: number };
    readonly updateStrategy?: {
      readonly type?: 'RollingUpdate' | 'OnDelete';
      readonly rollingUpdate?: { readonly partition?: number };
    };
    readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
  };
  readonly status?: StatefulSetStatus;
}

export interface StatefulSetStatus {
  readonly observedGeneration?: number;
  readonly replicas: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly currentReplicas?: number;
  readonly updatedReplicas?: number;
  readonly currentRevision?: string;
  readonly updateRevision?: string;
}

export const REVISION_LABEL = 'controller-revision-hash';

/** The name of the template's revision. */
export function revisionName(set: StatefulSet): string {
  return `${set.metadata.name}-${hashTemplate(set.spec.template)}`;
}

export function ordinalOf(set: StatefulSet, pod: Pod): number | undefined {
  const prefix = `${set.metadata.name}-`;
  const rest = pod.metadata.name.startsWith(prefix) ? pod.metadata.name.slice(prefix.length) : '';
  return /^(0|[1-9]\d*)$/.test(rest) ? Number(rest) : undefined;
}

export interface StatefulSetPlan {
  readonly create: readonly number[];
  readonly remove: readonly Pod[];
}

export function planStatefulSet(set: StatefulSet, pods: readonly Pod[], nowMs: number): StatefulSetPlan {
  const { replicas = 1, minReadySeconds = 0, podManagementPolicy, ordinals } = set.spec;
  const first = ordinals?.start ?? 0;
  const wanted = Array.from({ length: replicas }, (_, i) => first + i);
  const byOrdinal = new Map(pods.map((pod) => [ordinalOf(set, pod), pod]));
  const isHealthy = (pod: Pod): boolean => !isLeaving(pod) && isAvailable(pod, minReadySeconds, nowMs);
  const ended = pods.filter((pod) => hasEnded(pod) && !isLeaving(pod));
  if (ended.length > 0) return { create: [], remove: ended };

  const missing = wanted.filter((ordinal) => !byOrdinal.has(ordinal));
  const surplus = pods
    .filter((pod) => !wanted.includes(ordinalOf(set, pod) ?? -1))
    .toSorted((a, b) => (ordinalOf(set, b) ?? 0) - (ordinalOf(set, a) ?? 0));
  if (podManagementPolicy === 'Parallel') {
    const remove = surplus.filter((pod) => !isLeaving(pod));
    if (missing.length > 0 || remove.length > 0) return { create: missing, remove };
  } else {
    const unhealthy = wanted.find((ordinal) => {
      const pod = byOrdinal.get(ordinal);
      return pod === undefined || !isHealthy(pod);
    });
    if (unhealthy !== undefined) return { create: byOrdinal.has(unhealthy) ? [] : [unhealthy], remove: [] };
    const [last] = surplus;
    if (last !== undefined) return { create: [], remove: isLeaving(last) ? [] : [last] };
  }
  return { create: [], remove: outdated(set, wanted, byOrdinal, isHealthy) };
}

/** The highest pod of an older revision, once every higher one is healthy again. */
function outdated(
  set: StatefulSet,
  wanted: readonly number[],
  byOrdinal: ReadonlyMap<number | undefined, Pod>,
  isHealthy: (pod: Pod) => boolean,
): readonly Pod[] {
  const { type, rollingUpdate } = set.spec.updateStrategy ?? {};
  if (type === 'OnDelete') return [];
  const revision = revisionName(set);
  for (const ordinal of wanted.toReversed()) {
    const pod = byOrdinal.get(ordinal);
    if (ordinal < (rollingUpdate?.partition ?? 0) || pod === undefined) return [];
    if (pod.metadata.labels?.[REVISION_LABEL] !== revision) return isLeaving(pod) ? [] : [pod];
    if (!isHealthy(pod)) return [];
  }
  return [];
}

export function statefulSetStatus(set: StatefulSet, pods: readonly Pod[], nowMs: number): StatefulSetStatus {
  const { replicas = 1, minReadySeconds = 0 } = set.spec;
  const update = revisionName(set);
  const present = pods.filter((pod) => !hasEnded(pod));
  const count = (matches: (pod: Pod) => boolean): number => present.filter(matches).length;
  const ofRevision = (revision: string): number =>
    count((pod) => !isLeaving(pod) && pod.metadata.labels?.[REVISION_LABEL] === revision);
  const updated = ofRevision(update);
  const before = set.status?.currentRevision ?? update;
  const current = updated === replicas && present.length === replicas ? update : before;
  return {
    replicas: present.length,
    readyReplicas: count(isReady),
    availableReplicas: count((pod) => isAvailable(pod, minReadySeconds, nowMs)),
    currentReplicas: ofRevision(current),
    updatedReplicas: updated,
    currentRevision: current,
    updateRevision: update,
    ...(set.metadata.generation === undefined ? {} : { observedGeneration: set.metadata.generation }),
  };
}

function isLeaving(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined;
}
