// Push: from a message to the write of /scale at a poll of half a minute, and what it costs to listen.
import { scaledObjects, triggerAuthentications } from '../../src/api/names.ts';
import type { KubeClient, KubeObject } from '../../src/kube/client.ts';
import { SECRETS } from '../../src/kube/resources.ts';
import { eventually } from '../support/eventually.ts';
import { type Bench, pause, quantile, type Report } from './bench.ts';
import { startCluster } from './cluster.ts';
import { cpuMs } from './process-figures.ts';
import { openWorkspace, runSluice } from './program.ts';
import { PUSH_BROKERS, type PushBroker, type PushBrokerKind } from './push-brokers.ts';
import { createDeployments, NAMESPACE, nameOf } from './redis.ts';

/** Each object is woken once. */
const OBJECTS = 40;
const POLL_S = 30;
const IDLE_S = 20;
const signal = new AbortController().signal;

export const pushBench: Bench = {
  name: 'push',
  async run(report) {
    for (const kind of PUSH_BROKERS) {
      if (kind.isInstalled) await measure(kind, report);
      else report({ what: `${kind.name}: skipped`, value: 'the broker is not installed' });
    }
  },
};

async function measure({ name, start }: PushBrokerKind, report: Report): Promise<void> {
  await using workspace = await openWorkspace();
  await using cluster = await startCluster(workspace.directory);
  const broker = await start();
  const queues = Array.from({ length: OBJECTS }, (_, i) => nameOf(i));
  await broker.create(queues);
  await createDeployments(cluster.client, OBJECTS);
  const sluice = await runSluice(workspace, cluster.kubeconfig);
  try {
    await createAccess(cluster.client, broker);
    for (const queue of queues) await cluster.client.create(scaledObjects, scaledObject(queue, broker), { signal });
    await eventually('all are Ready', async () => (await cluster.seen()).ready === OBJECTS, 60_000);
    await pause(3_000);
    const cpuBefore = await cpuMs(sluice.pid);
    await pause(IDLE_S * 1_000);
    const cpu = (await cpuMs(sluice.pid)) - cpuBefore;
    const times: number[] = [];
    for (const [i, queue] of queues.entries()) {
      await pause(200 + ((i * 37) % 250));
      await cluster.reset();
      const sentAt = Date.now();
      await broker.send(queue, 50);
      await eventually('it is at size', async () => (await cluster.seen()).sizes[10] === i + 1, 2 * POLL_S * 1_000);
      times.push((await cluster.seen()).firstResizedAt - sentAt);
    }
    report({
      what: `${name}: from the message to the write of /scale at a ${POLL_S} s poll, ${OBJECTS} objects: p50, p95, longest`,
      value: [0.5, 0.95, 1].map((part) => `${Math.round(quantile(times, part))} ms`).join(', '),
      aim: 'p95 < 500 ms',
    });
    report({
      what: `${name}: CPU while ${OBJECTS} queues are empty`,
      value: `${(cpu / IDLE_S).toFixed(1)} mCPU`,
    });
  } finally {
    await sluice.stop();
    await broker.stop();
  }
}

async function createAccess(client: KubeClient, { auth }: PushBroker): Promise<void> {
  const metadata = { name: 'broker', namespace: NAMESPACE };
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata, stringData: auth };
  await client.create(SECRETS, secret as KubeObject, { signal });
  const secretTargetRef = Object.keys(auth).map((key) => ({ parameter: key, name: 'broker', key }));
  const object = { apiVersion: 'keda.sh/v1alpha1', kind: 'TriggerAuthentication', metadata, spec: { secretTargetRef } };
  await client.create(triggerAuthentications, object as KubeObject, { signal });
}

function scaledObject(name: string, { type, metadata }: PushBroker): KubeObject {
  const spec = {
    scaleTargetRef: { name },
    pollingInterval: POLL_S,
    maxReplicaCount: 10,
    triggers: [{ type, metadata: metadata(name), authenticationRef: { name: 'broker' } }],
  };
  const object = {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: { name, namespace: NAMESPACE },
    spec,
  };
  return object;
}
