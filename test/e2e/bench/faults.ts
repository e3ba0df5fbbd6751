// Wrong zeros: a queue that holds work all the time, a broker that cannot be asked, and what becomes of the workers.
import { Redis } from 'ioredis';
import { scaledObjects } from '../../../src/api/names.ts';
import { pause } from '../../bench/bench.ts';
import { createDeployments, createScaledObjects, NAMESPACE, nameOf } from '../../bench/redis.ts';
import { CREDENTIALS } from '../../support/brokers.ts';
import { eventually } from '../../support/eventually.ts';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';
import { readMetric } from '../keda/metrics-api.ts';
import type { Part } from './part.ts';
import { isReady, onScene, replicasOf, type Scene } from './scene.ts';

const POLL_S = 5;
const COOLDOWN_S = 10;
const SIZE = 9;
const FAULT_MS = 45_000;

const { signal } = new AbortController();

interface Fault {
  readonly name: string;
  begin(broker: { readonly proxy: FaultProxy; readonly redis: Redis }): Promise<unknown>;
  end(broker: { readonly proxy: FaultProxy; readonly redis: Redis }): Promise<unknown>;
}

const FAULTS: readonly Fault[] = [
  { name: 'refuses', begin: ({ proxy }) => proxy.setMode('refuse'), end: ({ proxy }) => proxy.setMode('pass') },
  { name: 'is silent', begin: ({ proxy }) => proxy.setMode('silent'), end: ({ proxy }) => proxy.setMode('pass') },
  {
    name: 'has another password',
    begin: ({ proxy, redis }) => changePassword(proxy, redis, 'another-horse'),
    end: ({ proxy, redis }) => changePassword(proxy, redis, CREDENTIALS.password),
  },
];

/** Three workloads side by side. `fallback.replicas: 0` says what to do when nothing is known, so a zero of that one is meant so. */
const VARIANTS = [
  ['no fallback', undefined],
  ['fallback of 2 replicas', { failureThreshold: 2, replicas: 2 }],
  ['fallback of 0 replicas', { failureThreshold: 2, replicas: 0 }],
] as const;

export const faults: Part = {
  name: `${FAULT_MS / 1000} s without a broker, work waiting`,
  run: (contender, report) =>
    onScene(contender, async (scene) => {
      const { client } = scene.plane;
      const proxy = await startFaultProxy(scene.redis.port);
      const redis = new Redis({ ...CREDENTIALS, host: '127.0.0.1', port: scene.redis.port });
      try {
        await createDeployments(client, VARIANTS.length);
        await createScaledObjects(client, VARIANTS.length, {
          port: proxy.port,
          spec: { pollingInterval: POLL_S, cooldownPeriod: COOLDOWN_S },
        });
        for (const [i, [, fallback]] of VARIANTS.entries()) {
          const key = { namespace: NAMESPACE, name: nameOf(i) };
          if (fallback)
            await client.patch(scaledObjects, key, { type: 'merge', body: { spec: { fallback } } }, { signal });
        }
        const workers = VARIANTS.map((_, i) => nameOf(i));
        await scene.redis.push(workers, SIZE * 5);
        for (const fault of FAULTS) {
          const seen = await suffer(scene, fault, { proxy, redis }, workers);
          for (const [i, [variant]] of VARIANTS.entries()) {
            const { zeroWrites = 0, zeroAnswers = 0, answers = 0, fewest = SIZE } = seen.get(nameOf(i)) ?? {};
            report({
              what: `${fault.name}, ${variant}: writes of 0; metric answers of 0; fewest replicas of ${SIZE}`,
              value: `${zeroWrites}; ${zeroAnswers} of ${answers}; ${fewest}`,
            });
          }
        }
      } finally {
        redis.disconnect();
        await proxy.close();
      }
    }),
};

interface Suffered {
  zeroWrites: number;
  zeroAnswers: number;
  answers: number;
  fewest: number;
}

async function suffer(
  scene: Scene,
  fault: Fault,
  broker: Parameters<Fault['begin']>[0],
  workers: readonly string[],
): Promise<ReadonlyMap<string, Suffered>> {
  const { plane, deployments, objects } = scene;
  const seen = new Map(workers.map((name) => [name, { zeroWrites: 0, zeroAnswers: 0, answers: 0, fewest: SIZE }]));
  const isAtSize = (): boolean => workers.every((name) => replicasOf(scene, name) === SIZE);
  await eventually('all are at size', isAtSize, 240_000);
  await eventually('all are Ready', () => objects.list().every(isReady), 60_000);
  const ask = (name: string): Promise<string> =>
    readMetric(plane.client, { namespace: NAMESPACE, scaledObject: name, metric: `s0-redis-${name}` });
  for (const name of workers) await eventually('its metric is answered', async () => (await ask(name)) !== '0', 60_000);
  await fault.begin(broker);
  const unsubscribe = deployments.subscribe(({ object: { metadata, spec } }) => {
    const one = seen.get(metadata.name);
    const { replicas = 1 } = spec;
    if (one === undefined || replicas >= one.fewest) return;
    if (replicas === 0) one.zeroWrites++;
    one.fewest = replicas;
  });
  const endsAt = performance.now() + FAULT_MS;
  while (performance.now() < endsAt) {
    await pause(1_000);
    await Promise.all(
      [...seen].map(async ([name, one]) => {
        // An error is no answer: the HPA holds.
        const value = await ask(name).catch(() => undefined);
        if (value === undefined) return;
        one.answers++;
        if (value === '0') one.zeroAnswers++;
      }),
    );
  }
  unsubscribe();
  await fault.end(broker);
  return seen;
}

/** What is connected has to log in again. */
async function changePassword(proxy: FaultProxy, redis: Redis, password: string): Promise<void> {
  await redis.call('ACL', 'SETUSER', CREDENTIALS.username, 'resetpass', `>${password}`);
  await proxy.setMode('refuse');
  await proxy.setMode('pass');
}
