// The sources of an authentication: in which order they count, what they are asked for, and what becomes of their failures.
import { describe, expect, it } from '@jest/globals';
import type { AuthenticationSpec, Lookup } from '../../../../src/controller/auth/lookup.ts';
import { UNRESOLVED } from '../../../../src/controller/auth/lookup.ts';
import { resolveParameters } from '../../../../src/controller/auth/parameters.ts';
import {
  AuthError,
  ConfigError,
  KubeError,
  SourceAnswerError,
  SourceUnavailableError,
} from '../../../../src/errors.ts';
import { aField } from '../../../support/trigger-field.ts';

const secrets = [{ parameter: 'password', name: 'n', id: 'i', path: 'p', key: 'k' }];
const STORES = {
  hashiCorpVault: { address: 'https://vault', authentication: 'token', secrets },
  azureKeyVault: { vaultUri: 'https://azure', secrets },
  gcpSecretManager: { secrets },
  awsSecretManager: { secrets },
} as const satisfies AuthenticationSpec;
const OBJECTS = {
  env: [{ parameter: 'password', name: 'PASSWORD' }],
  configMapTargetRef: [{ parameter: 'password', name: 'config', key: 'password' }],
  secretTargetRef: [{ parameter: 'password', name: 'secret', key: 'password' }],
} as const satisfies AuthenticationSpec;
const TOKENS = { boundServiceAccountToken: [{ parameter: 'password', serviceAccountName: 'reader' }] };
const OAUTH2 = { oauth2: { clientId: 'c', tokenUrl: 'https://t' } };

interface Asked {
  readonly auth?: AuthenticationSpec;
  readonly isCluster?: boolean;
  readonly parameters?: readonly string[];
  readonly metadata?: Readonly<Record<string, string>>;
  readonly restrictSecretAccess?: boolean;
  readonly lookup?: Partial<Lookup>;
}

