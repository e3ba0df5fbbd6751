// A Deployment's ReplicaSets as its history: which one is current, what their annotations say, which ones are forgotten. Pure.
import {
  controllerReference,
  hashTemplate,
  POD_TEMPLATE_HASH,
  type PodTemplate,
  sameTemplate,
} from './pod-template.ts';
import { rolloutBounds, type SizedSet } from './rollout.ts';
import { type Deployment, type ReplicaSet, replicasOf } from './workload-objects.ts';

const REVISION = 'deployment.kubernetes.io/revision';
const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
const DESIRED = 'deployment.kubernetes.io/desired-replicas';
const MOST = 'deployment.kubernetes.io/max-replicas';
/** Annotations of the Deployment that mean nothing on a ReplicaSet. */
const OWN_ANNOTATIONS = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'deprecated.deployment.rollback.to',
  REVISION,
  REVISION_HISTORY,
  DESIRED,
  MOST,
]);

/** The set whose pods are what the spec describes; the oldest one, should there be several. */
export function findCurrent(deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  return sets
    .filter((set) => sameTemplate(set.spec.template, deployment.spec.template))
    .toSorted((a, b) => createdMs(a) - createdMs(b))[0];
}

/** 0 when the set carries none. */
export function revisionOf(set: ReplicaSet): number {
  return Number.parseInt(set.metadata.annotations?.[REVISION] ?? '', 10) || 0;
}

export function newReplicaSet(deployment: Deployment, old: readonly ReplicaSet[], replicas: number): ReplicaSet {
  const { metadata, spec } = deployment;
  const hash = hashTemplate(spec.template, deployment.status?.collisionCount);
  const labels = { ...spec.template.metadata?.labels, [POD_TEMPLATE_HASH]: hash };
  const template: PodTemplate = { ...spec.template, metadata: { ...spec.template.metadata, labels } };
  const selector = {
    ...spec.selector,
    matchLabels: { ...spec.selector.matchLabels, [POD_TEMPLATE_HASH]: hash },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${metadata.name}-${hash}`,
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      labels,
      annotations: { ...inherited(deployment), ...sizesOf(deployment), [REVISION]: String(newestOf(old) + 1) },
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas,
      ...(spec.minReadySeconds === undefined ? {} : { minReadySeconds: spec.minReadySeconds }),
      selector,
      template,
    },
  };
}

/**
 * The annotations the set should have, or undefined when it has them. The current set takes the Deployment's own, and the
 * highest revision: going back to an old template makes it the newest again.
 */
export function annotationsFor(
  deployment: Deployment,
  set: ReplicaSet,
  isCurrent: boolean,
  sets: readonly ReplicaSet[],
): Readonly<Record<string, string>> | undefined {
  const before = set.metadata.annotations ?? {};
  const wanted: Record<string, string> = {
    ...before,
    ...(replicasOf(set) > 0 || isCurrent ? sizesOf(deployment) : {}),
  };
  if (isCurrent) {
    Object.assign(wanted, inherited(deployment));
    const next = newestOf(sets.filter((other) => other !== set)) + 1;
    const revision = revisionOf(set);
    if (revision < next) {
      wanted[REVISION] = String(next);
      const history = before[REVISION_HISTORY];
      if (revision > 0) wanted[REVISION_HISTORY] = history === undefined ? `${revision}` : `${history},${revision}`;
    }
  }
  return Object.entries(wanted).some(([key, value]) => before[key] !== value) ? wanted : undefined;
}

/** Somebody changed `replicas` since this set was sized: that is scaling, not a rollout. */
export function wasResized(deployment: Deployment, set: ReplicaSet): boolean {
  const desired = set.metadata.annotations?.[DESIRED];
  return replicasOf(set) > 0 && desired !== undefined && desired !== String(replicasOf(deployment));
}

/** Old sets beyond revisionHistoryLimit (10), oldest first; never one that still has or wants pods. */
export function expiredSets(deployment: Deployment, old: readonly ReplicaSet[]): readonly ReplicaSet[] {
  const surplus = old.length - (deployment.spec.revisionHistoryLimit ?? 10);
  return old
    .toSorted((a, b) => revisionOf(a) - revisionOf(b))
    .slice(0, Math.max(0, surplus))
    .filter((set) => replicasOf(set) === 0 && (set.status?.replicas ?? 0) === 0)
    .filter((set) => (set.status?.observedGeneration ?? 0) >= (set.metadata.generation ?? 0))
    .filter((set) => set.metadata.deletionTimestamp === undefined);
}

export function toSized(set: ReplicaSet): SizedSet {
  const most = Number.parseInt(set.metadata.annotations?.[MOST] ?? '', 10);
  return {
    name: set.metadata.name,
    createdMs: createdMs(set),
    size: replicasOf(set),
    available: set.status?.availableReplicas ?? 0,
    ...(Number.isNaN(most) || most === 0 ? {} : { mostBefore: most }),
  };
}

function sizesOf(deployment: Deployment): Readonly<Record<string, string>> {
  const replicas = replicasOf(deployment);
  const { surge } = rolloutBounds(replicas, deployment.spec.strategy);
  return { [DESIRED]: String(replicas), [MOST]: String(replicas + surge) };
}

function inherited(deployment: Deployment): Readonly<Record<string, string>> {
  const annotations = Object.entries(deployment.metadata.annotations ?? {});
  return Object.fromEntries(annotations.filter(([key]) => !OWN_ANNOTATIONS.has(key)));
}

function newestOf(sets: readonly ReplicaSet[]): number {
  return Math.max(0, ...sets.map(revisionOf));
}

function createdMs(set: ReplicaSet): number {
  return Date.parse(set.metadata.creationTimestamp ?? '') || 0;
}
