// A worker on a figure of Prometheus: of a real server that reads an exporter, and of Amazon's with the role of its ServiceAccount.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../src/kube/client.ts';
import { SERVICE_ACCOUNTS } from '../../src/kube/resources.ts';
import { type AwsCloud, startAwsCloud } from '../support/aws-cloud.ts';
import { CREDENTIALS, hasPrometheus, startPrometheus, whereInstalled } from '../support/brokers.ts';
import { eventually } from '../support/eventually.ts';
import { describeQueueStory, type StagedQueue } from '../support/queue-story.ts';
import { aScaledObject, aWorker } from '../support/queue-worker.ts';
import { startWorld, type World } from '../support/world.ts';

async function listen(server: Server): Promise<number> {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return (server.address() as AddressInfo).port;
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
}

async function stage(metadata: Readonly<Record<string, string>>): Promise<StagedQueue> {
  let waiting = 0;
  const exporter = createServer((_, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(`jobs{queue="mails"} ${waiting}\njobs{queue="orders"} 0\n`);
  });
  const broker = await startPrometheus(await listen(exporter));
  const serverAddress = `http://127.0.0.1:${broker.port}`;
  return {
    type: 'prometheus',
    metadata: { serverAddress, threshold: '10', authModes: 'basic', ...metadata },
    auth: CREDENTIALS,
    put: async (jobs) => (waiting += jobs),
    empty: async () => (waiting = 0),
    async stop() {
      await broker.stop();
      await stop(exporter);
    },
  };
}

describeQueueStory(
  'a worker on Prometheus',
  {
    'sum of a metric': () => stage({ query: 'sum(jobs)' }),
    'scalar where nothing is no figure': () =>
      stage({ query: 'scalar(jobs{queue="mails"})', ignoreNullValues: 'false' }),
  },
  whereInstalled(hasPrometheus, 'prometheus', describe) as typeof describe,
);

describe('a worker on Amazon Managed Prometheus', () => {
  const role = 'arn:aws:iam::123456789012:role/orders';
  let world: World;
  let cloud: AwsCloud;
  let waiting = 0;
  let signers: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    const signer = cloud.signerOf(request, 'aps');
    signers.push(signer);
    const result = [{ value: [1, String(waiting)] }];
    response.writeHead(signer === undefined ? 403 : 200);
    response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }));
  });
  const anAccount = (name: string, roleArn: string): KubeObject => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name, annotations: { 'eks.amazonaws.com/role-arn': roleArn } },
  });
  beforeAll(async () => {
    cloud = await startAwsCloud();
    world = await startWorld();
    const serverAddress = `http://127.0.0.1:${await listen(server)}`;
    const metadata = { serverAddress, query: 'sum(jobs)', threshold: '10', awsRegion: 'eu-west-1' };
    const worker = aWorker('orders', 0) as KubeObject & { spec: { template: { spec: object } } };
    worker.spec.template.spec = { ...worker.spec.template.spec, serviceAccountName: 'orders' };
    await world.apply(
      anAccount('orders', role),
      worker,
      {
        apiVersion: 'keda.sh/v1alpha1',
        kind: 'TriggerAuthentication',
        metadata: { name: 'aws' },
        spec: { podIdentity: { provider: 'aws', identityOwner: 'workload' } },
      } as KubeObject,
      aScaledObject('orders', {
        spec: { triggers: [{ type: 'prometheus', metadata, authenticationRef: { name: 'aws' } }] },
      }),
    );
  });
  afterAll(async () => {
    await world.stop();
    await stop(server);
    await cloud.stop();
  });

  it('goes from zero to N and back, with the role of its ServiceAccount', async () => {
    await eventually('it is in force', async () => (await world.condition('orders', 'Ready')).status === 'True');
    waiting = 45;
    await eventually('it is awake', async () => (await world.replicas('orders')) === 5);
    waiting = 0;
    await eventually('it sleeps', async () => (await world.replicas('orders')) === 0);
    expect(new Set(signers)).toEqual(new Set([role]));
  });

  it('takes another role as soon as the ServiceAccount has one', async () => {
    signers = [];
    await world.change(SERVICE_ACCOUNTS, 'orders', {
      metadata: { annotations: { 'eks.amazonaws.com/role-arn': `${role}-2` } },
    });
    await eventually('it is used', () => signers.at(-1) === `${role}-2`);
  });
});
