// Consumers that Jobs run: each takes one message of a Redis list when its pod runs, works on it, and ends. Pods are said to run by the
// fake kubelet of the cluster; what would happen in them happens here.
import { Redis } from 'ioredis';
import { labels } from '../../src/api/names.ts';
import { systemClock, sleep } from '../../src/async.ts';
import type { KubeObject } from '../../src/kube/client.ts';
import { createReflector } from '../../src/kube/reflector.ts';
import { PODS } from '../../src/kube/resources.ts';
import { silentLogger } from '../../src/log.ts';
import { type Broker, CREDENTIALS, startRedis } from './brokers.ts';
import { NAMESPACE } from './cluster.ts';
import { aSecret } from './queue-worker.ts';
import type { World } from './world.ts';

export interface JobConsumers {
  readonly redis: Redis;
  /** The manifests by which triggers get at the list. */
  readonly access: readonly KubeObject[];
  /** A trigger on a list: one Job for each message. */
  trigger(list: string): KubeTrigger;
  send(list: string, messages: number): Promise<void>;
  /** Messages that were taken so far, by list. */
  taken(list: string): readonly string[];
  /** Consumers that found nothing. */
  idle(list: string): number;
  stop(): Promise<void>;
}

interface KubeTrigger {
  readonly type: string;
  readonly metadata: Record<string, string>;
  readonly authenticationRef: { readonly name: string };
}

interface RunningPod extends KubeObject {
  readonly status?: { readonly phase?: string };
}

export interface ConsumerOptions {
  /** From the moment that the pod runs until the message is taken. */
  readonly startMs: number;
  readonly workMs: number;
}

/** A pod's list is named by its ScaledJob. */
export async function startConsumers(world: World, options: ConsumerOptions): Promise<JobConsumers> {
  const broker: Broker = await startRedis();
  const redis = new Redis(broker.port, '127.0.0.1', CREDENTIALS);
  const stop = new AbortController();
  const { signal } = stop;
  const { client } = world.cluster;
  const begun = new Set<string>();
  const taken = new Map<string, string[]>();
  const idle = new Map<string, number>();
  const working = new Set<Promise<void>>();
  const pods = createReflector<RunningPod>({
    client,
    clock: systemClock,
    random: Math.random,
    log: silentLogger,
    resource: PODS,
    namespace: NAMESPACE,
    labelSelector: labels.scaledJobName,
  });

  async function consume(pod: RunningPod): Promise<void> {
    const list = pod.metadata.labels?.[labels.scaledJobName] ?? '';
    await sleep(systemClock, options.startMs, signal);
    const message = await redis.lpop(list);
    if (message === null) idle.set(list, (idle.get(list) ?? 0) + 1);
    else taken.set(list, [...(taken.get(list) ?? []), message]);
    await sleep(systemClock, options.workMs, signal);
    const { name, namespace } = pod.metadata;
    const body = { status: { phase: 'Succeeded', conditions: [] } };
    await client
      .patch(PODS, { name, namespace }, { type: 'merge', body }, { subresource: 'status', signal })
      .catch(() => {});
  }

  pods.subscribe(({ type, object }) => {
    const { uid = '', deletionTimestamp } = object.metadata;
    if (type === 'deleted' || deletionTimestamp !== undefined || object.status?.phase !== 'Running') return;
    if (begun.has(uid)) return;
    begun.add(uid);
    const work = consume(object)
      .catch(() => {})
      .finally(() => working.delete(work));
    working.add(work);
  });
  const watching = pods.run(signal);

  return {
    redis,
    access: [
      aSecret('redis', CREDENTIALS),
      {
        apiVersion: 'keda.sh/v1alpha1',
        kind: 'TriggerAuthentication',
        metadata: { name: 'redis', namespace: NAMESPACE },
        spec: {
          secretTargetRef: ['username', 'password'].map((key) => ({ parameter: key, name: 'redis', key })),
        },
      } as KubeObject,
    ],
    trigger: (list) => ({
      type: 'redis',
      metadata: { address: `127.0.0.1:${broker.port}`, listName: list, listLength: '1' },
      authenticationRef: { name: 'redis' },
    }),
    async send(list, messages) {
      await redis.rpush(list, ...Array.from({ length: messages }, (_, i) => `${list}-${i}`));
    },
    taken: (list) => taken.get(list) ?? [],
    idle: (list) => idle.get(list) ?? 0,
    async stop() {
      stop.abort(new Error('the test is over'));
      await Promise.all([watching, ...working]);
      redis.disconnect();
      await broker.stop();
    },
  };
}
