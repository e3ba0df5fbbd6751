// A world on a real control plane in which faults happen, and what must never come of them: a wrong zero.
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { systemClock } from '../../../src/async.ts';
import type { KubeObject } from '../../../src/kube/client.ts';
import { createReflector } from '../../../src/kube/reflector.ts';
import { DEPLOYMENTS } from '../../../src/kube/resources.ts';
import { silentLogger } from '../../../src/log.ts';
import type { Deployment } from '../../../src/sandbox/controllers/workload-objects.ts';
import { eventually } from '../../support/eventually.ts';
import { kubernetesVersion } from '../../support/kubernetes-version.ts';
import { aScaledWorker, brokerAccess, type WorkerOptions } from '../../support/queue-worker.ts';
import { NAMESPACE, startWorld, type World, type WorldOptions } from '../../support/world.ts';
import { whereBuildable } from '../control-plane/available.ts';

export interface Size {
  readonly replicas: number;
  /** Counts every change of the Deployment's spec, also those that a watch has missed. */
  readonly generation: number;
  /** Messages in the queue of the same name when we heard of it. */
  readonly waiting: number;
}

export interface FaultWorld extends World {
  /** Every size that a Deployment has had, as its watch tells. */
  sizes(name: string): readonly Size[];
  /** Resolves when the Deployment's sizes so far are these. */
  hasHad(name: string, ...sizes: readonly number[]): Promise<void>;
  /** A worker with its ScaledObject, in force and asleep, whose queue is empty. */
  aSleeper(name: string, options?: WorkerOptions): Promise<void>;
  /** Puts messages into the queue and waits until the worker has so many replicas; resolves to the milliseconds it took. */
  wakes(name: string, messages: number, replicas: number, withinMs?: number): Promise<number>;
  /** Empties the queue and waits for zero replicas. */
  sleeps(name: string, withinMs?: number): Promise<void>;
}

/** One world for the whole block. At its end nothing may have been put to sleep while messages waited for it. */
export function describeFaults(title: string, options: WorldOptions, body: (world: FaultWorld) => void): void {
  whereBuildable(
    describe,
    `kubernetes-${kubernetesVersion()}`,
    'etcd',
  )(title, () => {
    const stop = new AbortController();
    const seen = new Map<string, Size[]>();
    const wrongZeros: string[] = [];
    let watching: Promise<void> = Promise.resolve();
    // Filled before the first test; a test sees nothing of what is begun in between.
    const world = {} as FaultWorld;
    beforeAll(async () => {
      const started = await startWorld({ hpaSyncMs: 5_000, ...options });
      Object.assign(world, started, actionsOf(started, seen));
      watching = watchSizes(world, { seen, wrongZeros }, stop.signal);
      await world.apply(...brokerAccess(world.broker.connectionString()));
    }, 120_000);
    afterAll(async () => {
      stop.abort();
      await watching;
      await world.stop?.();
      expect(wrongZeros).toEqual([]);
    }, 60_000);
    body(world);
  });
}

function actionsOf(world: World, seen: ReadonlyMap<string, readonly Size[]>): Omit<FaultWorld, keyof World> {
  const asleep = (name: string, withinMs?: number): Promise<unknown> =>
    eventually(`${name} sleeps`, async () => (await world.replicas(name)) === 0, withinMs);
  return {
    sizes: (name) => seen.get(name) ?? [],
    hasHad: (name, ...sizes) =>
      eventually(`${name} has had ${sizes.join(', ')}`, () => {
        expect((seen.get(name) ?? []).map(({ replicas }) => replicas)).toEqual(sizes);
      }),
    async aSleeper(name, options) {
      if (!world.broker.counts(name)) world.broker.createQueue(name);
      await world.apply(...aScaledWorker(name, options));
      await eventually(`${name} is in force`, async () => (await world.condition(name, 'Ready')).status === 'True');
    },
    async wakes(name, messages, replicas, withinMs) {
      const since = performance.now();
      await world.send(name, messages);
      await eventually(`${name} has ${replicas}`, async () => (await world.replicas(name)) === replicas, withinMs);
      return performance.now() - since;
    },
    async sleeps(name, withinMs) {
      await world.drain(name);
      await asleep(name, withinMs);
    },
  };
}

async function watchSizes(
  world: World,
  { seen, wrongZeros }: { readonly seen: Map<string, Size[]>; readonly wrongZeros: string[] },
  signal: AbortSignal,
): Promise<void> {
  const deployments = createReflector<Deployment & KubeObject>({
    client: world.cluster.client,
    resource: DEPLOYMENTS,
    namespace: NAMESPACE,
    clock: systemClock,
    random: Math.random,
    log: silentLogger,
  });
  deployments.subscribe(({ type, object }) => {
    const { name, generation = 0 } = object.metadata;
    // The next of its name is another one.
    if (type === 'deleted') return void seen.delete(name);
    const sizes = seen.get(name) ?? [];
    seen.set(name, sizes);
    const size = { replicas: object.spec.replicas ?? 1, generation, waiting: world.broker.counts(name)?.active ?? 0 };
    const last = sizes.at(-1)?.replicas;
    if (last === size.replicas) return;
    sizes.push(size);
    if (last !== undefined && size.replicas === 0 && size.waiting > 0) {
      wrongZeros.push(`${name} was put to sleep while ${size.waiting} messages waited`);
    }
  });
  await deployments.run(signal);
}
