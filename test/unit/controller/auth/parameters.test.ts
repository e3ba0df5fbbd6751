// What a trigger refers to, and what is said when it is not there.
import { describe, expect, it } from '@jest/globals';
import type { AuthenticationSpec, Lookup } from '../../../../src/controller/auth/lookup.ts';
import { UNRESOLVED, unresolved } from '../../../../src/controller/auth/lookup.ts';
import type { ParameterRequest } from '../../../../src/controller/auth/parameter-request.ts';
import { resolveParameters } from '../../../../src/controller/auth/parameters.ts';
import type { TriggerField } from '../../../../src/scalers/scaler.ts';

const field = (name: string, ...sources: TriggerField['sources']): TriggerField => ({
  name,
  aliases: name === 'host' ? ['url'] : [],
  sources,
  required: false,
  secret: false,
  syntax: 'text',
  description: name,
});
const FIELDS = [field('host', 'auth', 'env', 'metadata'), field('password', 'auth', 'env'), field('queue', 'metadata')];

const lookup = (authentication?: AuthenticationSpec | typeof unresolved): Lookup => ({
  ...UNRESOLVED,
  secret: async (namespace, name) =>
    name === 'elsewhere' ? unresolved : name === 'broker' ? { pass: `of ${namespace}`, empty: '' } : undefined,
  configMap: async (_namespace, name) => (name === 'settings' ? { host: 'from-config' } : undefined),
  triggerAuthentication: async (_namespace, name) =>
    name !== 'auth' || authentication === undefined
      ? undefined
      : authentication === unresolved
        ? unresolved
        : { spec: authentication },
  clusterTriggerAuthentication: async () =>
    authentication === undefined || authentication === unresolved ? authentication : { spec: authentication },
  serviceAccount: async (namespace, name) =>
    ({
      default: {},
      web: { 'eks.amazonaws.com/role-arn': `arn:aws:iam::1:role/${namespace}` },
    })[name],
  podTemplate: async ({ name }) =>
    name === 'web' || name === 'bare'
      ? {
          ...(name === 'web' ? { serviceAccountName: 'web' } : {}),
          containers: [
            { name: 'side', env: [{ name: 'HOST', value: 'side' }] },
            { name: 'app', env: [{ name: 'HOST', value: 'app' }] },
          ],
        }
      : undefined,
});
const resolve = (
  over: {
    metadata?: Record<string, string>;
    auth?: AuthenticationSpec | typeof unresolved;
    ref?: ParameterRequest['trigger']['authenticationRef'];
  } & Partial<ParameterRequest>,
) => {
  const { metadata = {}, auth, ref, ...rest } = over;
  const isReferred = auth !== undefined || ref !== undefined;
  return resolveParameters(
    {
      trigger: { metadata, ...(isReferred ? { authenticationRef: ref ?? { name: 'auth' } } : {}) },
      fields: FIELDS,
      namespace: 'shop',
      target: { namespace: 'shop', apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      clusterObjectNamespace: 'sluice',
      ...rest,
    },
    lookup(auth),
  );
};
const secret = (key: string, name = 'broker', parameter = 'password') => ({
  secretTargetRef: [{ parameter, name, key }],
});

describe('controller/auth/parameters', () => {
  it('needs nothing when the trigger refers to nothing', async () => {
    expect(await resolve({ metadata: { queue: 'jobs' } })).toEqual({ auth: {}, env: {}, problems: [], unresolved: [] });
  });

  it('takes variables of the first container, or of the one that is named', async () => {
    const metadata = { hostFromEnv: 'HOST' };
    expect((await resolve({ metadata })).env).toEqual({ HOST: 'side' });
    expect((await resolve({ metadata, envContainer: 'app' })).env).toEqual({ HOST: 'app' });
  });

  it('takes env, then ConfigMaps, then Secrets, of which the later one wins', async () => {
    const { auth } = await resolve({
      auth: {
        env: [
          { parameter: 'host', name: 'HOST', containerName: 'app' },
          { parameter: 'password', name: 'HOST' },
        ],
        configMapTargetRef: [{ parameter: 'host', name: 'settings', key: 'host' }],
        ...secret('pass'),
      },
    });
    expect(auth).toEqual({ host: 'from-config', password: 'of shop' });
  });

  it('takes a variable of an authentication from the first container, whichever envSourceContainerName names', async () => {
    const env = [{ parameter: 'password', name: 'HOST' }];
    expect((await resolve({ auth: { env }, envContainer: 'app' })).auth).toEqual({ password: 'side' });
  });

  it('takes the Secrets of a ClusterTriggerAuthentication from the cluster object namespace', async () => {
    const ref = { name: 'auth', kind: 'ClusterTriggerAuthentication' } as const;
    expect((await resolve({ auth: secret('pass'), ref })).auth).toEqual({ password: 'of sluice' });
  });

  it('passes a pod identity on, and takes none for none', async () => {
    const podIdentity = { provider: 'azure-workload', identityId: 'id' } as const;
    expect((await resolve({ auth: { podIdentity } })).podIdentity).toEqual(podIdentity);
    expect((await resolve({ auth: { podIdentity: { provider: 'none' } } })).podIdentity).toBeUndefined();
  });

  it.each([
    [
      'an authentication',
      { ref: { name: 'nobody' } },
      'authenticationRef',
      'TriggerAuthentication "shop/nobody" does not exist',
    ],
    [
      'a Secret',
      { auth: secret('pass', 'nobody') },
      'authenticationRef',
      'TriggerAuthentication "shop/auth" gives password, but Secret "shop/nobody" does not exist',
    ],
    [
      'a key',
      { auth: secret('word') },
      'authenticationRef',
      'TriggerAuthentication "shop/auth" gives password, but Secret "shop/broker" has no key "word"',
    ],
    [
      'a variable',
      { metadata: { hostFromEnv: 'URL' } },
      'metadata.hostFromEnv',
      'names the variable "URL", but container "side" of Deployment "shop/web" does not set it',
    ],
    [
      'a variable by an alias',
      { metadata: { urlFromEnv: 'URL' } },
      'metadata.urlFromEnv',
      'names the variable "URL", but',
    ],
    [
      'a container',
      { metadata: { hostFromEnv: 'HOST' }, envContainer: 'ap' },
      'metadata.hostFromEnv',
      'Deployment "shop/web" has no container "ap"',
    ],
    [
      'a target',
      {
        metadata: { hostFromEnv: 'HOST' },
        target: { namespace: 'shop', apiVersion: 'apps/v1', kind: 'Deployment', name: 'x' },
      },
      'metadata.hostFromEnv',
      'Deployment "shop/x" does not exist or has no pod template',
    ],
    [
      'a variable of an authentication',
      { auth: { env: [{ parameter: 'password', name: 'PW' }] } },
      'authenticationRef',
      '(variable "PW")',
    ],
    [
      'a source that there is no use for',
      { auth: { azureServicePrincipal: { clientId: 'c', tenantId: 't' } } },
      'authenticationRef',
      'uses azureServicePrincipal, which Sluice does not have',
    ],
  ])('names %s that is not there', async (_what, over, name, message) => {
    expect((await resolve(over)).problems).toEqual([{ field: name, message: expect.stringContaining(message) }]);
  });

  it.each([
    ['the trigger has no such parameter', { auth: secret('word', 'broker', 'token') }],
    ['metadata gives it as well', { metadata: { host: 'h', hostFromEnv: 'URL' } }],
    [
      'the authentication gives what a variable does not',
      { metadata: { passwordFromEnv: 'PW' }, auth: secret('pass') },
    ],
    ['a key is no parameter of this trigger', { metadata: { otherFromEnv: 'URL' } }],
  ])('does not complain when %s', async (_why, over) => {
    expect((await resolve(over)).problems).toEqual([]);
  });

  it('reads every variable that is named for a trigger that takes any key, and misses none', async () => {
    const metadata = { tokenFromEnv: 'HOST', lostFromEnv: 'GONE', mine: 'x' };
    expect((await resolve({ metadata })).env).toEqual({});
    const { env, problems } = await resolve({ metadata, takesAnyKey: true });
    expect([env, problems]).toEqual([{ HOST: 'side' }, []]);
  });
  it('takes an empty value for what it is', async () => {
    expect(await resolve({ auth: secret('empty') })).toMatchObject({ auth: { password: '' }, problems: [] });
  });

  describe('with a pod identity of AWS', () => {
    const fields = [...FIELDS, field('awsRoleArn', 'auth')];
    const target = { namespace: 'shop', apiVersion: 'apps/v1', kind: 'Deployment', name: 'bare' };
    type Identity = NonNullable<AuthenticationSpec['podIdentity']>;
    const identity = (podIdentity: Identity): AuthenticationSpec => ({ podIdentity });

    it.each<[string, Identity, Record<string, string>, object]>([
      ['our own', { provider: 'aws' }, {}, {}],
      [
        'the role that is named',
        { provider: 'aws', roleArn: 'arn:1', externalID: 'x' },
        { awsRoleArn: 'arn:1' },
        { externalId: 'x' },
      ],
      [
        'that of the workload’s ServiceAccount',
        { provider: 'aws', identityOwner: 'workload' },
        { awsRoleArn: 'arn:aws:iam::1:role/shop' },
        {},
      ],
      ['the same with aws-eks', { provider: 'aws-eks' }, { awsRoleArn: 'arn:aws:iam::1:role/shop' }, {}],
    ])('is %s', async (_, podIdentity, auth, more) => {
      const resolved = await resolve({ fields, auth: identity(podIdentity) });
      expect(resolved).toMatchObject({ auth, podIdentity: { provider: podIdentity.provider, ...more }, problems: [] });
    });

    it('says when the workload has no role', async () => {
      const auth = identity({ provider: 'aws', identityOwner: 'workload' });
      const message =
        'TriggerAuthentication "shop/auth" gives awsRoleArn, but ServiceAccount "shop/default" has no annotation eks.amazonaws.com/role-arn';
      expect((await resolve({ fields, auth, target })).problems).toEqual([{ field: 'authenticationRef', message }]);
      expect((await resolve({ auth, target })).problems).toEqual([]);
      const outdated = identity({ provider: 'aws-eks' });
      expect(await resolve({ fields, auth: outdated, target })).toMatchObject({ auth: {}, problems: [] });
    });
  });

  it('says what cannot be known here instead of calling it missing', async () => {
    expect(await resolve({ auth: unresolved })).toMatchObject({
      problems: [],
      unresolved: [{ parameter: undefined, reference: 'TriggerAuthentication "shop/auth"' }],
    });
    expect(await resolve({ auth: secret('pass', 'elsewhere') })).toMatchObject({
      problems: [],
      unresolved: [{ parameter: 'password', reference: 'Secret "shop/elsewhere"' }],
    });
  });
});
