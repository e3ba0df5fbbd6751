// Parameters that come from outside a Secret: a password in a real Vault that is changed and then sealed, a file that is replaced, and a
// token of a ServiceAccount that the API server issues and vouches for. Nothing is started anew.
import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { KubeObject } from '../../src/kube/client.ts';
import { ACCOUNT } from '../e2e/chart/granted.ts';
import { areBuilt } from '../e2e/control-plane/available.ts';
import { type Broker, CREDENTIALS, hasRedis, startRedis, whereInstalled } from '../support/brokers.ts';
import { isReal } from '../support/cluster-server.ts';
import { eventually } from '../support/eventually.ts';
import { createKubectl } from '../support/kubectl.ts';
import { aScaledWorker } from '../support/queue-worker.ts';
import { scratchDirectory } from '../support/scratch.ts';
import { enableServiceAccountLogin, startVault, type VaultServer } from '../support/vault.ts';
import { NAMESPACE, startWorld, type World } from '../support/world.ts';

const NEW_PASSWORD = 'battery-staple';
const signal = new AbortController().signal;

const secrets = Object.keys(CREDENTIALS).map((parameter) => ({ parameter, path: 'secret/data/redis', key: parameter }));

let world: World;
let filePathRoot: string;
beforeAll(async () => {
  filePathRoot = await scratchDirectory('parameter-files');
  world = await startWorld({ flags: { storeRefreshMs: '1000', filePathRoot } });
}, 120_000);
afterAll(() => world.stop());

const authentication = (name: string, spec: object, kind = 'TriggerAuthentication'): KubeObject =>
  ({ apiVersion: 'keda.sh/v1alpha1', kind, metadata: { name }, spec }) as KubeObject;

/** As the chart's permissions.operator.restrict.serviceAccountTokenCreationRoles grants it. */
function tokenCreation({ namespace, name }: { readonly namespace: string; readonly name: string }): KubeObject[] {
  const group = 'rbac.authorization.k8s.io';
  const metadata = { namespace, name: `token-creator-${name}` };
  const rules = [{ apiGroups: [''], resources: ['serviceaccounts/token'], resourceNames: [name], verbs: ['create'] }];
  const roleRef = { apiGroup: group, kind: 'Role', name: metadata.name };
  const subjects = [{ kind: 'ServiceAccount', ...ACCOUNT }];
  return [
    { apiVersion: `${group}/v1`, kind: 'Role', metadata, rules },
    { apiVersion: `${group}/v1`, kind: 'RoleBinding', metadata, roleRef, subjects },
  ] as unknown as KubeObject[];
}

