// Several replicas' memberships on one API server in memory, each on a machine that can be slow, stopped, cut off or killed.
import { type Clock, sleep } from '../../src/async.ts';
import { CALL_DEADLINE_MS, createMembership, type Membership } from '../../src/controller/membership/membership.ts';
import { KubeError } from '../../src/errors.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { createLeases, type Lease, ringSelector } from '../../src/kube/leases.ts';
import { createReflector } from '../../src/kube/reflector.ts';
import { LEASES } from '../../src/kube/resources.ts';
import { silentLogger } from '../../src/log.ts';
import { createFakeClock, type FakeClock } from './clock.ts';
import { createMemoryKube, type MemoryKube } from './memory-kube.ts';

/** A write that reached the server, and since when its writer had been at it. */
export interface Act {
  readonly uid: string;
  readonly by: string;
  readonly begunAt: number;
  readonly at: number;
}

export interface Replica {
  readonly name: string;
  readonly membership: Membership;
  isAlive(): boolean;
  /** Stops the machine, and lets it go on where it was. */
  freeze(): void;
  thaw(): void;
  /** Nothing reaches the server from now on, or does again. */
  cut(): void;
  heal(): void;
  setClock(aheadMs: number): void;
  crash(): void;
  /** As SIGTERM. */
  leave(): Promise<void>;
}

export interface RingWorld {
  readonly clock: FakeClock;
  readonly kube: MemoryKube;
  readonly replicas: readonly Replica[];
  /** In the order in which the server saw them. */
  readonly acts: readonly Act[];
  start(name: string): Replica;
  stop(): Promise<void>;
}

const NAMESPACE = 'sluice';
const RING = 'metrics';

/** `random` in [0, 1) decides how long everything takes. */
export function createRingWorld(uids: readonly string[], random: () => number): RingWorld {
  const clock = createFakeClock();
  const kube = createMemoryKube(() => clock.now());
  const acts: Act[] = [];
  const replicas: Replica[] = [];
  const endings = new Map<Replica, Promise<unknown>>();

  function start(name: string): Replica {
    const machine = createMachine(clock);
    const [working, life] = [new AbortController(), new AbortController()];
    const { signal } = working;
    const { client, link } = createSlowClient(kube, clock, machine, random);
    const membership = createMembership({
      leases: createLeases({ client, namespace: NAMESPACE, ring: RING, durationSeconds: 4 }),
      changes: createReflector<Lease>({
        client,
        resource: LEASES,
        namespace: NAMESPACE,
        labelSelector: ringSelector(RING),
        clock: machine,
        random,
        log: silentLogger,
      }),
      identity: name,
      clock: machine,
      elapsedMs: () => machine.elapsedMs(),
      random,
      log: silentLogger,
    });

    async function visit(uid: string): Promise<void> {
      const begunAt = clock.now();
      await membership.whileOwned(uid, signal, async (own) => {
        await sleep(machine, random() * 200, own);
        await machine.running();
        own.throwIfAborted();
        membership.checkWrite();
        if (machine.isDead()) return;
        await sleep(clock, random() * 300, new AbortController().signal);
        if (link.isCut) return;
        acts.push({ uid, by: name, begunAt, at: clock.now() });
      });
    }
    async function work(uid: string): Promise<void> {
      while (!signal.aborted) {
        await visit(uid).catch(() => {});
        await sleep(machine, 50 + random() * 100, signal).catch(() => {});
      }
    }

    const running = membership.run(life.signal);
    const workers = Promise.all(uids.map(work));
    const replica: Replica = {
      name,
      membership,
      isAlive: () => !machine.isDead() && !signal.aborted,
      freeze: machine.freeze,
      thaw: machine.thaw,
      cut: () => void (link.isCut = true),
      heal: () => void (link.isCut = false),
      setClock: machine.setClock,
      crash() {
        machine.die();
        machine.freeze();
        endings.delete(replica);
      },
      async leave() {
        working.abort(new Error('the replica leaves'));
        await workers;
        life.abort(new Error('the replica leaves'));
        await running;
      },
    };
    replicas.push(replica);
    endings.set(replica, Promise.all([running, workers]));
    return replica;
  }

  return {
    clock,
    kube,
    replicas,
    acts,
    start,
    async stop() {
      for (const replica of endings.keys()) {
        replica.heal();
        replica.thaw();
        void replica.leave();
      }
      const ended = Promise.all(endings.values());
      for (let i = 0; i < 20; i++) await clock.advance(500);
      await ended;
    },
  };
}

interface Machine extends Clock {
  elapsedMs(): number;
  /** Resolves when the machine runs. */
  running(): Promise<void>;
  freeze(): void;
  thaw(): void;
  die(): void;
  isDead(): boolean;
  setClock(aheadMs: number): void;
}

/** What becomes due while it is stopped happens when it goes on. */
function createMachine(world: FakeClock): Machine {
  const due = new Set<() => void>();
  const waiting: (() => void)[] = [];
  let aheadMs = 0;
  let isFrozen = false;
  let isDead = false;
  return {
    now: () => world.now() + aheadMs,
    elapsedMs: () => world.now(),
    schedule(delayMs, run) {
      const cancel = world.schedule(delayMs, () => (isFrozen ? due.add(run) : run()));
      return () => {
        cancel();
        due.delete(run);
      };
    },
    running: () => (isFrozen ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve()),
    freeze: () => void (isFrozen = true),
    thaw() {
      isFrozen = false;
      for (const run of due) if (due.delete(run)) run();
      for (const go of waiting.splice(0)) go();
    },
    die: () => void (isDead = true),
    isDead: () => isDead,
    setClock: (ms) => void (aheadMs = ms),
  };
}

/** Every call takes its time both ways; an answer waits for a machine that is stopped. */
function createSlowClient(kube: MemoryKube, world: FakeClock, machine: Machine, random: () => number) {
  const link = { isCut: false };
  const silence = (): KubeError => new KubeError('no answer', { code: 'KUBE_UNAVAILABLE', retry: 'backoff' });
  const never = new AbortController().signal;
  const travel = (): Promise<void> => sleep(world, random() < 0.05 ? random() * 600 : random() * 20, never);

  async function call<T>(work: () => Promise<T>): Promise<T> {
    await machine.running();
    if (machine.isDead()) return new Promise(() => {});
    const begunAt = world.now();
    await travel();
    const result = await (link.isCut ? Promise.reject<T>(silence()) : work()).catch(async (error: unknown) => {
      if (link.isCut) await sleep(world, CALL_DEADLINE_MS - (world.now() - begunAt), never);
      throw error;
    });
    await travel();
    await machine.running();
    if (link.isCut) throw silence();
    return result;
  }

  const client: KubeClient = {
    ...kube,
    get: (resource, key, options) => call(() => kube.get(resource, key, options)),
    list: (resource, options) => call(() => kube.list(resource, options)),
    create: (resource, object, options) => call(() => kube.create(resource, object, options)),
    patch: (resource, key, patch, options) => call(() => kube.patch(resource, key, patch, options)),
    delete: (resource, key, options) => call(() => kube.delete(resource, key, options)),
    async *watch(resource, options) {
      for await (const event of kube.watch(resource, options)) {
        await machine.running();
        if (link.isCut) throw silence();
        yield event as never;
      }
    },
  };
  return { client, link };
}
