// ReplicaSets: as many pods as asked for, and a status that says how they are.
import type { Component } from '../../component.ts';
import { toSluiceError } from '../../errors.ts';
import type { ObjectKey } from '../../kube/client.ts';
import { PODS, REPLICA_SETS } from '../../kube/resources.ts';
import type { Store } from '../../kube/store.ts';
import type { Pod } from '../node-agent/pod.ts';
import { withCondition, withoutCondition } from './conditions.ts';
import { announcer } from './announce.ts';
import { type ControllerDeps, createKeyedController, find, keyOf, onChange, onItself } from './keyed-controller.ts';
import { selectorMatches } from './label-selector.ts';
import { claimChildren, keysForChild, releaseStrays } from './ownership.ts';
import { isActive, isAvailable, isReady, nextAvailableInMs } from './pod-lifecycle.ts';
import { generateName, newPod } from './pod-template.ts';
import { slowStart } from './slow-start.ts';
import { writeStatus } from './status-writer.ts';
import { chooseVictims } from './victims.ts';
import { type ReplicaSet, type ReplicaSetStatus, replicasOf } from './workload-objects.ts';

/** The most pods that one reconcile creates or deletes, as in Kubernetes. */
const BURST = 500;

export function createReplicaSetController(
  deps: ControllerDeps,
  stores: { readonly replicaSets: Store<ReplicaSet>; readonly pods: Store<Pod> },
): Component {
  const { client, clock, random } = deps;
  const announce = announcer(deps.events);

  async function reconcile(key: ObjectKey, signal: AbortSignal): Promise<number | undefined> {
    const set = await find(client.get<ReplicaSet>(REPLICA_SETS, key, { signal }));
    if (set === undefined) return undefined;
    await releaseStrays(client, set, PODS, stores.pods, signal);
    const present = (await claimChildren<Pod>(client, set, PODS, signal)).filter(isActive);
    const { pods, error } =
      set.metadata.deletionTimestamp === undefined
        ? await manage(set, present, signal)
        : { pods: present, error: undefined };
    const nowMs = clock.now();
    await writeStatus(client, REPLICA_SETS, set, replicaSetStatus(set, pods, error, nowMs), signal);
    if (error !== undefined) throw toSluiceError(error, `replica set ${key.namespace}/${key.name}`);
    return nextAvailableInMs(pods, set.spec.minReadySeconds ?? 0, nowMs);
  }

  async function manage(
    set: ReplicaSet,
    present: readonly Pod[],
    signal: AbortSignal,
  ): Promise<{ readonly pods: readonly Pod[]; readonly error: unknown }> {
    const missing = replicasOf(set) - present.length;
    if (missing >= 0) {
      const { created, error } = await slowStart(Math.min(missing, BURST), () => createPod(set, signal));
      return { pods: [...present, ...created], error };
    }
    const victims = chooseVictims(present, Math.min(-missing, BURST));
    const results = await Promise.allSettled(victims.map((pod) => deletePod(set, pod, signal)));
    const failed = results.find((result) => result.status === 'rejected');
    const gone = new Set(victims.filter((_, i) => results[i]?.status === 'fulfilled'));
    return { pods: present.filter((pod) => !gone.has(pod)), error: failed?.reason };
  }

  async function createPod(set: ReplicaSet, signal: AbortSignal): Promise<Pod> {
    const name = generateName(`${set.metadata.name}-`, random);
    const pod = await client.create<Pod>(PODS, newPod({ name, template: set.spec.template, owner: set }), { signal });
    announce.normal(set, 'SuccessfulCreate', 'Create', `created pod ${name}`);
    return pod;
  }

  async function deletePod(set: ReplicaSet, pod: Pod, signal: AbortSignal): Promise<void> {
    const { uid } = pod.metadata;
    await client.delete(PODS, keyOf(pod), { signal, propagation: 'Background', ...(uid === undefined ? {} : { uid }) });
    announce.normal(set, 'SuccessfulDelete', 'Delete', `deleted pod ${pod.metadata.name}`);
  }

  return createKeyedController(
    {
      name: 'replicaset-controller',
      triggers: [
        onItself(stores.replicaSets),
        onChange(stores.pods, (change) => [
          ...keysForChild(change.object, 'ReplicaSet', stores.replicaSets),
          ...(change.type === 'updated' ? keysForChild(change.previous, 'ReplicaSet', stores.replicaSets) : []),
        ]),
      ],
      reconcile,
    },
    deps,
  );
}

/** Pure: the status that these active pods make; `error` is why pods could not be created or deleted. */
export function replicaSetStatus(
  set: ReplicaSet,
  pods: readonly Pod[],
  error: unknown,
  nowMs: number,
): ReplicaSetStatus {
  const { template, minReadySeconds = 0 } = set.spec;
  const count = (matches: (pod: Pod) => boolean): number => pods.filter(matches).length;
  const others = withoutCondition(set.status?.conditions, 'ReplicaFailure');
  const conditions =
    error === undefined
      ? others
      : withCondition(
          set.status?.conditions,
          {
            type: 'ReplicaFailure',
            status: 'True',
            reason: pods.length < replicasOf(set) ? 'FailedCreate' : 'FailedDelete',
            message: toSluiceError(error, 'pods').message,
          },
          nowMs,
        );
  return {
    replicas: pods.length,
    fullyLabeledReplicas: count((pod) =>
      selectorMatches({ matchLabels: template.metadata?.labels ?? {} }, pod.metadata.labels),
    ),
    readyReplicas: count(isReady),
    availableReplicas: count((pod) => isAvailable(pod, minReadySeconds, nowMs)),
    ...(set.metadata.generation === undefined ? {} : { observedGeneration: set.metadata.generation }),
    ...(conditions.length === 0 ? {} : { conditions }),
  };
}
