// A broker that refuses, hangs, talks rubbish or asks for patience, and comes back: replicas are held, never zeroed.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { KubeObject } from '../../src/kube/client.ts';
import type { Fault } from '../../src/sandbox/service-bus/faults.ts';
import { NAMESPACE } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { aScaledWorker, aSecret, aTrigger, brokerAccess } from '../support/queue-worker.ts';
import { aScaledJobManifest, jobCondition, runningJobs } from '../support/scaled-job-story.ts';
import { connectClient, startEmulator } from '../support/service-bus.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ flags: { readTimeoutMs: '400' } });
  await world.apply(...brokerAccess(world.broker.connectionString()));
  await world.send('orders', 40);
  const fallback = { failureThreshold: 1, replicas: 6 };
  await world.apply(
    ...aScaledWorker('orders'),
    ...aScaledWorker('safe', { spec: { fallback }, metadata: { queueName: 'orders' } }),
  );
  await eventually('both are awake', async () => {
    expect([await world.replicas('orders'), await world.replicas('safe')]).toEqual([4, 4]);
  });
});
afterAll(() => world.stop());

const WITHIN = 8_000;

it.each<[string, Fault, RegExp]>([
  ['refuses connections', { type: 'refuse' }, /: the connection was (reset|closed) \(\w+\)$/],
  ['never answers', { type: 'hang' }, /: no answer within 400 ms$/],
  [
    'answers rubbish',
    { type: 'rubbish' },
    /: expected an Atom document from the management API, found something else$/,
  ],
  ['is out of order', { type: 'status', status: 500 }, /: the namespace can't answer now \(HTTP 500\)$/],
  [
    'asks to be left alone',
    { type: 'status', status: 429, retryAfterSeconds: 1 },
    /: the namespace asks to be left alone for \d+ ms$/,
  ],
])('holds the replicas while the broker %s, and goes on when it is back', async (_what, fault, message) => {
  const since = world.cluster.requests.length;
  world.broker.setFault(fault);
  await eventually(
    'the condition says so',
    async () => {
      const ready = await world.condition('orders', 'Ready');
      expect(ready).toMatchObject({ status: 'False', reason: 'TriggerError' });
      expect(ready.message).toMatch(message);
      expect(ready.message).toContain('azure-servicebus');
    },
    WITHIN,
  );
  expect(await world.condition('orders', 'Active')).toMatchObject({ status: 'Unknown' });
  await world.looks('orders', 2);
  expect(world.scaleWrites('orders', since)).toEqual([]);

  world.broker.setFault(undefined);
  await eventually('it is in order', async () => (await world.condition('orders', 'Ready')).status === 'True', WITHIN);
  expect(await world.condition('orders', 'Active')).toMatchObject({ status: 'True' });
  expect(world.scaleWrites('orders', since)).toEqual([]);
});

it('raises one that has a fallback to its fallback once that is in force, and says so', async () => {
  world.broker.setFault({ type: 'refuse' });
  await eventually('it is in fallback', async () => (await world.replicas('safe')) === 6);
  await eventually('the status says so', async () => {
    const { status } = await world.scaledObject('safe');
    expect(status?.conditions?.find(({ type }) => type === 'Fallback')).toEqual({
      type: 'Fallback',
      status: 'True',
      reason: 'FallbackExists',
      message: 'in force for s0-azure-servicebus-orders',
    });
    expect(status?.health).toEqual({ 's0-azure-servicebus-orders': { numberOfFailures: 2, status: 'Failing' } });
  });
  expect(await world.metric('safe', 's0-azure-servicebus-orders')).toMatchObject([{ value: '60' }]);
  world.broker.setFault(undefined);
  await eventually('it is over', async () => (await world.condition('safe', 'Fallback')).status === 'False', WITHIN);
  await eventually('the Events are written', async () => {
    expect(await world.events('safe')).toEqual(
      expect.arrayContaining([
        'Normal ScaledObjectFallbackActivated: in force for s0-azure-servicebus-orders',
        'Normal ScaledObjectFallbackDeactivated: no fallback is in force',
      ]),
    );
  });
});

it('has the log say which object suffers, since when and until when', async () => {
  const isOfOrders = (line: string): boolean => line.includes(`"namespace":"${NAMESPACE}","name":"logged"`);
  const told = (): readonly unknown[] =>
    world.log.filter(isOfOrders).map((line) => {
      const { level, reason, msg } = JSON.parse(line) as Record<string, string>;
      return { level, reason, msg };
    });
  await world.apply(...aScaledWorker('logged', { metadata: { queueName: 'orders' } }));
  await eventually('it is in order', async () => (await world.condition('logged', 'Ready')).status === 'True');
  world.broker.setFault({ type: 'refuse' });
  await eventually('it is told', () => told().length > 0, WITHIN);
  await world.looks('logged', 3);
  world.broker.setFault(undefined);
  await eventually('the end is told', () => told().length > 1, WITHIN);
  await world.looks('logged', 2);
  expect(told()).toEqual([
    { level: 'warn', reason: 'KEDAScalerFailed', msg: 'warning about an object' },
    { level: 'info', reason: undefined, msg: 'object is in order again' },
  ]);
});

it('leaves a ScaledJob in its fallback while the program begins anew', async () => {
  world.broker.setFault({ type: 'refuse' });
  world.broker.createQueue('jobs');
  const fallback = { failureThreshold: 3, replicas: 2 };
  await world.apply(aScaledJobManifest('jobs', { triggers: [aTrigger('jobs')], advanced: { sluice: { fallback } } }));
  await eventually('two Jobs are held', async () => (await runningJobs(world, 'jobs')).length === 2, WITHIN);
  await eventually('it is on record', async () => (await jobCondition(world, 'jobs', 'Fallback')).status === 'True');
  await world.stopProgram();
  const since = world.cluster.requests.length;
  await world.start();
  await world.looksAtJob('jobs', 1);
  expect(await jobCondition(world, 'jobs', 'Fallback')).toMatchObject({ status: 'True', reason: 'FallbackExists' });
  expect(world.writes(since).filter((write) => write.endsWith('/scaledjobs/jobs/status'))).toEqual([]);
  world.broker.setFault(undefined);
  await eventually(
    'it is over',
    async () => (await jobCondition(world, 'jobs', 'Fallback')).status === 'False',
    WITHIN,
  );
});

it('does not wake a sleeping worker because of an outage, and wakes it when the broker is back', async () => {
  await world.send('sleeper', 1);
  await world.drain('sleeper');
  await world.apply(...aScaledWorker('sleeper'));
  await eventually('it is in force', async () => (await world.condition('sleeper', 'Ready')).status === 'True');
  world.broker.setFault({ type: 'hang' });
  await eventually(
    'it knows nothing',
    async () => (await world.condition('sleeper', 'Active')).status === 'Unknown',
    WITHIN,
  );
  expect(await world.replicas('sleeper')).toBe(0);
  world.broker.setFault(undefined);
  await world.send('sleeper', 20);
  await eventually('it is awake', async () => (await world.replicas('sleeper')) === 2, WITHIN);
});

it('serves workers of another broker as if nothing were the matter', async () => {
  const other = await startEmulator();
  try {
    world.broker.setFault({ type: 'hang' });
    other.createQueue('elsewhere');
    const bus = connectClient(other.connectionString());
    await bus.createSender('elsewhere').sendMessages(Array.from({ length: 15 }, (_, i) => ({ body: i })));
    await bus.close();
    const [worker, scaled] = aScaledWorker('elsewhere', {
      spec: { triggers: [{ ...aTrigger('elsewhere'), authenticationRef: { name: 'other' } }] },
    });
    const access = { secretTargetRef: [{ parameter: 'connection', name: 'other', key: 'connection' }] };
    await world.apply(
      aSecret('other', { connection: other.connectionString() }),
      {
        apiVersion: 'keda.sh/v1alpha1',
        kind: 'TriggerAuthentication',
        metadata: { name: 'other' },
        spec: access,
      } as KubeObject,
      worker as KubeObject,
      scaled as KubeObject,
    );
    await eventually('it is awake', async () => (await world.replicas('elsewhere')) === 2, 3_000);
  } finally {
    world.broker.setFault(undefined);
    await other.stop();
  }
});