async function resolve({
  auth = {},
  isCluster = false,
  parameters = ['password', 'host'],
  metadata = {},
  ...more
}: Asked) {
  const asked: string[] = [];
  const lookup: Lookup = {
    ...UNRESOLVED,
    triggerAuthentication: async () => ({ spec: auth }),
    clusterTriggerAuthentication: async () => ({ spec: auth }),
    async secret(namespace, name) {
      asked.push(`Secret ${namespace}/${name}`);
      return name === 'secret' ? { password: `secret of ${namespace}` } : undefined;
    },
    configMap: async (namespace) => ({ password: `config of ${namespace}` }),
    podTemplate: async () => ({
      containers: [
        {
          name: 'app',
          env: [
            { name: 'PASSWORD', value: 'env' },
            { name: 'HOST', valueFrom: { secretKeyRef: { name: 'secret', key: 'password' } } },
          ],
          envFrom: [{ secretRef: { name: 'secret' } }],
        },
      ],
    }),
    serviceAccount: async () => ({}),
    async serviceAccountToken(namespace, name) {
      asked.push(`token ${namespace}/${name}`);
      return name === 'gone' ? undefined : { token: `token of ${namespace}/${name}`, endsAtMs: 0 };
    },
    async parameterFile(path) {
      asked.push(`file ${path}`);
      return { password: `file ${path}` };
    },
    async askStore(name, _section, { namespace }) {
      asked.push(`${name} for ${namespace}`);
      return { kind: 'answer', answer: { values: { password: name }, gaps: [] } };
    },
    ...more.lookup,
  };
  const kind = isCluster ? 'ClusterTriggerAuthentication' : 'TriggerAuthentication';
  const resolved = await resolveParameters(
    {
      trigger: { metadata, authenticationRef: { name: 'auth', kind } },
      fields: parameters.map((name) => aField(name, 'auth', 'env')),
      namespace: 'shop',
      target: { namespace: 'shop', apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      clusterObjectNamespace: 'sluice',
      restrictSecretAccess: more.restrictSecretAccess ?? false,
    },
    lookup,
  );
  return { ...resolved, problems: resolved.problems.map(({ message }) => message), asked };
}

describe('the sources of an authentication', () => {
  it.each([
    ['env', 'env'],
    ['configMapTargetRef', 'config of shop'],
    ['secretTargetRef', 'secret of shop'],
    ['hashiCorpVault', 'hashiCorpVault'],
    ['azureKeyVault', 'azureKeyVault'],
    ['gcpSecretManager', 'gcpSecretManager'],
    ['awsSecretManager', 'awsSecretManager'],
    ['boundServiceAccountToken', 'token of shop/reader'],
  ])('count in KEDA’s order: %s over those before it', async (last, value) => {
    const all = Object.entries({ ...OBJECTS, ...STORES, ...TOKENS });
    const upTo = all.slice(0, all.findIndex(([name]) => name === last) + 1);
    // Written the other way round: the order in the manifest says nothing.
    const auth: AuthenticationSpec = Object.fromEntries(upTo.toReversed());
    expect((await resolve({ auth })).auth).toEqual({ password: value });
  });

  it('count in KEDA’s order: oauth2 last', async () => {
    const { auth } = await resolve({
      auth: { ...OAUTH2, ...STORES },
      parameters: ['password', 'clientID'],
      lookup: {
        askStore: async (name) => ({
          kind: 'answer',
          answer: { values: name === 'oauth2' ? { clientID: 'c' } : { password: name, clientID: name }, gaps: [] },
        }),
      },
    });
    expect(auth).toEqual({ password: 'awsSecretManager', clientID: 'c' });
  });

  it('are not asked for what the trigger has no parameter for', async () => {
    const { asked, auth } = await resolve({ auth: { ...STORES, ...TOKENS, ...OAUTH2 }, parameters: ['host'] });
    expect([asked, auth]).toEqual([[], {}]);
  });

  it('work in the cluster object namespace where the authentication is in none', async () => {
    const { asked } = await resolve({ auth: { ...STORES, ...TOKENS }, isCluster: true });
    expect(asked).toEqual([...Object.keys(STORES).map((name) => `${name} for sluice`), 'token sluice/reader']);
  });

  it('say what is missing, each as the same sentence', async () => {
    const missing = { kind: 'missing', why: 'there is nothing' } as const;
    const gap = { values: {}, gaps: [{ parameter: 'password', why: 'it has no key "k"' }] };
    const { hashiCorpVault } = STORES;
    const why = async (asked: Asked) => (await resolve(asked)).problems;
    const says = (clause: string) => [`TriggerAuthentication "shop/auth" gives password, but ${clause}`];
    const auth = { hashiCorpVault };
    expect(await why({ auth, lookup: { askStore: async () => missing } })).toEqual(says('there is nothing'));
    expect(await why({ auth, lookup: { askStore: async () => ({ kind: 'answer', answer: gap }) } })).toEqual(
      says('it has no key "k"'),
    );
    expect(
      await why({ auth: { boundServiceAccountToken: [{ parameter: 'password', serviceAccountName: 'gone' }] } }),
    ).toEqual(says('ServiceAccount "shop/gone" does not exist'));
    // What comes from elsewhere as well is not missed.
    expect(await why({ auth: { ...OBJECTS, hashiCorpVault }, lookup: { askStore: async () => missing } })).toEqual([]);
  });

  it.each([
    [new AuthError('refused')],
    [new SourceAnswerError('strange', { code: 'SOURCE_NOT_FOUND' })],
    [new SourceUnavailableError('away', { code: 'SOURCE_THROTTLED', retryAfterMs: 7 })],
  ])('pass a failure of a store on as what it is, saying whose: %s', async (error) => {
    const lookup = { askStore: () => Promise.reject(error) };
    const { hashiCorpVault } = STORES;
    const { code, message } = error;
    await expect(resolve({ auth: { hashiCorpVault }, lookup })).rejects.toMatchObject({
      name: error.name,
      code,
      message: `TriggerAuthentication "shop/auth": ${message}`,
      ...('retryAfterMs' in error ? { retryAfterMs: error.retryAfterMs } : {}),
    });
    // Nobody needs the store who has the value from elsewhere.
    expect((await resolve({ auth: { ...OBJECTS, hashiCorpVault }, lookup })).problems).toEqual([]);
  });

  it('do not take a refusing API server for a refusing store', async () => {
    const error = new KubeError('no', { code: 'KUBE_FORBIDDEN', retry: 'backoff' });
    const lookup = { askStore: () => Promise.reject(error) };
    await expect(resolve({ auth: { hashiCorpVault: STORES.hashiCorpVault }, lookup })).rejects.toBe(error);
  });
});

describe('filePath', () => {
  const auth: AuthenticationSpec = {
    ...OBJECTS,
    ...STORES,
    filePath: 'rabbit.json',
    podIdentity: { provider: 'gcp' },
  };

  it('replaces every other source but the pod identity', async () => {
    const { asked, auth: given, podIdentity } = await resolve({ auth, isCluster: true });
    expect(given).toEqual({ password: 'file rabbit.json' });
    expect(asked).toEqual(['file rabbit.json']);
    expect(podIdentity).toEqual({ provider: 'gcp' });
  });

  it('says whose it is that cannot be read', async () => {
    const issues = [{ field: 'filePath "rabbit.json"', message: 'there is no such file' }];
    const lookup = { parameterFile: () => Promise.reject(new ConfigError('authentication', issues)) };
    await expect(resolve({ auth, isCluster: true, lookup })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: 'ClusterTriggerAuthentication "auth": filePath "rabbit.json": there is no such file',
    });
  });

  it('is refused in a namespace', async () => {
    const { asked, problems } = await resolve({ auth });
    expect(problems).toEqual([
      'TriggerAuthentication "shop/auth" uses filePath, which works in a ClusterTriggerAuthentication only',
    ]);
    expect(asked).toEqual([]);
  });

  it('is out of sight where only manifests are', async () => {
    const { problems, unresolved } = await resolve({
      auth,
      isCluster: true,
      lookup: { parameterFile: UNRESOLVED.parameterFile },
    });
    expect([problems, unresolved.map(({ parameter }) => parameter)]).toEqual([[], ['password', 'host']]);
  });
});

