// Deployments: one ReplicaSet for each pod template, sized by the strategy, with a history of revisions.
import type { Component } from '../../component.ts';
import { KubeError } from '../../errors.ts';
import type { ObjectKey } from '../../kube/client.ts';
import { DEPLOYMENTS, PODS, REPLICA_SETS } from '../../kube/resources.ts';
import type { Store } from '../../kube/store.ts';
import type { Pod } from '../node-agent/pod.ts';
import { announcer } from './announce.ts';
import { isComplete, progressDeadlineInMs } from './deployment-progress.ts';
import { deploymentStatus } from './deployment-status.ts';
import { type ControllerDeps, createKeyedController, find, keyOf, onChange, onItself } from './keyed-controller.ts';
import { selectorQuery } from './label-selector.ts';
import { claimChildren, controllerKey, controllerOf, keysForChild, releaseStrays } from './ownership.ts';
import { hasEnded } from './pod-lifecycle.ts';
import {
  annotationsFor,
  expiredSets,
  findCurrent,
  newReplicaSet,
  revisionOf,
  toSized,
  wasResized,
} from './revisions.ts';
import { newSetSize, proportionalSizes, rollingStep, rolloutBounds, type Sizes } from './rollout.ts';
import { writeStatus } from './status-writer.ts';
import { type Deployment, type ReplicaSet, replicasOf } from './workload-objects.ts';

