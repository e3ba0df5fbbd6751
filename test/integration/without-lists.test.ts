// What is not essential and cannot be listed, for want of a right or of time, is read one by one when it is needed.
import { afterAll, beforeAll, it } from '@jest/globals';
import type { KubeObject } from '../../src/kube/client.ts';
import { STATEFUL_SETS } from '../../src/kube/resources.ts';
import { eventually } from '../support/eventually.ts';
import { aScaledObject, aScaledWorker, aSecret, aWorker, brokerAccess } from '../support/queue-worker.ts';
import { startWorld, type World } from '../support/world.ts';

const LISTS = /\/(deployments|statefulsets|(cluster)?triggerauthentications)(\?|$)/;
const overloaded = {
  status: 503,
  body: JSON.stringify({
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    reason: 'ServiceUnavailable',
    code: 503,
  }),
};

let world: World;
let end: () => void;
beforeAll(async () => {
  world = await startWorld({ program: 'none' });
  end = world.cluster.server.inject(({ method, path, userAgent }) =>
    method === 'GET' && LISTS.test(path) && userAgent.startsWith('sluice/') ? overloaded : undefined,
  );
  const connection = world.broker.connectionString();
  const secret = aSecret('everybody', { connection });
  await world.apply(...brokerAccess(connection), {
    ...secret,
    metadata: { ...secret.metadata, namespace: 'sluice' },
  });
  await world.start();
});
afterAll(() => world.stop());

const trigger = (queueName: string, more: object) => ({
  type: 'azure-servicebus',
  metadata: { queueName, messageCount: '10' },
  ...more,
});
const awake = (name: string, replicas: () => Promise<number | undefined>): Promise<unknown> =>
  eventually(`${name} is awake`, async () => (await replicas()) === 2);

it('finds a TriggerAuthentication', async () => {
  await world.send('own', 15);
  await world.apply(...aScaledWorker('own'));
  await awake('own', () => world.replicas('own'));
});

it('finds a ClusterTriggerAuthentication', async () => {
  const everybody = {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ClusterTriggerAuthentication',
    metadata: { name: 'everybody' },
    spec: { secretTargetRef: [{ parameter: 'connection', name: 'everybody', key: 'connection' }] },
  };
  const authenticationRef = { name: 'everybody', kind: 'ClusterTriggerAuthentication' as const };
  await world.send('shared', 15);
  await world.apply(
    everybody,
    ...aScaledWorker('shared', { spec: { triggers: [trigger('shared', { authenticationRef })] } }),
  );
  await awake('shared', () => world.replicas('shared'));
});

it.each(['Deployment', 'StatefulSet'])('finds the environment of a %s', async (kind) => {
  const name = `of-${kind.toLowerCase()}`;
  const worker = aWorker(name, 0) as KubeObject & { spec: { template: { metadata: object } } };
  const env = [{ name: 'ADDRESS', value: world.broker.connectionString() }];
  const template = { ...worker.spec.template, spec: { containers: [{ name: 'app', image: 'app:1', env }] } };
  const spec = { ...worker.spec, template, ...(kind === 'StatefulSet' ? { serviceName: name } : {}) };
  const fromEnv = { metadata: { queueName: name, messageCount: '10', connectionFromEnv: 'ADDRESS' } };
  await world.send(name, 15);
  await world.apply(
    { ...worker, kind, spec } as KubeObject,
    aScaledObject(name, { spec: { scaleTargetRef: { kind, name }, triggers: [trigger(name, fromEnv)] } }),
  );
  type Sized = KubeObject & { spec: { replicas?: number } };
  await awake(name, async () =>
    kind === 'Deployment' ? world.replicas(name) : (await world.get<Sized>(STATEFUL_SETS, name)).spec.replicas,
  );
});

it('watches them as soon as they can be listed', async () => {
  const since = world.cluster.requests.length;
  end();
  await eventually('all four are watched', () => {
    const watched = world.cluster.requests
      .slice(since)
      .flatMap(({ path }) => /([a-z]+)\?.*watch=/.exec(path)?.[1] ?? []);
    return new Set(watched).size >= 4;
  });
  await world.send('late', 15);
  await world.apply(...aScaledWorker('late'));
  await awake('late', () => world.replicas('late'));
});
