// A ScaledObject that is edited while it works.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { scaledObjects } from '../../src/api/names.ts';
import type { KubeObject } from '../../src/kube/client.ts';
import { STATEFUL_SETS } from '../../src/kube/resources.ts';
import { eventually } from '../support/eventually.ts';
import { aScaledWorker, aTrigger, aWorker, brokerAccess } from '../support/queue-worker.ts';
import { aTemplate } from '../support/workload-world.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ hpaSyncMs: 500 });
  await world.apply(...brokerAccess(world.broker.connectionString()));
});
afterAll(() => world.stop());

const edit = (name: string, spec: unknown): Promise<void> => world.change(scaledObjects, name, { spec });
const externalMetrics = async (hpa: string): Promise<unknown> =>
  (await world.hpa(hpa))?.spec.metrics.map((metric) => metric.type === 'External' && metric.external.metric.name);

it('turns to another target, and leaves the former one as it is', async () => {
  await world.send('orders', 30);
  await world.apply(...aScaledWorker('orders'), aWorker('orders-v2', 0));
  await eventually('the first is awake', async () => (await world.replicas('orders')) === 3);
  await edit('orders', { scaleTargetRef: { name: 'orders-v2' } });
  await eventually('the second is awake', async () => (await world.replicas('orders-v2')) === 3);
  expect(await world.replicas('orders')).toBe(3);
  await eventually(
    'the HPA follows',
    async () => (await world.hpa('keda-hpa-orders'))?.spec.scaleTargetRef.name === 'orders-v2',
  );
  await world.drain('orders');
  await eventually('the second sleeps', async () => (await world.replicas('orders-v2')) === 0);
  expect(await world.replicas('orders')).toBe(3);
});

it('turns to a target of another kind, and says which', async () => {
  const template = aTemplate({ app: 'set' });
  const set = {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'set' },
    spec: { replicas: 0, serviceName: 'set', selector: { matchLabels: { app: 'set' } }, template },
  } as KubeObject;
  await world.send('kinds', 20);
  await world.apply(set, ...aScaledWorker('kinds'));
  await eventually('the Deployment is awake', async () => (await world.replicas('kinds')) === 2);
  await edit('kinds', { scaleTargetRef: { kind: 'StatefulSet', name: 'set' } });
  await eventually('the StatefulSet is awake', async () => {
    expect(await world.get(STATEFUL_SETS, 'set')).toMatchObject({ spec: { replicas: 2 } });
  });
  await eventually('the status says so', async () => {
    expect((await world.scaledObject('kinds')).status).toMatchObject({
      scaleTargetKind: 'apps/v1.StatefulSet',
      scaleTargetGVKR: { group: 'apps', version: 'v1', kind: 'StatefulSet', resource: 'statefulsets' },
      hpaName: 'keda-hpa-kinds',
    });
  });
  expect((await world.hpa('keda-hpa-kinds'))?.spec.scaleTargetRef).toEqual({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    name: 'set',
  });
  expect(await world.replicas('kinds')).toBe(2);
});

it('gives the HPA another name', async () => {
  world.broker.createQueue('renamed');
  await world.apply(...aScaledWorker('renamed'));
  await eventually('it has its HPA', async () => (await world.hpa('keda-hpa-renamed')) !== undefined);
  await edit('renamed', { advanced: { horizontalPodAutoscalerConfig: { name: 'my-own' } } });
  await eventually('it has the new one', async () => (await world.hpa('my-own')) !== undefined);
  await eventually('the old one is gone', async () => (await world.hpa('keda-hpa-renamed')) === undefined);
  await eventually(
    'the status says so',
    async () => (await world.scaledObject('renamed')).status?.hpaName === 'my-own',
  );
});

it('reads another queue from now on, and both when there are two', async () => {
  await Promise.all([world.send('east', 10), world.send('west', 40)]);
  await world.apply(...aScaledWorker('east'));
  await eventually('one message a tenth', async () => (await world.replicas('east')) === 1);
  await edit('east', { triggers: [aTrigger('west')] });
  await eventually('the other queue counts', async () => (await world.replicas('east')) === 4);
  expect(await externalMetrics('keda-hpa-east')).toEqual(['s0-azure-servicebus-west']);

  await edit('east', { triggers: [aTrigger('west'), aTrigger('east', { messageCount: '2' })] });
  await eventually('the greater demand counts', async () => (await world.replicas('east')) === 5);
  expect(await externalMetrics('keda-hpa-east')).toEqual(['s0-azure-servicebus-west', 's1-azure-servicebus-east']);
  await eventually('the status names both', async () => {
    expect((await world.scaledObject('east')).status).toMatchObject({
      externalMetricNames: ['s0-azure-servicebus-west', 's1-azure-servicebus-east'],
    });
  });
});

it('obeys new bounds: the controller raises, the HPA lowers', async () => {
  await world.send('bounds', 200);
  await world.apply(...aScaledWorker('bounds', { spec: { maxReplicaCount: 3 } }));
  await eventually('it is at three', async () => (await world.replicas('bounds')) === 3);
  await edit('bounds', { maxReplicaCount: 8 });
  await eventually('it is at eight', async () => (await world.replicas('bounds')) === 8);
  await edit('bounds', { maxReplicaCount: 2 });
  await eventually('it is at two', async () => (await world.replicas('bounds')) === 2);
});

it('raises a sleeping worker to a new minimum', async () => {
  world.broker.createQueue('least');
  await world.apply(...aScaledWorker('least'));
  await eventually('it is in force', async () => (await world.condition('least', 'Ready')).status === 'True');
  expect(await world.replicas('least')).toBe(0);
  await edit('least', { minReplicaCount: 3 });
  await eventually('it has three', async () => (await world.replicas('least')) === 3);
  await eventually('the Event is written', async () =>
    (await world.events('least')).includes(
      'Normal KEDAScaleTargetActivated: Scaled Deployment shop/least from 0 to 3, its minimum',
    ),
  );
});
