// What everybody who knows KEDA relies on, one behaviour each, with nothing but what KEDA's own manifests say.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { annotations, scaledObjects } from '../../src/api/names.ts';
import type { ScaledObjectSpec } from '../../src/api/scaled-object.ts';
import { KubeError } from '../../src/errors.ts';
import { eventually } from '../support/eventually.ts';
import { aScaledWorker, aTrigger, brokerAccess } from '../support/queue-worker.ts';
import { COLLECTED_MS, NAMESPACE, startWorld, type World } from '../support/world.ts';

const { signal } = new AbortController();
let world: World;
beforeAll(async () => {
  world = await startWorld();
  await world.apply(...brokerAccess(world.broker.connectionString()));
});
afterAll(() => world.stop());

const SECONDS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const metricOf = (queue: string): string => `s0-azure-servicebus-${queue}`;
const hasReplicas = (name: string, replicas: number) =>
  eventually(`${name} has ${replicas} replicas`, async () => (await world.replicas(name)) === replicas);
const hasCondition = (name: string, type: string, status: string, reason?: string) =>
  eventually(`${type} of ${name} is ${status}`, async () => {
    expect(await world.condition(name, type)).toMatchObject({ status, ...(reason === undefined ? {} : { reason }) });
  });
const annotate = (name: string, values: Readonly<Record<string, string | null>>): Promise<void> =>
  world.change(scaledObjects, name, { metadata: { annotations: values } });

/** What the metrics API says, asked as an HPA asks, with the query that is given. */
function ask(metric: string, query: string): Promise<{ readonly items: readonly Record<string, unknown>[] }> {
  const path = `/apis/external.metrics.k8s.io/v1beta1/namespaces/${NAMESPACE}/${metric}${query}`;
  return world.cluster.client.request('GET', path, undefined, { signal });
}
const statusOf = (answer: Promise<unknown>): Promise<number | undefined> =>
  answer.then(
    () => 200,
    (error: unknown) => (error instanceof KubeError ? error.status : Promise.reject(error)),
  );
const selecting = (name: string): string => `?labelSelector=${encodeURIComponent(`scaledobject.keda.sh/name=${name}`)}`;

it('puts an idle object in order: an HPA of at least one replica, Ready, not Active, and the target stays at zero', async () => {
  world.broker.createQueue('idle');
  await world.apply(...aScaledWorker('idle'));
  await hasCondition('idle', 'Ready', 'True', 'ScaledObjectReady');
  await hasCondition('idle', 'Active', 'False', 'ScalerNotActive');
  await hasCondition('idle', 'Fallback', 'False', 'NoFallbackFound');
  await hasCondition('idle', 'Paused', 'False');
  expect(await world.hpa('keda-hpa-idle')).toMatchObject({
    spec: { minReplicas: 1, maxReplicas: 10, metrics: [{ type: 'External' }] },
  });
  await world.looks('idle');
  expect(await world.replicas('idle')).toBe(0);
});

it.each<[string, Partial<ScaledObjectSpec>, number]>([
  ['one', {}, 1],
  ['three', { minReplicaCount: 3, idleReplicaCount: 0 }, 3],
])('wakes a target within a poll of its first message, to %s', async (name, spec, replicas) => {
  world.broker.createQueue(name);
  await world.apply(...aScaledWorker(name, { spec: { cooldownPeriod: 60, ...spec } }));
  await hasCondition(name, 'Active', 'False');
  await world.looks(name, 1);
  expect(await world.replicas(name)).toBe(0);
  await world.send(name, 1);
  await hasReplicas(name, replicas);
  await hasCondition(name, 'Active', 'True', 'ScalerActive');
  expect((await world.scaledObject(name)).status?.lastActiveTime).toMatch(SECONDS);
  await eventually('the Event is written', async () => {
    expect(await world.events(name)).toContainEqual(expect.stringMatching(/^Normal KEDAScaleTargetActivated: /));
  });
});

it.each<[string, Partial<ScaledObjectSpec>, number]>([
  ['zero', {}, 0],
  ['its idle size', { minReplicaCount: 2, idleReplicaCount: 0 }, 0],
])('waits for the cooldown before it puts a target to %s', async (what, spec, rest) => {
  const name = what.replaceAll(' ', '-');
  await world.send(name, 30);
  await world.apply(...aScaledWorker(name, { spec: { cooldownPeriod: 4, ...spec } }));
  await hasReplicas(name, 3);
  await world.drain(name);
  await hasCondition(name, 'Active', 'False', 'ScalerCooldown');
  expect(await world.replicas(name)).toBe(3);
  await hasReplicas(name, rest);
  await hasCondition(name, 'Active', 'False', 'ScalerNotActive');
});

