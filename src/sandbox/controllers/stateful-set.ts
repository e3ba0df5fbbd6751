// StatefulSets: pods with names that last. Claimed volumes are empty directories here, for the sandbox has no storage of its own.
import type { Component } from '../../component.ts';
import type { ObjectKey } from '../../kube/client.ts';
import { PODS, STATEFUL_SETS } from '../../kube/resources.ts';
import type { Store } from '../../kube/store.ts';
import type { Pod } from '../node-agent/pod.ts';
import { announcer } from './announce.ts';
import { type ControllerDeps, createKeyedController, find, keyOf, onChange, onItself } from './keyed-controller.ts';
import { claimChildren, keysForChild } from './ownership.ts';
import { nextAvailableInMs } from './pod-lifecycle.ts';
import { newPod } from './pod-template.ts';
import {
  ordinalOf,
  planStatefulSet,
  REVISION_LABEL,
  revisionName,
  type StatefulSet,
  statefulSetStatus,
} from './stateful-set-plan.ts';
import { writeStatus } from './status-writer.ts';

export function createStatefulSetController(
  deps: ControllerDeps,
  stores: { readonly statefulSets: Store<StatefulSet>; readonly pods: Store<Pod> },
): Component {
  const { client, clock } = deps;
  const announce = announcer(deps.events);

  async function reconcile(key: ObjectKey, signal: AbortSignal): Promise<number | undefined> {
    const set = await find(client.get<StatefulSet>(STATEFUL_SETS, key, { signal }));
    if (set === undefined) return undefined;
    const claimed = await claimChildren<Pod>(client, set, PODS, signal);
    let pods = claimed.filter((pod) => ordinalOf(set, pod) !== undefined);
    const nowMs = clock.now();
    if (set.metadata.deletionTimestamp === undefined) {
      const { create, remove } = planStatefulSet(set, pods, nowMs);
      for (const pod of remove) await deletePod(set, pod, signal);
      for (const ordinal of create) pods = [...pods, await createPod(set, ordinal, signal)];
    }
    await writeStatus(client, STATEFUL_SETS, set, statefulSetStatus(set, pods, nowMs), signal);
    return nextAvailableInMs(pods, set.spec.minReadySeconds ?? 0, nowMs);
  }

  async function createPod(set: StatefulSet, ordinal: number, signal: AbortSignal): Promise<Pod> {
    const { template, serviceName, volumeClaimTemplates = [] } = set.spec;
    const name = `${set.metadata.name}-${ordinal}`;
    const claims = volumeClaimTemplates.map(({ metadata }) => ({ name: metadata.name, emptyDir: {} }));
    const labels = {
      'statefulset.kubernetes.io/pod-name': name,
      'apps.kubernetes.io/pod-index': String(ordinal),
      [REVISION_LABEL]: revisionName(set),
    };
    const spec = {
      hostname: name,
      ...(serviceName === undefined ? {} : { subdomain: serviceName }),
      ...(claims.length === 0 ? {} : { volumes: [...(template.spec.volumes ?? []), ...claims] }),
    };
    const pod = await client.create<Pod>(PODS, newPod({ name, template, owner: set, labels, spec }), { signal });
    announce.normal(set, 'SuccessfulCreate', 'Create', `created pod ${name}`);
    return pod;
  }

  async function deletePod(set: StatefulSet, pod: Pod, signal: AbortSignal): Promise<void> {
    const { uid, name } = pod.metadata;
    await client.delete(PODS, keyOf(pod), { signal, propagation: 'Background', ...(uid === undefined ? {} : { uid }) });
    announce.normal(set, 'SuccessfulDelete', 'Delete', `deleted pod ${name}`);
  }

  return createKeyedController(
    {
      name: 'statefulset-controller',
      triggers: [
        onItself(stores.statefulSets),
        onChange(stores.pods, ({ object }) => keysForChild(object, 'StatefulSet', stores.statefulSets)),
      ],
      reconcile,
    },
    deps,
  );
}
