// Several replicas share the work: one joins, leaves, is killed, stopped, cut off, replaced; nobody acts on what is another's.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { DEPLOYMENTS, LEASES } from '../../src/kube/resources.ts';
import { freePort } from '../../src/sandbox/free-port.ts';
import { isReal } from '../support/cluster-server.ts';
import { eventually } from '../support/eventually.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { createJumpingClock } from '../support/jumping-clock.ts';
import { aScaledWorker, brokerAccess } from '../support/queue-worker.ts';
import type { SluiceProcess } from '../support/sluice-process.ts';
import { type Flags, startWorld, type World } from '../support/world.ts';

const SECOND = 1_000;
const WORKERS = Array.from({ length: 12 }, (_, i) => `worker-${i}`);
/** How long one sleeps, beyond the time in which it is missed. */
const SLEEP_MS = isReal ? 30 * SECOND : 0;
/** Ten messages are one pod's work. */
const MESSAGES = 35;
const WANTED = 4;

interface Replica {
  readonly process: SluiceProcess;
  /** The workers that it acts on, as it says itself. */
  owned(): Promise<readonly string[]>;
}

/** What a replica wrote: a worker's size, or its first Lease. */
interface Write {
  readonly by: string;
  readonly what: string;
  readonly at: number;
}

const clock = createJumpingClock();
const writes: Write[] = [];
const replicas = new Map<string, Replica>();
let world: World;

beforeAll(async () => {
  // The HPA stays out of it: every change of size is a replica's.
  world = await startWorld({ program: 'none', programClock: clock, hpaSyncMs: 3_600 * SECOND });
  world.cluster.server.inject(({ method, path, userAgent }) => {
    const [, by] = /^sluice\/\S+ \((.+)\)$/.exec(userAgent) ?? [];
    const [, worker] = /deployments\/([^/]+)\/scale/.exec(path) ?? [];
    const what = worker ?? (method === 'POST' && path.includes('/leases') ? 'lease' : undefined);
    if (method !== 'GET' && by !== undefined && what !== undefined) writes.push({ by, what, at: performance.now() });
    return undefined;
  });
  const workers = WORKERS.flatMap((name) => aScaledWorker(name));
  await world.apply(...brokerAccess(world.broker.connectionString()), ...workers);
  for (const name of WORKERS) await world.send(name, MESSAGES);
  await Promise.all([startReplica('a', { securePort: `${world.metricsPort}` }), startReplica('b'), startReplica('c')]);
}, 90_000);
afterAll(() => world.stop());
beforeEach(() => allAtSize());

async function startReplica(name: string, flags: Flags = {}): Promise<Replica> {
  const diagnosticsAddress = `127.0.0.1:${await freePort()}`;
  const own: Flags = { membership: 'true', identity: name, securePort: '0', diagnosticsAddress };
  const process = await world.spawn({ ...own, ...flags });
  const started: Replica = {
    process,
    async owned() {
      const answer = await fetch(`http://${diagnosticsAddress}/decisions`);
      const decisions = (await answer.json()) as { name: string; owner?: string }[];
      return decisions.flatMap((decision) => (decision.owner?.startsWith(`sluice-${name}-`) ? [decision.name] : []));
    },
  };
  replicas.set(name, started);
  return started;
}

/** One that has a part: the hash may leave a newcomer with none. */
async function startOwner(name: string, flags: Flags = {}): Promise<Replica> {
  for (;;) {
    const started = await startReplica(name, flags);
    if ((await started.owned()).length > 0) return started;
    await started.process.kill('SIGTERM');
  }
}

const replica = (name: string): Replica => replicas.get(name)!;

async function allAtSize(): Promise<void> {
  await eventually('every worker has its size', async () => {
    const sizes = await Promise.all(WORKERS.map((name) => world.replicas(name)));
    return sizes.every((size) => size === WANTED);
  });
}

/** Takes pods away, which the owner has to put back. Resolves to when the last one was put back. */
async function provoke(names: readonly string[] = WORKERS): Promise<number> {
  const since = performance.now();
  await Promise.all(names.map((name) => world.change(DEPLOYMENTS, name, { spec: { replicas: 1 } })));
  await allAtSize();
  return Math.max(since, ...names.map((name) => writes.find(({ what, at }) => what === name && at > since)?.at ?? 0));
}

/** Who wrote the worker's size, in order; a line of writes by one is one. */
function writersOf(worker: string, since: number): readonly string[] {
  const all = writes.flatMap(({ by, what, at }) => (what === worker && at > since ? [by] : []));
  return all.filter((writer, i) => writer !== all[i - 1]);
}

/** It touched nothing before it was a member again. */
function expectRejoined(name: string, since: number): void {
  const [first] = writes.filter(({ by, at }) => by === name && at > since);
  expect(first).toMatchObject({ what: 'lease' });
}

