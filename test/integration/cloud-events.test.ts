// CloudEventSources: a server beside the cluster hears what happens to objects, in order, whatever happens to the server.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  annotations,
  cloudEventSources,
  clusterCloudEventSources,
  clusterTriggerAuthentications,
  FINALIZER,
  scaledObjects,
  triggerAuthentications,
} from '../../src/api/names.ts';
import type { KubeObject, Resource } from '../../src/kube/client.ts';
import { SECRETS } from '../../src/kube/resources.ts';
import { type AzureCloud, startAzureCloud } from '../support/azure-cloud.ts';
import { type CloudEventSink, startCloudEventSink } from '../support/cloud-event-sink.ts';
import { eventually } from '../support/eventually.ts';
import { aScaledWorker, aSecret, brokerAccess } from '../support/queue-worker.ts';
import { NAMESPACE, startWorld, type World } from '../support/world.ts';

const GRID = 'story.westeurope-1.eventgrid.azure.net';
const EVENTING = 'eventing.keda.sh/v1alpha1';
let azure: AzureCloud;
let world: World;
let sink: CloudEventSink;
let grid: CloudEventSink;

beforeAll(async () => {
  azure = await startAzureCloud();
  sink = await startCloudEventSink();
  grid = await startCloudEventSink(await azure.certificateFor(GRID));
  azure.lead(GRID, grid.port);
  world = await startWorld({ flags: { clusterName: 'story' } });
  await world.apply(...brokerAccess(world.broker.connectionString()));
});
afterAll(async () => {
  await world.stop();
  await Promise.all([sink.stop(), grid.stop()]);
  await azure.stop();
});

type Manifest = KubeObject & { readonly spec: unknown };
const aSource = (name: string, spec: object): Manifest => ({
  apiVersion: EVENTING,
  kind: 'CloudEventSource',
  metadata: { name, namespace: NAMESPACE },
  spec,
});
const http = (path = '/events') => ({ destination: { http: { uri: `http://127.0.0.1:${sink.port}${path}` } } });
const active = async (resource: Resource, name: string): Promise<string> => {
  const { status } = await world.get<KubeObject & { status?: { conditions?: { status: string; message: string }[] } }>(
    resource,
    name,
  );
  return status?.conditions?.map((condition) => `${condition.status} ${condition.message}`).join() ?? '';
};
const annotate = (name: string, values: Readonly<Record<string, string | null>>): Promise<void> =>
  world.change(scaledObjects, name, { metadata: { annotations: values } });
const subject = (name: string, kind = 'scaledobject'): string => `/story/${NAMESPACE}/${kind}/${name}`;
const READY = 'keda.scaledobject.ready.v1 ScaledObjectReady';
const PAUSED = 'keda.scaledobject.paused.v1 ScaledObjectPaused';
const UNPAUSED = 'keda.scaledobject.unpaused.v1 ScaledObjectUnpaused';
const FAILED = 'keda.scaledobject.failed.v1 ScaledObjectCheckFailed';
const REMOVED = 'keda.scaledobject.removed.v1 ScaledObjectDeleted';

it('tells a server of an object’s life, in order and with KEDA’s attributes', async () => {
  await world.apply(aSource('life', http()));
  await eventually('the source is active', async () => (await active(cloudEventSources, 'life')).startsWith('True'));
  await world.send('orders', 1);
  await world.apply(...aScaledWorker('orders'));
  await eventually('it is ready', () => sink.about(subject('orders')).includes(READY));
  await annotate('orders', { [annotations.paused]: 'true' });
  await eventually('it is paused', () => sink.about(subject('orders')).includes(PAUSED));
  await annotate('orders', { [annotations.paused]: null });
  await eventually('it is not paused', () => sink.about(subject('orders')).includes(UNPAUSED));
  await world.change(scaledObjects, 'orders', { spec: { scaleTargetRef: { name: 'nowhere' } } });
  await eventually('it has failed', () => sink.about(subject('orders')).includes(FAILED));
  await world.remove(scaledObjects, 'orders');
  await eventually('it is removed', () => sink.about(subject('orders')).includes(REMOVED));

  expect(sink.about(subject('orders'))).toEqual([READY, PAUSED, UNPAUSED, FAILED, REMOVED]);
  const [ready] = sink.taken.filter((event) => event.subject === subject('orders'));
  expect(ready).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-/),
    source: '/story/sluice/keda',
    subject: subject('orders'),
    type: 'keda.scaledobject.ready.v1',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    data: { reason: 'ScaledObjectReady', message: expect.stringContaining('the definition is valid') },
  });
  expect(new Set(sink.taken.map(({ id }) => id)).size).toBe(sink.taken.length);
  const telling = await world.events('orders');
  expect(telling).toEqual(expect.arrayContaining([expect.stringMatching(/^Normal ScaledObjectReady: /)]));
});

it('says that the server cannot take events, and brings them in order when it can again', async () => {
  sink.answer(503);
  await world.send('late', 1);
  await world.apply(...aScaledWorker('late'));
  await eventually('it is ready', async () => (await world.condition('late', 'Ready')).status === 'True');
  await annotate('late', { [annotations.paused]: 'true' });
  await eventually('it is paused', async () => (await world.condition('late', 'Paused')).status === 'True');
  await annotate('late', { [annotations.paused]: null });
  await eventually('the source says so', async () => {
    expect(await active(cloudEventSources, 'life')).toBe(
      `False http sink 127.0.0.1:${sink.port} can't take events now (HTTP 503)`,
    );
  });
  expect(sink.about(subject('late'))).toEqual([]);
  sink.answer(200);
  await eventually('all have come', () => sink.about(subject('late')).includes(UNPAUSED), 30_000);
  expect(sink.about(subject('late'))).toEqual([READY, PAUSED, UNPAUSED]);
  await eventually('the source is active', async () => (await active(cloudEventSources, 'life')).startsWith('True'));
});

