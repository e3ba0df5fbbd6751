// With --watch-label-selector Sluice serves a part of the objects only, so that several may share a cluster.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { scaledObjects } from '../../src/api/names.ts';
import { eventually } from '../support/eventually.ts';
import { aScaledWorker, brokerAccess } from '../support/queue-worker.ts';
import { NAMESPACE, startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ flags: { labelSelector: 'team in (payments,billing),!legacy' } });
  for (const queue of ['ours', 'theirs', 'later']) world.broker.createQueue(queue);
  await world.apply(
    ...brokerAccess(world.broker.connectionString()),
    ...aScaledWorker('ours', { labels: { team: 'payments' } }),
    ...aScaledWorker('theirs', { labels: { team: 'payments', legacy: 'yes' } }),
    ...aScaledWorker('later'),
  );
});
afterAll(() => world.stop());

const isServed = async (name: string): Promise<boolean> =>
  (await world.condition(name, 'Ready')).status === 'True' && (await world.hpa(`keda-hpa-${name}`)) !== undefined;

it('serves what carries the labels, and leaves the rest alone', async () => {
  await eventually('ours is served', () => isServed('ours'));
  await world.looks('ours');
  expect(await world.condition('theirs', 'Ready')).toEqual({});
  expect(await world.condition('later', 'Ready')).toEqual({});
});

it('serves an object from the moment that it gets the labels, and no more when it loses them', async () => {
  await world.change(scaledObjects, 'later', { metadata: { labels: { team: 'billing' } } });
  await eventually('later is served', () => isServed('later'));
  await world.change(scaledObjects, 'ours', { metadata: { labels: { team: null } } });
  await eventually('ours is not looked at any more', async () => {
    const answer = await fetch(`${world.diagnostics()}/decisions/${NAMESPACE}/ours`);
    return answer.status === 404;
  });
  await world.send('ours', 20);
  await world.looks('later', 3);
  expect(await world.replicas('ours')).toBe(0);
});
