// An API server that goes away, forgets, refuses, resets and stays silent: nothing is scaled wrongly, and all is well afterwards.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { scaledObjects } from '../../src/api/names.ts';
import type { Fault, SeenRequest } from '../../src/sandbox/api-server/http/faults.ts';
import { eventually } from '../support/eventually.ts';
import { createJumpingClock } from '../support/jumping-clock.ts';
import { aScaledWorker, brokerAccess } from '../support/queue-worker.ts';
import { startWorld, type World } from '../support/world.ts';

const clock = createJumpingClock();
let world: World;
beforeAll(async () => {
  world = await startWorld({ clock });
  await world.apply(...brokerAccess(world.broker.connectionString()));
});
afterAll(() => world.stop());

/** A worker that sleeps and is in force. */
async function aSleeper(name: string): Promise<void> {
  world.broker.createQueue(name);
  await world.apply(...aScaledWorker(name));
  await eventually('it is in force', async () => (await world.condition(name, 'Ready')).status === 'True');
}

const isOurs = ({ userAgent }: SeenRequest): boolean => userAgent.startsWith('sluice/');
const status = (code: number, reason: string): string =>
  JSON.stringify({
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    code,
    reason,
    message: `${reason} for a test`,
  });

/** Lets `fault` befall matching requests of the program, at most so many times; counts them. */
function befall(fault: Fault, matches: (request: SeenRequest) => boolean, times = Number.POSITIVE_INFINITY) {
  let count = 0;
  const end = world.cluster.server.inject((request) => {
    if (count >= times || !isOurs(request) || !matches(request)) return undefined;
    count++;
    return fault;
  });
  return { count: () => count, end };
}

it('is there again after a restart of the API server, with what happened meanwhile', async () => {
  await aSleeper('restart');
  await world.cluster.restartServer(async () => {
    await world.send('restart', 35);
    // Looks go on without it.
    await eventually('the program has noticed', () =>
      world.log.some((line) => line.includes('no answer from the API server')),
    );
  });
  await eventually('it is awake', async () => (await world.replicas('restart')) === 4);
  await world.change(scaledObjects, 'restart', { spec: { maxReplicaCount: 2 } });
  await eventually('its watch works', async () => (await world.hpa('keda-hpa-restart'))?.spec.maxReplicas === 2);
});

it('lists anew when its watches are too old', async () => {
  await aSleeper('compacted');
  await world.cluster.restartServer(async () => world.cluster.server.compact());
  await world.change(scaledObjects, 'compacted', { spec: { minReplicaCount: 2 } });
  await eventually('its watch works', async () => (await world.replicas('compacted')) === 2);
});

it('gets its one write through a storm of conflicts', async () => {
  await aSleeper('conflicts');
  const isScale = ({ method, path }: SeenRequest): boolean => method === 'PATCH' && path.includes('/conflicts/scale');
  const storm = befall({ status: 409, body: status(409, 'Conflict') }, isScale, 8);
  await world.send('conflicts', 35);
  await eventually('it is awake', async () => (await world.replicas('conflicts')) === 4);
  expect(storm.count()).toBe(8);
  expect(world.scaleWrites('conflicts')).toHaveLength(9);
  storm.end();
});

it.each<[string, string, Fault]>([
  ['asks to wait', 'throttled', { status: 429, headers: { 'retry-after': '1' }, body: status(429, 'TooManyRequests') }],
  ['is out of order', 'broken', { status: 500, body: status(500, 'InternalError') }],
  ['answers rubbish', 'rubbish', { status: 503, body: '<html>' }],
  ['resets every connection', 'reset', 'reset'],
])('wakes a worker once the API server no longer %s', async (_what, name, fault) => {
  await aSleeper(name);
  const outage = befall(fault, () => true);
  await world.send(name, 35);
  await eventually('the program has met it', () => outage.count() >= 3);
  expect(await world.replicas(name)).toBe(0);
  outage.end();
  await eventually('it is awake', async () => (await world.replicas(name)) === 4);
  await eventually('all is well', async () => {
    expect(await world.condition(name, 'Ready')).toMatchObject({ status: 'True' });
    expect(await world.condition(name, 'Active')).toMatchObject({ status: 'True' });
  });
});

it('gives up an answer that does not come, and tries again', async () => {
  await aSleeper('silent');
  const silence = befall('hang', ({ path }) => path.includes('/deployments/silent/scale'), 1);
  await world.send('silent', 35);
  await eventually('it waits', () => silence.count() === 1);
  clock.jump(31_000);
  await eventually('it is awake', async () => (await world.replicas('silent')) === 4);
  silence.end();
});

it('wakes the worker even when its HPA and its status cannot be written, and says why when it can', async () => {
  await aSleeper('partial');
  await world.send('partial', 35);
  const forbidden = { status: 403, body: status(403, 'Forbidden') };
  const outage = befall(
    forbidden,
    ({ method, path }) => method === 'PATCH' && path.includes('/horizontalpodautoscalers/'),
  );
  await world.change(scaledObjects, 'partial', { spec: { maxReplicaCount: 9 } });
  await eventually('it is awake', async () => (await world.replicas('partial')) === 4);
  await eventually('the condition says why', async () => {
    expect(await world.condition('partial', 'Ready')).toMatchObject({
      status: 'False',
      message: expect.stringContaining('horizontalpodautoscalers'),
    });
  });
  outage.end();
  await eventually('all is well', async () => (await world.condition('partial', 'Ready')).status === 'True');
});