it('tells a topic of Event Grid, with the key that the Secret holds now', async () => {
  const endpoint = `http://127.0.0.1:${sink.port}/api/events`;
  const destination = { azureEventGridTopic: { endpoint } };
  const eventSubscription = { includedEventTypes: ['keda.authentication.triggerauthentication.created.v1'] };
  await world.apply(aSource('topic', { destination, eventSubscription, authenticationRef: { name: 'grid' } }));
  await eventually('the source says what is missing', async () => {
    expect(await active(cloudEventSources, 'topic')).toBe(
      'False authenticationRef: TriggerAuthentication "shop/grid" does not exist',
    );
  });
  await world.apply(aSecret('grid', { key: 'first' }), {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'TriggerAuthentication',
    metadata: { name: 'grid', namespace: NAMESPACE },
    spec: { secretTargetRef: [{ parameter: 'accessKey', name: 'grid', key: 'key' }] },
  } as Manifest);
  await eventually('the source is active', async () => (await active(cloudEventSources, 'topic')).startsWith('True'));
  const keys = (): readonly unknown[] =>
    sink.requests.flatMap(({ url, headers }) => (url.startsWith('/api/') ? [headers['aeg-sas-key']] : []));
  await eventually('the topic knows of the authentication', () => keys().includes('first'));
  await world.change(SECRETS, 'grid', { data: { key: Buffer.from('second').toString('base64') } });
  let serial = 0;
  await eventually('it is told with the new key', async () => {
    await world.apply({ ...anAuthentication(`another-${serial++}`) });
    return keys().includes('second');
  });
});

it('tells a topic by a workload identity, through the authentication of the whole cluster', async () => {
  await world.apply(
    {
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'ClusterTriggerAuthentication',
      metadata: { name: 'azure' },
      spec: { podIdentity: { provider: 'azure-workload' } },
    } as Manifest,
    {
      apiVersion: EVENTING,
      kind: 'ClusterCloudEventSource',
      metadata: { name: 'everything' },
      spec: {
        clusterName: 'prod',
        destination: { azureEventGridTopic: { endpoint: `https://${GRID}/api/events` } },
        authenticationRef: { name: 'azure', kind: 'ClusterTriggerAuthentication' },
      },
    } as Manifest,
  );
  await eventually('the source is active', async () =>
    (await active(clusterCloudEventSources, 'everything')).startsWith('True'),
  );
  await world.change(clusterTriggerAuthentications, 'azure', { spec: { env: [] } });
  const about = '/prod//clustertriggerauthentication/azure';
  await eventually('the topic is told', () =>
    grid
      .about(about)
      .includes('keda.authentication.clustertriggerauthentication.updated.v1 ClusterTriggerAuthenticationUpdated'),
  );
  const { headers } = grid.requests.at(-1) ?? {};
  expect(azure.vouches((headers?.authorization ?? '').replace('Bearer ', ''), 'https://eventgrid.azure.net')).toBe(
    true,
  );
  expect(grid.taken.find((event) => event.subject === about)?.source).toBe('/prod/sluice/keda');
});

it('is refused by the API server with both lists of a subscription, and with a type that there is none of', async () => {
  const ready = 'keda.scaledobject.ready.v1';
  const both = { includedEventTypes: [ready], excludedEventTypes: [ready] };
  await expect(world.apply(aSource('bad', { ...http(), eventSubscription: both }))).rejects.toThrow(
    'includedEventTypes and excludedEventTypes exclude each other',
  );
  const unknown = { includedEventTypes: ['keda.scaledobject.redy.v1'] };
  await expect(world.apply(aSource('bad', { ...http(), eventSubscription: unknown }))).rejects.toThrow(
    /spec\.eventSubscription\.includedEventTypes\[0\]: Unsupported value/,
  );
});

it('lets go of what KEDA left its finalizer on, and tells that it is gone', async () => {
  const held = (object: Manifest): Manifest => ({
    ...object,
    metadata: { ...object.metadata, finalizers: [FINALIZER] },
  });
  const ofCluster = (object: Manifest): Manifest =>
    held({ ...object, kind: `Cluster${object.kind}`, metadata: { name: object.metadata.name } });
  const [authentication, source] = [anAuthentication('held'), aSource('held', http('/held'))];
  await world.apply(held(authentication), ofCluster(authentication), held(source), ofCluster(source));
  const kinds = [triggerAuthentications, clusterTriggerAuthentications, cloudEventSources, clusterCloudEventSources];
  for (const kind of kinds) await world.remove(kind, 'held');
  await eventually('all are gone', async () => {
    for (const kind of kinds) expect(await world.find(kind, 'held')).toBeUndefined();
  });
  await eventually('the server knows', () =>
    sink
      .about(subject('held', 'triggerauthentication'))
      .includes('keda.authentication.triggerauthentication.removed.v1 TriggerAuthenticationDeleted'),
  );
});

it('counts what was sent', async () => {
  const text = await world.series();
  expect(text).toMatch(
    new RegExp(
      `keda_cloudeventsource_events_emitted_total\\{[^}]*cloudeventsource="life"[^}]*state="emitted"[^}]*\\} [1-9]`,
    ),
  );
  expect(text).toMatch(new RegExp(`keda_cloudeventsource_events_queued\\{namespace="${NAMESPACE}"\\} 0`));
});

function anAuthentication(name: string): Manifest {
  return {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'TriggerAuthentication',
    metadata: { name, namespace: NAMESPACE },
    spec: { env: [] },
  };
}