describe('restricted access to Secrets', () => {
  const auth = { secretTargetRef: [{ parameter: 'password', name: 'secret', key: 'password' }] };

  it('looks the Secret of every authentication up under its name in the cluster object namespace', async () => {
    expect((await resolve({ auth, restrictSecretAccess: true })).auth).toEqual({ password: 'secret of sluice' });
    const { problems } = await resolve({
      auth: { secretTargetRef: [{ parameter: 'password', name: 'other', key: 'k' }] },
      restrictSecretAccess: true,
    });
    expect(problems).toEqual([
      'TriggerAuthentication "shop/auth" gives password, but Secret "sluice/other" does not exist',
    ]);
  });

  it('leaves ConfigMaps as they are', async () => {
    const { configMapTargetRef } = OBJECTS;
    expect((await resolve({ auth: { configMapTargetRef }, restrictSecretAccess: true })).auth).toEqual({
      password: 'config of shop',
    });
  });

  it('says which variable of the target is out of bounds, and reads the others', async () => {
    const { env, problems, asked } = await resolve({
      metadata: { passwordFromEnv: 'PASSWORD', hostFromEnv: 'HOST' },
      restrictSecretAccess: true,
    });
    expect(env).toEqual({ PASSWORD: 'env' });
    expect(problems).toEqual([
      'names the variable "HOST", but Secret "shop/secret", which may hold it, must not be read: KEDA_RESTRICT_SECRET_ACCESS allows those of the cluster object namespace only',
    ]);
    expect(asked).toEqual([]);
    const fromWhole = await resolve({ metadata: { hostFromEnv: 'password' }, restrictSecretAccess: true });
    expect(fromWhole.problems).toEqual([expect.stringContaining('Secret "shop/secret", which may hold it')]);
  });
});

describe('podIdentity', () => {
  type Identity = NonNullable<AuthenticationSpec['podIdentity']>;
  it.each<[Identity, string]>([
    [
      { provider: 'azure-workload', identityId: '' },
      'podIdentity.identityId is empty: give a client ID or leave it out',
    ],
    [
      { provider: 'aws', roleArn: 'r', identityOwner: 'workload' },
      'podIdentity.roleArn and identityOwner "workload" exclude each other: name the role or take the workload’s',
    ],
  ])('%j is refused, as by KEDA’s operator', async (podIdentity, why) => {
    const { problems } = await resolve({ auth: { podIdentity } });
    expect(problems).toEqual([`TriggerAuthentication "shop/auth": ${why}`]);
  });

  it('says that there is no workload whose role could be taken', async () => {
    const { problems } = await resolve({
      auth: { podIdentity: { provider: 'aws', identityOwner: 'workload' } },
      parameters: ['awsRoleArn'],
      lookup: { podTemplate: async () => undefined },
    });
    expect(problems).toEqual([
      'TriggerAuthentication "shop/auth" gives awsRoleArn, but Deployment "shop/web" does not exist or has no pod template, so no ServiceAccount is known',
    ]);
  });
});