whereInstalled(
  hasRedis && areBuilt('vault'),
  'redis-server or Vault',
  describe,
)('a worker on a Redis list', () => {
  let vault: VaultServer;
  let broker: Broker;
  let redis: Redis;
  beforeAll(async () => {
    broker = await startRedis();
    vault = await startVault();
    redis = new Redis(broker.port, '127.0.0.1', CREDENTIALS);
    await vault.write('secret/data/redis', { data: CREDENTIALS });
    await vault.write('sys/policies/acl/redis', { policy: 'path "secret/data/redis" { capabilities = ["read"] }' });
    await world.apply(
      authentication('vault', {
        hashiCorpVault: {
          address: vault.url,
          authentication: 'token',
          credential: { token: await vault.token('redis', 3600) },
          secrets,
        },
      }),
    );
  }, 900_000);
  afterAll(async () => {
    redis?.disconnect();
    await vault?.stop();
    await broker?.stop();
  });

  const trigger = (listName: string, authenticationRef: object = { name: 'vault' }) => ({
    type: 'redis',
    metadata: { address: `127.0.0.1:${broker.port}`, listName, listLength: '10' },
    authenticationRef,
  });
  const fill = (list: string, count: number): Promise<number> =>
    redis.rpush(list, ...Array.from({ length: count }, String));
  const changePassword = (to: string): Promise<unknown> =>
    redis.call('ACL', 'SETUSER', CREDENTIALS.username, 'resetpass', `>${to}`);

  it('follows a password that is changed at the broker and in Vault', async () => {
    await fill('jobs', 45);
    await world.apply(...aScaledWorker('jobs', { spec: { triggers: [trigger('jobs')] } as never }));
    await eventually('it is awake', async () => (await world.replicas('jobs')) === 5);

    await changePassword(NEW_PASSWORD);
    await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await eventually('it says that the broker refuses it', async () =>
      expect(await world.condition('jobs', 'Ready')).toMatchObject({
        status: 'False',
        message: expect.stringMatching(/refused|password/),
      }),
    );
    await vault.write('secret/data/redis', { data: { ...CREDENTIALS, password: NEW_PASSWORD } });
    await eventually('it is in order', async () => (await world.condition('jobs', 'Ready')).status === 'True');
    await fill('jobs', 30);
    await eventually('it has grown', async () => (await world.replicas('jobs')) === 8);
  }, 60_000);

  it('goes by a file of parameters, and by what replaces it', async () => {
    await writeFile(join(filePathRoot, 'redis.json'), JSON.stringify({ username: CREDENTIALS.username }));
    await world.apply(authentication('file', { filePath: 'redis.json' }, 'ClusterTriggerAuthentication'));
    await fill('filed', 25);
    const ref = { name: 'file', kind: 'ClusterTriggerAuthentication' };
    await world.apply(...aScaledWorker('filed', { spec: { triggers: [trigger('filed', ref)] } as never }));
    await eventually('it says that a password is missing', async () => {
      expect(await world.condition('filed', 'Ready')).toMatchObject({ status: 'False' });
    });
    await writeFile(
      join(filePathRoot, 'redis.json'),
      JSON.stringify({ username: CREDENTIALS.username, password: NEW_PASSWORD }),
    );
    await eventually('it is awake', async () => (await world.replicas('filed')) === 3);
  }, 60_000);

  // The sandbox's tokens are signed by nobody.
  (isReal ? it : it.skip)('logs in at Vault with the token of a ServiceAccount', async () => {
    const kubectl = await createKubectl(await readFile(world.cluster.kubeconfig, 'utf8'));
    const { issuer } = JSON.parse(await kubectl.ok(['get', '--raw', '/.well-known/openid-configuration'])) as {
      issuer: string;
    };
    const { keys } = JSON.parse(await kubectl.ok(['get', '--raw', '/openid/v1/jwks'])) as { keys: JsonWebKey[] };
    await kubectl.close();
    const pem = createPublicKey({ key: keys[0] ?? {}, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
    await enableServiceAccountLogin(vault, pem.toString());
    const account = { namespace: NAMESPACE, name: 'scaler' };
    await vault.write('auth/kubernetes/role/redis', {
      role_type: 'jwt',
      user_claim: 'sub',
      bound_audiences: [issuer],
      bound_subject: `system:serviceaccount:${account.namespace}:${account.name}`,
      token_policies: ['redis'],
    });
    await world.apply(
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: account },
      ...tokenCreation(account),
      authentication('login', {
        hashiCorpVault: {
          address: vault.url,
          authentication: 'kubernetes',
          mount: 'kubernetes',
          role: 'redis',
          credential: { serviceAccountName: account.name },
          secrets,
        },
      }),
    );
    await fill('logged-in', 15);
    const spec = { triggers: [trigger('logged-in', { name: 'login' })] };
    await world.apply(...aScaledWorker('logged-in', { spec: spec as never }));
    await eventually('it is in force', async () => {
      expect(await world.condition('logged-in', 'Ready')).toMatchObject({ status: 'True' });
    });
    await eventually('it is awake', async () => (await world.replicas('logged-in')) === 2);
  });

  it('goes on with what it has while Vault is sealed, and says so', async () => {
    const size = await world.replicas('jobs');
    await vault.seal();
    await eventually('an Event tells of it', async () => {
      const events = await world.events('jobs');
      const told = events.find((event) => event.includes('is sealed: unseal it'));
      expect(told).toMatch(
        /^Warning KEDAScalerFailed: triggers\[0\] goes on with the parameters that it has, for they cannot be read again: TriggerAuthentication "shop\/vault": Vault at \S+ is sealed/,
      );
    });
    await fill('jobs', 20);
    await eventually('it grows all the same', async () => (await world.replicas('jobs')) === size + 2);
    expect(await world.condition('jobs', 'Ready')).toMatchObject({ status: 'True' });

    await world.apply(...aScaledWorker('late', { spec: { triggers: [trigger('late')] } as never }));
    await eventually('another one that has nothing yet is not ready', async () => {
      expect(await world.condition('late', 'Ready')).toMatchObject({
        status: 'False',
        message: expect.stringContaining('is sealed: unseal it (HTTP 503)'),
      });
    });
    const told = JSON.stringify([world.log, await world.events('jobs'), (await world.scaledObject('late')).status]);
    const hidden = [CREDENTIALS.password, NEW_PASSWORD, vault.rootToken, 'hvs.'];
    expect(hidden.filter((secret) => told.includes(secret))).toEqual([]);
  }, 60_000);
});

describe('a worker on a number that is told to a ServiceAccount only', () => {
  let server: Server;
  beforeAll(async () => {
    // Asks the API server whose token it is, as programs in a cluster do.
    server = createServer(({ headers }, response) => {
      const token = headers.authorization?.replace(/^Bearer /, '') ?? '';
      void world.cluster.client
        .request<{ status: { user?: { username: string } } }>(
          'POST',
          '/apis/authentication.k8s.io/v1/tokenreviews',
          { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } },
          { signal },
        )
        .then(({ status }) => {
          const isReader = status.user?.username === `system:serviceaccount:${NAMESPACE}:reader`;
          response.writeHead(isReader ? 200 : 401).end('{"waiting":35}');
        });
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });

  it('shows the token that the API server issues', async () => {
    const reader = { namespace: NAMESPACE, name: 'reader' };
    await world.apply(
      ...tokenCreation(reader),
      authentication('reader', {
        boundServiceAccountToken: [{ parameter: 'token', serviceAccountName: 'reader' }],
      }),
    );
    const { port } = server.address() as AddressInfo;
    const trigger = {
      type: 'metrics-api',
      metadata: { url: `http://127.0.0.1:${port}/`, valueLocation: 'waiting', targetValue: '10', authModes: 'bearer' },
      authenticationRef: { name: 'reader' },
    };
    await world.apply(...aScaledWorker('read', { spec: { triggers: [trigger] } as never }));
    await eventually('it says that there is no such account', async () => {
      expect(await world.condition('read', 'Ready')).toMatchObject({
        status: 'False',
        message: expect.stringContaining('ServiceAccount "shop/reader" does not exist'),
      });
    });
    await world.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: reader });
    await eventually('it is awake', async () => (await world.replicas('read')) === 4);
  }, 60_000);
});
