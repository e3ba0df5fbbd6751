// A kubelet without processes: pods bound to its node become Running and Ready, end when told to, and go when deleted.
import type { Clock } from '../../src/async.ts';
import type { Component } from '../../src/component.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { createReflector } from '../../src/kube/reflector.ts';
import { NODES, PODS } from '../../src/kube/resources.ts';
import { silentLogger } from '../../src/log.ts';
import { createKeyedController, find, onItself } from '../../src/sandbox/controllers/keyed-controller.ts';
import { type Pod, timestamp } from '../../src/sandbox/node-agent/pod.ts';

export interface FakeKubeletOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly nodeName?: string;
  readonly readyAfterMs?: number;
  /** The phase a pod ends in at once when it is Ready; undefined lets it run. */
  readonly ends?: (pod: Pod) => 'Succeeded' | 'Failed' | undefined;
  /** False keeps a pod from ever getting Ready. */
  readonly starts?: (pod: Pod) => boolean;
}

export function createFakeKubelet(options: FakeKubeletOptions): Component {
  const { client, clock, nodeName = 'node-1', readyAfterMs = 0, ends = () => undefined, starts = () => true } = options;
  const base = { client, clock, random: () => 0.5, log: silentLogger, events: { record: () => {}, settled: () => {} } };
  const pods = createReflector<Pod>({ ...base, resource: PODS });
  const controller = createKeyedController(
    {
      name: 'fake-kubelet',
      triggers: [onItself(pods)],
      async reconcile(key, signal) {
        const pod = await find(client.get<Pod>(PODS, key, { signal }));
        if (pod === undefined || pod.spec.nodeName !== nodeName) return undefined;
        if (pod.metadata.deletionTimestamp !== undefined) {
          if ((pod.metadata.finalizers ?? []).length === 0) {
            await client.delete(PODS, key, { signal, gracePeriodSeconds: 0 });
          }
          return undefined;
        }
        if (!starts(pod) || (pod.status?.phase ?? 'Pending') !== 'Pending') return undefined;
        const waitMs = Date.parse(pod.metadata.creationTimestamp ?? '') + readyAfterMs - clock.now();
        if (waitMs > 0) return waitMs;
        const now = timestamp(clock.now());
        const end = ends(pod);
        const ready = { type: 'Ready', status: end === undefined ? 'True' : 'False', lastTransitionTime: now } as const;
        const phase = end ?? ('Running' as const);
        const status = { ...pod.status, phase, startTime: now, conditions: [ready] };
        await client.replace<Pod>(PODS, { ...pod, status }, { subresource: 'status', signal });
        return undefined;
      },
    },
    base,
  );
  return {
    name: 'fake-kubelet',
    ready: controller.ready,
    async run(signal) {
      const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: nodeName } };
      if ((await find(client.get(NODES, { name: nodeName }, { signal }))) === undefined) {
        await client.create(NODES, node, { signal });
      }
      const room = { cpu: '1000', memory: '1000Gi', pods: '10000' };
      const status = { conditions: [{ type: 'Ready', status: 'True' }], capacity: room, allocatable: room };
      await client.patch(
        NODES,
        { name: nodeName },
        { type: 'merge', body: { status } },
        { subresource: 'status', signal },
      );
      await Promise.all([pods.run(signal), controller.run(signal)]);
    },
  };
}