async function leases(): Promise<readonly { metadata: { name: string }; spec: { holderIdentity: string } }[]> {
  const { signal } = new AbortController();
  return (await world.cluster.client.list(LEASES, { namespace: 'sluice', signal })).items as never;
}
const holders = async (): Promise<readonly string[]> =>
  (await leases()).map(({ spec }) => spec.holderIdentity).toSorted();
const leaseNames = async (): Promise<readonly string[]> =>
  (await leases()).map(({ metadata }) => metadata.name).toSorted();

it('share the objects, and each of them is one’s', async () => {
  const owned = new Map<string, readonly string[]>();
  for (const name of ['a', 'b', 'c']) owned.set(name, await replica(name).owned());
  expect([...owned.values()].flat().toSorted()).toEqual(WORKERS.toSorted());
  const since = performance.now();
  await provoke();
  for (const [name, workers] of owned) for (const worker of workers) expect(writersOf(worker, since)).toEqual([name]);
});

it('answer the HPA about every object, whoever owns it', async () => {
  for (const name of WORKERS) {
    const [metric = ''] = (await world.scaledObject(name)).status?.externalMetricNames ?? [];
    await eventually('the metrics API answers', async () =>
      expect(await world.metric(name, metric)).toMatchObject([{ value: `${MESSAGES}` }]),
    );
  }
});

it('give a part to one that joins, and have it back as soon as it leaves', async () => {
  const joined = await startOwner('d');
  const its = await joined.owned();
  const since = performance.now();
  await provoke();
  for (const worker of its) expect(writersOf(worker, since)).toEqual(['d']);
  expect(await joined.process.kill('SIGTERM')).toBe(0);
  const left = performance.now();
  expect(await holders()).toEqual(['a', 'b', 'c']);
  expect((await provoke(its)) - left).toBeLessThan(2 * SECOND);
  for (const worker of its) expect(writersOf(worker, since)).toHaveLength(2);
});

it('take over from one that was killed within five seconds', async () => {
  const killed = await startOwner('k');
  const its = await killed.owned();
  const since = performance.now();
  await killed.process.kill('SIGKILL');
  expect((await provoke(its)) - since).toBeLessThan(5 * SECOND);
  expect(await holders()).toEqual(['a', 'b', 'c']);
});

it('keep one that slept from touching what it had before it has joined anew', async () => {
  const its = await replica('b').owned();
  const asleep = performance.now();
  replica('b').process.send('SIGSTOP');
  await provoke(its);
  await eventually('it has slept', () => performance.now() - asleep > SLEEP_MS, 2 * SLEEP_MS);
  expect(await holders()).toEqual(['a', 'c']);
  const since = performance.now();
  replica('b').process.send('SIGCONT');
  await eventually('it is in the ring again', async () => (await holders()).includes('b'));
  await provoke();
  expectRejoined('b', since);
});

it('take over from one that is cut off, which stops by itself, and let it in again', async () => {
  const direct = await readFile(world.cluster.kubeconfig, 'utf8');
  const [, port = ''] = /server: \S+:(\d+)/.exec(direct) ?? [];
  const proxy = await startFaultProxy(Number(port));
  try {
    const kubeconfig = join(world.cluster.directory, 'through-proxy');
    await writeFile(kubeconfig, direct.replaceAll(`:${port}`, `:${proxy.port}`));
    const cut = await startOwner('x', { kubeconfig });
    const its = await cut.owned();
    await proxy.setMode('silent');
    await provoke(its);
    expect(cut.process.stderr()).toContain('this replica stops writing');
    const since = performance.now();
    await proxy.setMode('pass');
    await eventually('it is in the ring again', async () => (await holders()).includes('x'));
    await provoke();
    expectRejoined('x', since);
    await cut.process.kill('SIGTERM');
  } finally {
    await proxy.close();
  }
});

it('do not care that the clock of one is half a minute ahead', async () => {
  clock.jump(30 * SECOND);
  await world.start({ membership: 'true', identity: 'ahead', securePort: '0' });
  const before = await leaseNames();
  const since = performance.now();
  for (let i = 0; i < 3; i++) await provoke();
  expect(await leaseNames()).toEqual(before);
  for (const worker of WORKERS) expect(writersOf(worker, since)).toHaveLength(1);
  await world.stopProgram();
});

it('are replaced one after the other without anything being done twice or left undone', async () => {
  const since = performance.now();
  const replacements = [
    ['a', 'e'],
    ['b', 'f'],
    ['c', 'g'],
  ] as const;
  for (const [old, fresh] of replacements) {
    await startReplica(fresh);
    await Promise.all([replica(old).process.kill('SIGTERM'), provoke()]);
  }
  for (const worker of WORKERS) {
    const writers = writersOf(worker, since);
    expect(new Set(writers).size).toBe(writers.length);
  }
  expect(await holders()).toEqual(['e', 'f', 'g']);
});
