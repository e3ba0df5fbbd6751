// A queue that does not exist is an error, not an empty queue.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { aScaledWorker, brokerAccess } from '../support/queue-worker.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await world.apply(...brokerAccess(world.broker.connectionString()));
});
afterAll(() => world.stop());

it('names the queue, keeps what runs, and begins when the queue is there', async () => {
  await world.apply(...aScaledWorker('orders', { replicas: 2 }));
  const message = `azure-servicebus:localhost:${world.broker.port}: there is no queue "orders"`;
  await eventually('the condition says so', async () => {
    expect(await world.condition('orders', 'Ready')).toEqual({
      type: 'Ready',
      status: 'False',
      reason: 'TriggerError',
      message,
    });
  });
  await eventually('the Event is written', async () =>
    (await world.events('orders')).includes(
      `Warning KEDAScalerFailed: s0-azure-servicebus-orders: ${message} [SOURCE_NOT_FOUND]`,
    ),
  );
  await world.looks('orders', 2);
  expect(await world.replicas('orders')).toBe(2);
  await expect(world.metric('orders', 's0-azure-servicebus-orders')).rejects.toThrow(
    `no value of s0-azure-servicebus-orders of ScaledObject shop/orders: ${message} [SOURCE_NOT_FOUND]`,
  );

  world.broker.createQueue('orders');
  await eventually('it is in order, and sleeps', async () => {
    expect(await world.condition('orders', 'Ready')).toMatchObject({ status: 'True', reason: 'ScaledObjectReady' });
    expect(await world.replicas('orders')).toBe(0);
  });
});

it('does not let one missing queue stop a trigger that works', async () => {
  await world.send('here', 25);
  await world.apply(
    ...aScaledWorker('here', {
      spec: {
        triggers: ['gone', 'here'].map((queueName) => ({
          type: 'azure-servicebus',
          metadata: { queueName, messageCount: '10' },
          authenticationRef: { name: 'broker' },
        })),
      },
    }),
  );
  await eventually('it is awake', async () => (await world.replicas('here')) === 3);
  await eventually('it says that a part is missing', async () => {
    expect(await world.condition('here', 'Ready')).toMatchObject({
      status: 'Unknown',
      reason: 'PartialTriggerError',
      message: expect.stringContaining('there is no queue "gone"'),
    });
  });
  await world.drain('here');
  await eventually(
    'it is not known whether it may sleep',
    async () => (await world.condition('here', 'Active')).status === 'Unknown',
  );
  await world.looks('here', 2);
  expect(await world.replicas('here')).toBe(3);
});
