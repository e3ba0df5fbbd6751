// What kubernetes-workload triggers cost in a large namespace: the list, what is kept of it, a change, and a poll.
import { systemClock } from '../../src/async.ts';
import { createClusterView } from '../../src/controller/cluster-view.ts';
import type { KubeClient, KubeObject, WatchEvent } from '../../src/kube/client.ts';
import { silentLogger } from '../../src/log.ts';
import { createSourcePool } from '../../src/scalers/sources.ts';
import { polled } from '../support/written-trigger.ts';
import type { Bench } from './bench.ts';

const PODS = 10_000;
const TRIGGERS = 100;
const POLLS = 100;
const never = new AbortController().signal;

export const podsBench: Bench = {
  name: 'pods',
  async run(report) {
    const server = createPodServer();
    const clients = createSourcePool({ clock: systemClock });
    const options = { client: server.client, clock: systemClock, random: Math.random, log: silentLogger };
    const deps = { clients, clock: systemClock, cluster: createClusterView(options) };
    const metadata = (n: number) => ({
      podSelector: `app in (app-${n},app-${(n + 1) % TRIGGERS}),!canary`,
      value: '5',
    });
    const begun = performance.now();
    const scalers = await Promise.all(
      Array.from({ length: TRIGGERS }, (_, n) =>
        polled('kubernetes-workload', { metadata: metadata(n) }).connect(deps),
      ),
    );
    const poll = () => Promise.all(scalers.map((scaler) => scaler.read(never)));
    await poll();
    const what = `${PODS} pods, ${TRIGGERS} triggers`;
    report({ what: `${what}: parse the list and count`, value: `${(performance.now() - begun).toFixed(0)} ms` });

    const polledAt = performance.now();
    for (let i = 0; i < POLLS; i++) await poll();
    report({
      what: `${what}: one poll of all`,
      value: `${((performance.now() - polledAt) * (1_000 / POLLS)).toFixed(0)} µs`,
    });

    const changedAt = performance.now();
    await server.changeAll();
    report({
      what: `${what}: one pod changes`,
      value: `${((performance.now() - changedAt) * (1_000 / PODS)).toFixed(1)} µs`,
    });
    await Promise.all(scalers.map((scaler) => scaler.close()));
    await clients.close();
  },
};

/** Lists pods of a usual size, from text as the API server sends it, and has them all end when told to. */
function createPodServer() {
  const env = Array.from({ length: 20 }, (_, n) => ({ name: `VARIABLE_${n}`, value: 'some value of it' }));
  const pods = Array.from({ length: PODS }, (_, n) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `pod-${n}`,
      namespace: 'shop',
      uid: `uid-${n}`,
      resourceVersion: `${n}`,
      labels: { app: `app-${n % TRIGGERS}`, 'pod-template-hash': `${n % 300}` },
    },
    spec: { nodeName: `node-${n % 200}`, containers: [{ name: 'app', image: 'app:1', env }] },
    status: { phase: 'Running' },
  }));
  const text = JSON.stringify(pods);
  const { promise: told, resolve: tell } = Promise.withResolvers<void>();
  const { promise: seen, resolve: see } = Promise.withResolvers<void>();
  async function* changes(signal: AbortSignal): AsyncGenerator<WatchEvent<KubeObject>> {
    await told;
    for (const [n, pod] of pods.entries()) {
      const metadata = { ...pod.metadata, resourceVersion: `${PODS + n}` };
      yield { type: 'MODIFIED', object: { ...pod, metadata, status: { phase: 'Failed' } } as KubeObject };
    }
    see();
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  }
  const client = {
    list: async (_resource, { prune = (pod) => pod }) => ({
      items: (JSON.parse(text) as never[]).map(prune),
      resourceVersion: `${PODS}`,
    }),
    watch(_resource, { signal, opened }) {
      opened?.();
      return changes(signal) as never;
    },
  } satisfies Pick<KubeClient, 'list' | 'watch'>;
  return {
    client: client as unknown as KubeClient,
    changeAll() {
      tell();
      return seen;
    },
  };
}