export function createDeploymentController(
  deps: ControllerDeps,
  stores: {
    readonly deployments: Store<Deployment>;
    readonly replicaSets: Store<ReplicaSet>;
    readonly pods: Store<Pod>;
  },
): Component {
  const { client, clock } = deps;
  const announce = announcer(deps.events);

  async function reconcile(key: ObjectKey, signal: AbortSignal): Promise<number | undefined> {
    const deployment = await find(client.get<Deployment>(DEPLOYMENTS, key, { signal }));
    if (deployment === undefined) return undefined;
    await releaseStrays(client, deployment, REPLICA_SETS, stores.replicaSets, signal);
    let sets = await claimChildren<ReplicaSet>(client, deployment, REPLICA_SETS, signal);
    if (deployment.metadata.deletionTimestamp === undefined) sets = await rollOut(deployment, sets, signal);
    const current = findCurrent(deployment, sets);
    const nowMs = clock.now();
    const status = deploymentStatus(deployment, current, sets, nowMs);
    const annotated = await writeRevision(deployment, current, signal);
    await writeStatus(client, DEPLOYMENTS, annotated, status, signal);
    return progressDeadlineInMs(deployment, status, nowMs);
  }

  /** One step towards the spec; the sets as they are after it. */
  async function rollOut(
    deployment: Deployment,
    sets: readonly ReplicaSet[],
    signal: AbortSignal,
  ): Promise<readonly ReplicaSet[]> {
    const current = findCurrent(deployment, sets);
    const old = sets.filter((set) => set !== current);
    const bounds = rolloutBounds(replicasOf(deployment), deployment.spec.strategy);
    if (deployment.spec.paused || sets.some((set) => wasResized(deployment, set))) {
      const sizes = proportionalSizes(bounds, current && toSized(current), old.map(toSized));
      return resize(deployment, sets, current, sizes, signal);
    }
    const recreate = deployment.spec.strategy?.type === 'Recreate';
    if (recreate && old.some((set) => replicasOf(set) > 0)) {
      return resize(deployment, sets, current, new Map(old.map((set) => [set.metadata.name, 0])), signal);
    }
    if (recreate && (await hasOldPods(deployment, current, signal))) return sets;
    if (current === undefined) {
      const asked = old.reduce((sum, set) => sum + replicasOf(set), 0);
      const size = recreate ? bounds.replicas : newSetSize(bounds, 0, asked);
      return [...sets, await createSet(deployment, old, size, signal)];
    }
    const sizes = recreate
      ? new Map([[current.metadata.name, bounds.replicas]])
      : rollingStep(bounds, toSized(current), old.map(toSized));
    const resized = await resize(deployment, sets, current, sizes, signal);
    return isComplete(deployment, deployment.status ?? {}) ? cleanUp(deployment, current, resized, signal) : resized;
  }

  /** Writes sizes and annotations where they differ. */
  async function resize(
    deployment: Deployment,
    sets: readonly ReplicaSet[],
    current: ReplicaSet | undefined,
    sizes: Sizes,
    signal: AbortSignal,
  ): Promise<readonly ReplicaSet[]> {
    const result: ReplicaSet[] = [];
    for (const set of sets) {
      const before = replicasOf(set);
      const replicas = sizes.get(set.metadata.name) ?? before;
      const annotations = annotationsFor(deployment, set, set === current, sets);
      const minReadySeconds = set === current ? deployment.spec.minReadySeconds : set.spec.minReadySeconds;
      if (replicas === before && annotations === undefined && minReadySeconds === set.spec.minReadySeconds) {
        result.push(set);
        continue;
      }
      const metadata = { ...set.metadata, annotations: annotations ?? set.metadata.annotations ?? {} };
      const spec = { ...set.spec, replicas, ...(minReadySeconds === undefined ? {} : { minReadySeconds }) };
      result.push(await client.replace<ReplicaSet>(REPLICA_SETS, { ...set, metadata, spec }, { signal }));
      if (replicas !== before) announceScale(deployment, set.metadata.name, before, replicas);
    }
    return result;
  }

  async function createSet(
    deployment: Deployment,
    old: readonly ReplicaSet[],
    size: number,
    signal: AbortSignal,
  ): Promise<ReplicaSet> {
    const set = newReplicaSet(deployment, old, size);
    try {
      const created = await client.create<ReplicaSet>(REPLICA_SETS, set, { signal });
      if (size > 0) announceScale(deployment, set.metadata.name, 0, size);
      return created;
    } catch (error) {
      if (!(error instanceof KubeError && error.reason === 'AlreadyExists')) throw error;
      // It is not among our own sets, so another template has the same hash: the next attempt takes another name.
      const status = deployment.status ?? {};
      const collisionCount = (status.collisionCount ?? 0) + 1;
      await writeStatus(client, DEPLOYMENTS, deployment, { ...status, collisionCount }, signal);
      throw error;
    }
  }

  function announceScale(deployment: Deployment, set: string, from: number, to: number): void {
    const direction = to > from ? 'up' : 'down';
    announce.normal(
      deployment,
      'ScalingReplicaSet',
      'Scale',
      `scaled ${direction} replica set ${set} from ${from} to ${to}`,
    );
  }

  /** Recreate starts nothing while a pod of an older template still runs, even one that is being deleted. */
  async function hasOldPods(
    deployment: Deployment,
    current: ReplicaSet | undefined,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { namespace } = deployment.metadata;
    const labelSelector = selectorQuery(deployment.spec.selector);
    const { items } = await client.list<Pod>(PODS, { namespace, labelSelector, signal });
    return items.some((pod) => !hasEnded(pod) && controllerOf(pod)?.uid !== current?.metadata.uid);
  }

  async function cleanUp(
    deployment: Deployment,
    current: ReplicaSet,
    sets: readonly ReplicaSet[],
    signal: AbortSignal,
  ): Promise<readonly ReplicaSet[]> {
    const expired = new Set(
      expiredSets(
        deployment,
        sets.filter((set) => set.metadata.uid !== current.metadata.uid),
      ),
    );
    for (const set of expired) {
      await client.delete(REPLICA_SETS, keyOf(set), { signal, propagation: 'Background' });
    }
    return sets.filter((set) => !expired.has(set));
  }

  /** `kubectl rollout` reads the revision from the Deployment's annotation. */
  async function writeRevision(
    deployment: Deployment,
    current: ReplicaSet | undefined,
    signal: AbortSignal,
  ): Promise<Deployment> {
    const key = 'deployment.kubernetes.io/revision';
    const revision = current && revisionOf(current);
    if (!revision || deployment.metadata.annotations?.[key] === String(revision)) return deployment;
    const { resourceVersion } = deployment.metadata;
    const body = { metadata: { resourceVersion, annotations: { [key]: String(revision) } } };
    return client.patch<Deployment>(DEPLOYMENTS, keyOf(deployment), { type: 'merge', body }, { signal });
  }

  return createKeyedController(
    {
      name: 'deployment-controller',
      triggers: [
        onItself(stores.deployments),
        onChange(stores.replicaSets, ({ object }) => keysForChild(object, 'Deployment', stores.deployments)),
        // The end of a pod may be what a Recreate waits for.
        onChange(stores.pods, ({ type, object }) => {
          const owner = type === 'deleted' ? controllerKey(object, 'ReplicaSet') : undefined;
          const set = owner && stores.replicaSets.get(owner);
          return set === undefined ? [] : [controllerKey(set, 'Deployment')];
        }),
      ],
      reconcile,
    },
    deps,
  );
}