it('says that a trigger fails, holds the replicas, and gives the HPA an error instead of a number', async () => {
  await world.apply(...aScaledWorker('failing', { replicas: 3, metadata: { queueName: 'nowhere' } }));
  await hasCondition('failing', 'Ready', 'False', 'TriggerError');
  await world.looks('failing');
  expect(await world.replicas('failing')).toBe(3);
  expect(await statusOf(ask(metricOf('nowhere'), selecting('failing')))).toBeGreaterThanOrEqual(500);
});

it('falls back after more failures than the threshold: the condition says so, and the metric asks for that many replicas', async () => {
  const fallback = { failureThreshold: 2, replicas: 4 };
  await world.apply(...aScaledWorker('fallen', { spec: { fallback }, metadata: { queueName: 'nowhere' } }));
  await hasCondition('fallen', 'Fallback', 'True', 'FallbackExists');
  expect((await world.scaledObject('fallen')).status?.health).toEqual({
    [metricOf('nowhere')]: { numberOfFailures: 3, status: 'Failing' },
  });
  expect(await world.metric('fallen', metricOf('nowhere'))).toMatchObject([{ value: '40' }]);
  // A metric in fallback counts as active.
  await hasReplicas('fallen', 4);
});

it('takes the HPA away while paused, holds the size that paused-replicas names, and is as before afterwards', async () => {
  await world.send('paused', 30);
  await world.apply(...aScaledWorker('paused'));
  await hasReplicas('paused', 3);

  await annotate('paused', { [annotations.paused]: 'true' });
  await hasCondition('paused', 'Paused', 'True', 'ScaledObjectPaused');
  await eventually('the HPA is gone', async () => (await world.hpa('keda-hpa-paused')) === undefined);
  expect(await world.replicas('paused')).toBe(3);

  await annotate('paused', { [annotations.pausedReplicas]: '2' });
  await hasReplicas('paused', 2);
  await eventually('the status says so', async () => {
    expect((await world.scaledObject('paused')).status).toMatchObject({ pausedReplicaCount: 2 });
  });

  await annotate('paused', { [annotations.paused]: null, [annotations.pausedReplicas]: null });
  await eventually('the HPA is back', async () => (await world.hpa('keda-hpa-paused')) !== undefined);
  await hasReplicas('paused', 3);
  await hasCondition('paused', 'Paused', 'False', 'ScaledObjectUnpaused');
  expect((await world.scaledObject('paused')).status).not.toHaveProperty('pausedReplicaCount');
});

it('gives the target back the replicas it had at first when the object is deleted, where that is asked for', async () => {
  world.broker.createQueue('restored');
  const advanced = { restoreToOriginalReplicaCount: true };
  await world.apply(...aScaledWorker('restored', { replicas: 3, spec: { advanced } }));
  await hasReplicas('restored', 0);
  await world.remove(scaledObjects, 'restored');
  await hasReplicas('restored', 3);
  await eventually('its HPA is gone', async () => (await world.hpa('keda-hpa-restored')) === undefined, COLLECTED_MS);
});

it('answers a metric with one item and the second it is of, and refuses a question that names no object', async () => {
  await world.send('asked', 42);
  await world.apply(...aScaledWorker('asked'));
  await hasReplicas('asked', 5);
  const { items, ...list } = await ask(metricOf('asked'), selecting('asked'));
  expect(list).toMatchObject({ kind: 'ExternalMetricValueList', apiVersion: 'external.metrics.k8s.io/v1beta1' });
  expect(items).toEqual([
    expect.objectContaining({
      metricName: metricOf('asked'),
      value: '42',
      timestamp: expect.stringMatching(SECONDS),
    }),
  ]);
  expect(await statusOf(ask(metricOf('asked'), ''))).toBeGreaterThanOrEqual(400);
});

it('has one composite metric in the HPA beside cpu, where a formula is given', async () => {
  world.broker.createQueue('composed');
  const cpu = { type: 'cpu', metricType: 'Utilization', metadata: { value: '60' } };
  const triggers = [{ ...aTrigger('composed'), name: 'orders' }, cpu];
  const advanced = { scalingModifiers: { formula: 'orders + 1', target: '10' } };
  await world.apply(...aScaledWorker('composed', { spec: { triggers, advanced } }));
  await eventually('it has its HPA', async () => {
    expect((await world.hpa('keda-hpa-composed'))?.spec.metrics).toEqual([
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } },
      {
        type: 'External',
        external: {
          metric: {
            name: 'composite-metric',
            selector: { matchLabels: { 'scaledobject.keda.sh/name': 'composed' } },
          },
          target: { type: 'AverageValue', averageValue: '10' },
        },
      },
    ]);
  });
});
