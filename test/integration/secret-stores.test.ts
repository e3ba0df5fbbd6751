// A broker's password that lives in a cloud's secret store: scaled by, rotated, and gone; in a program with a pod's environment.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { KubeObject } from '../../src/kube/client.ts';
import { type AwsCloud, OWN_ROLE, startAwsCloud } from '../support/aws-cloud.ts';
import { eventually } from '../support/eventually.ts';
import { aScaledWorker, aTrigger } from '../support/queue-worker.ts';
import type { SluiceProcess } from '../support/sluice-process.ts';
import { NAMESPACE, startWorld, type World } from '../support/world.ts';

const NEW_KEY = 'bmV3LWtleQ==';

let cloud: AwsCloud;
let manager: Server;
let world: World;
let program: SluiceProcess;
/** Connection strings by the names of their secrets. */
const held = new Map<string, string>();
const signers = new Set<string | undefined>();

beforeAll(async () => {
  cloud = await startAwsCloud();
  manager = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = String(Buffer.concat(chunks));
      const signer = cloud.signerOf(request, 'secretsmanager', body);
      signers.add(signer);
      const connection = held.get((JSON.parse(body) as { readonly SecretId: string }).SecretId);
      if (signer === undefined) response.writeHead(400).end('{"__type":"InvalidSignatureException"}');
      else if (connection === undefined) response.writeHead(400).end('{"__type":"ResourceNotFoundException"}');
      else response.end(JSON.stringify({ SecretString: JSON.stringify({ connection }) }));
    });
  });
  await new Promise<void>((listening) => manager.listen(0, '127.0.0.1', listening));
  const podEnvironment = ['AWS_ENDPOINT_URL_STS', 'AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_ROLE_ARN'];
  world = await startWorld({
    program: 'none',
    env: {
      ...Object.fromEntries(podEnvironment.map((name) => [name, process.env[name] ?? ''])),
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL_SECRETS_MANAGER: `http://127.0.0.1:${(manager.address() as AddressInfo).port}`,
    },
  });
  held.set('prod/bus', world.broker.connectionString());
  program = await world.spawn();
});
afterAll(async () => {
  await world.stop();
  manager.closeAllConnections();
  await new Promise((closed) => manager.close(closed));
  await cloud.stop();
});

/** As `name` reads the secret of that name. */
function anAuthentication(name: string, secret: string): KubeObject {
  const secrets = [{ parameter: 'connection', name: secret, secretKey: 'connection' }];
  return {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'TriggerAuthentication',
    metadata: { name, namespace: NAMESPACE },
    spec: { awsSecretManager: { podIdentity: { provider: 'aws' }, secrets } },
  } as KubeObject;
}

const noSecret = (name: string): string =>
  `awsSecretManager eu-west-1: there is no secret "${name}" in this account and region; check name, version and region`;
const keyOf = (connection: string): string => /SharedAccessKey=([^;]+)/.exec(connection)?.[1] ?? '';

it('scales by a queue whose connection string is in AWS Secrets Manager, and takes a rotated one as soon as the broker refuses it', async () => {
  const former = keyOf(world.broker.connectionString());
  await Promise.all(['orders', 'mails'].map((queue) => world.send(queue, 30)));
  await world.apply(anAuthentication('broker', 'prod/bus'), ...aScaledWorker('orders'), ...aScaledWorker('mails'));
  for (const name of ['orders', 'mails'])
    await eventually(`${name} is at size`, async () => (await world.replicas(name)) === 3);
  expect([...signers]).toEqual([OWN_ROLE]);

  world.broker.setKey(NEW_KEY);
  await world.send('orders', 20);
  held.set('prod/bus', world.broker.connectionString());
  await eventually(
    'the new key counts, long before the store is due',
    async () => (await world.replicas('orders')) === 5,
  );

  const told = JSON.stringify([program.stderr(), await world.events('orders'), await world.scaledObject('orders')]);
  expect([former, NEW_KEY].filter((secret) => told.includes(secret))).toEqual([]);
});

it('goes on with what it has when the secret is gone, and tells of it', async () => {
  await program.kill('SIGTERM');
  program = await world.spawn({ storeRefreshMs: '1000' });
  await world.looks('orders');
  held.delete('prod/bus');
  await eventually('an Event names store and secret', async () => {
    expect((await world.events('orders')).join('\n')).toContain(noSecret('prod/bus'));
  });
  await world.send('orders', 10);
  await eventually('it goes on with what it has', async () => (await world.replicas('orders')) === 6);
  held.set('prod/bus', world.broker.connectionString());
});

it('says which secret is missing, and goes on when it is there', async () => {
  const triggers = [{ ...aTrigger('late'), authenticationRef: { name: 'late' } }];
  await world.send('late', 30);
  await world.apply(anAuthentication('late', 'prod/late'), ...aScaledWorker('late', { spec: { triggers } }));
  await eventually('the condition names store and secret', async () => {
    expect(await world.condition('late', 'Ready')).toMatchObject({
      status: 'False',
      message: expect.stringContaining(
        `TriggerAuthentication "shop/late" gives connection, but ${noSecret('prod/late')}`,
      ),
    });
  });
  expect(await world.replicas('late')).toBe(0);

  held.set('prod/late', world.broker.connectionString());
  await eventually('it is at size', async () => (await world.replicas('late')) === 3);
  await eventually('it is in order', async () => (await world.condition('late', 'Ready')).status === 'True');
});
