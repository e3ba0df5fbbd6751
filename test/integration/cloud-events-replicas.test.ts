// CloudEvents of several replicas: each event comes once, whichever replica acts; a replica that ends brings what it has.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { annotations, cloudEventSources, scaledObjects } from '../../src/api/names.ts';
import type { KubeObject } from '../../src/kube/client.ts';
import { freePort } from '../../src/sandbox/free-port.ts';
import { type CloudEventSink, startCloudEventSink } from '../support/cloud-event-sink.ts';
import { eventually } from '../support/eventually.ts';
import { aScaledWorker, brokerAccess } from '../support/queue-worker.ts';
import type { SluiceProcess } from '../support/sluice-process.ts';
import { NAMESPACE, startWorld, type World } from '../support/world.ts';

const WORKERS = Array.from({ length: 8 }, (_, i) => `worker-${i}`);
let world: World;
let sink: CloudEventSink;
const replicas: SluiceProcess[] = [];

beforeAll(async () => {
  sink = await startCloudEventSink();
  world = await startWorld({ program: 'none' });
  const source = {
    apiVersion: 'eventing.keda.sh/v1alpha1',
    kind: 'CloudEventSource',
    metadata: { name: 'all', namespace: NAMESPACE },
    spec: { destination: { http: { uri: `http://127.0.0.1:${sink.port}/` } } },
  } as KubeObject;
  await world.apply(...brokerAccess(world.broker.connectionString()), source);
  for (const name of ['a', 'b']) {
    const diagnosticsAddress = `127.0.0.1:${await freePort()}`;
    replicas.push(await world.spawn({ membership: 'true', identity: name, securePort: '0', diagnosticsAddress }));
  }
});
afterAll(async () => {
  await world.stop();
  await sink.stop();
});

const told = (type: string): readonly string[] =>
  sink.taken.flatMap((event) => (event.type === `keda.scaledobject.${type}.v1` ? [event.subject] : [])).toSorted();
const subjects = WORKERS.map((name) => `/kubernetes-default/${NAMESPACE}/scaledobject/${name}`);
const conditionWrites = (): number =>
  world.cluster.requests.filter(
    ({ method, path }) => method === 'PATCH' && /\/cloudeventsources\/all\/status\b/.test(path),
  ).length;

it('come once each, and one replica says that the source works', async () => {
  for (const name of WORKERS) await world.send(name, 1);
  await world.apply(...WORKERS.flatMap((name) => aScaledWorker(name)));
  await eventually('all are ready', () => told('ready').length >= WORKERS.length);
  expect(told('ready')).toEqual(subjects);
  const { status } = await world.get<KubeObject & { status?: { conditions: { status: string }[] } }>(
    cloudEventSources,
    'all',
  );
  expect(status?.conditions.map((condition) => condition.status)).toEqual(['True']);
  expect(conditionWrites()).toBe(1);
});

it('are brought by a replica that is told to end, as far as it has told of them in the cluster', async () => {
  sink.answer(503);
  for (const name of WORKERS) {
    await world.change(scaledObjects, name, { metadata: { annotations: { [annotations.paused]: 'true' } } });
  }
  await eventually('the cluster knows that all are paused', async () => {
    for (const name of WORKERS) expect((await world.events(name)).join()).toContain('ScaledObjectPaused');
  });
  expect(told('paused')).toEqual([]);
  sink.answer(200);
  expect(await replicas[0]?.kill('SIGTERM')).toBe(0);
  await eventually('the server knows as well', () => told('paused').length >= WORKERS.length);
  expect(told('paused')).toEqual(subjects);
  expect(conditionWrites()).toBe(1);
});
