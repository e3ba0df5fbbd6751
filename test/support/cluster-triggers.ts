// Triggers whose source is the cluster, read against an API server in memory.
import { createClusterView } from '../../src/controller/cluster-view.ts';
import type { KubeObject } from '../../src/kube/client.ts';
import { silentLogger } from '../../src/log.ts';
import type { Scaler } from '../../src/scalers/scaler.ts';
import { createSourcePool } from '../../src/scalers/sources.ts';
import { createFakeClock, type FakeClock } from './clock.ts';
import { createMemoryKube, type MemoryKube } from './memory-kube.ts';
import { polled } from './written-trigger.ts';

export interface ClusterTriggers {
  readonly kube: MemoryKube;
  readonly clock: FakeClock;
  /** Connections to the API server that triggers share. */
  sources(): number;
  /** Of an object in the namespace `shop`. */
  connect(
    type: string,
    metadata: Readonly<Record<string, string>>,
    auth?: Readonly<Record<string, string>>,
  ): Promise<Scaler>;
  stop(): Promise<void>;
}

export function createClusterTriggers(): ClusterTriggers {
  const clock = createFakeClock();
  const kube = createMemoryKube(clock.now);
  const clients = createSourcePool({ clock });
  const cluster = createClusterView({ client: kube, clock, random: () => 0, log: silentLogger });
  return {
    kube,
    clock,
    sources: () => clients.size(),
    async connect(type, metadata, auth = {}) {
      const scaler = await polled(type, { metadata, auth }).connect({ clients, clock, cluster });
      await clock.advance(0);
      return scaler;
    },
    stop: () => clients.close(),
  };
}

export function aPod(name: string, labels: Readonly<Record<string, string>>, phase: string, node = ''): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', labels: { ...labels } },
    spec: node === '' ? {} : { nodeName: node },
    status: { phase },
  } as KubeObject;
}
