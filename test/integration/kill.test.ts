// The process is killed between any two of its writes; the next one finishes what was begun, and nothing happens twice.
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { scaledObjects } from '../../src/api/names.ts';
import type { SeenRequest } from '../../src/sandbox/api-server/http/faults.ts';
import { eventually } from '../support/eventually.ts';
import { aScaledWorker, brokerAccess } from '../support/queue-worker.ts';
import type { SluiceProcess } from '../support/sluice-process.ts';
import { COLLECTED_MS, startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ program: 'none' });
  await world.apply(...brokerAccess(world.broker.connectionString()));
});
afterAll(() => world.stop());

const isWrite = (name: string, { method, path, userAgent }: SeenRequest): boolean =>
  method !== 'GET' && userAgent.startsWith('sluice/') && path.includes(name);

/** Kills the process as its `nth` write about `name` reaches the server: done or not, it never hears of it. */
async function killedAtWrite(sluice: SluiceProcess, name: string, nth: number, fate: 'done' | 'lost'): Promise<void> {
  const met = Promise.withResolvers<void>();
  let count = 0;
  const end = world.cluster.server.inject((request) => {
    if (!isWrite(name, request) || ++count !== nth) return undefined;
    met.resolve();
    void sluice.kill('SIGKILL');
    return fate === 'lost' ? 'hang' : undefined;
  });
  await Promise.race([met.promise, sluice.ended]);
  await sluice.ended;
  end();
}

it.each([
  [1, 'lost'],
  [1, 'done'],
  [2, 'lost'],
  [2, 'done'],
  [3, 'done'],
] as const)('finishes a scale-up whose write number %d was %s when it was killed', async (nth, fate) => {
  const name = `up-${nth}-${fate}`;
  await world.send(name, 35);
  const first = await world.spawn();
  const killed = killedAtWrite(first, name, nth, fate);
  await world.apply(...aScaledWorker(name));
  await killed;
  const second = await world.spawn();
  await eventually('it is awake', async () => (await world.replicas(name)) === 4);
  await eventually('it is in order', async () => {
    expect(await world.condition(name, 'Ready')).toMatchObject({ status: 'True' });
    expect(await world.condition(name, 'Active')).toMatchObject({ status: 'True' });
    expect(await world.hpa(`keda-hpa-${name}`)).toBeDefined();
  });
  expect((await world.scaledObject(name)).status?.originalReplicaCount).toBe(0);
  await second.kill('SIGTERM');
});

it.each([
  [1, 'lost'],
  [1, 'done'],
  [2, 'lost'],
  [2, 'done'],
] as const)('finishes a deletion whose write number %d was %s when it was killed', async (nth, fate) => {
  const name = `end-${nth}-${fate}`;
  world.broker.createQueue(name);
  const advanced = { restoreToOriginalReplicaCount: true };
  await world.apply(...aScaledWorker(name, { replicas: 3, spec: { advanced } }));
  const first = await world.spawn();
  await eventually('it sleeps', async () => (await world.replicas(name)) === 0);
  await eventually('it is in force', async () => (await world.condition(name, 'Ready')).status === 'True');
  const killed = killedAtWrite(first, name, nth, fate);
  await world.remove(scaledObjects, name);
  await killed;
  const second = await world.spawn();
  await eventually('it is gone', async () => (await world.find(scaledObjects, name)) === undefined);
  expect(await world.replicas(name)).toBe(3);
  await eventually('its HPA is gone', async () => (await world.hpa(`keda-hpa-${name}`)) === undefined, COLLECTED_MS);
  await second.kill('SIGTERM');
});

it('ends in order at SIGTERM, with exit code 0, even while a connection says nothing', async () => {
  const sluice = await world.spawn();
  const silent = connect(world.metricsPort, '127.0.0.1');
  silent.on('error', () => {});
  await once(silent, 'connect');
  const since = performance.now();
  expect(await sluice.kill('SIGTERM')).toBe(0);
  expect(performance.now() - since).toBeLessThan(9_000);
  expect(sluice.stderr()).toContain('"msg":"sluice has stopped"');
  silent.destroy();
});
