// What an authentication is refused for, by KEDA's webhook or by its resolver.
import { describe, expect, it } from '@jest/globals';
import { type AuthenticationKind, checkAuthentication } from '../../../src/api/authentication-checks.ts';
import { outdatedIdentity, unlikelyParameters, uselessSources } from '../../../src/api/doubtful-authentication.ts';
import { inspect } from '../../../src/api/parse.ts';
import type { TriggerAuthenticationSpec } from '../../../src/api/trigger-authentication.ts';

const sentences = (issues: readonly { readonly field: string; readonly message: string }[]) =>
  issues.map(({ field, message }) => `${field}: ${message}`);

function parsed(spec: object, kind: AuthenticationKind): TriggerAuthenticationSpec {
  const { object, errors } = inspect(kind, {
    apiVersion: 'keda.sh/v1alpha1',
    kind,
    metadata: { name: 'credentials' },
    spec,
  });
  expect(errors).toEqual([]);
  if (object === undefined) throw new Error('not parsed');
  return object.spec;
}
const refusals = (spec: object, kind: AuthenticationKind = 'TriggerAuthentication') =>
  sentences(checkAuthentication(kind, parsed(spec, kind)));
const doubts = (spec: object, kind: AuthenticationKind = 'TriggerAuthentication') => {
  const good = parsed(spec, kind);
  return sentences([...outdatedIdentity(good), ...unlikelyParameters(good), ...uselessSources(good)]);
};

const azure = (more: object) => ({ podIdentity: { provider: 'azure-workload', ...more } });
const aws = (more: object) => ({ podIdentity: { provider: 'aws', ...more } });
const oauth2 = (more: object, identity: object = {}) => ({
  ...identity,
  oauth2: { clientId: 'c', tokenUrl: 'https://login.example.com/token', ...more },
});
const TENANT_NEEDED = 'spec.podIdentity.identityAuthorityHost: needs identityTenantId: set it, or leave both out';
const NO_URL = 'spec.oauth2.tokenUrl: expected an absolute http or https URL, such as https://login.example.com/token';

describe('checkAuthentication', () => {
  it.each<[string, object]>([
    ['azure-workload alone', azure({})],
    ['azure-workload with an identity', azure({ identityId: 'i' })],
    ['azure-workload with a tenant and its host', azure({ identityTenantId: 't', identityAuthorityHost: 'h' })],
    ['an empty authority host', azure({ identityAuthorityHost: '' })],
    ['aws as KEDA', aws({ identityOwner: 'keda', roleArn: 'r' })],
    ['aws as the workload', aws({ identityOwner: 'workload' })],
    ['aws with an external ID for its role', aws({ roleArn: 'r', externalID: 'e' })],
    ['fields of azure beside aws', aws({ identityId: '' })],
    ['gcp', { podIdentity: { provider: 'gcp', roleArn: 'r', externalID: 'e' } }],
    ['oauth2', oauth2({ type: 'clientCredentials', scopes: [] })],
    ['oauth2 over http', oauth2({ tokenUrl: 'HTTP://login:8080' })],
  ])('takes %s', (_, spec) => {
    expect(refusals(spec)).toEqual([]);
  });

  it.each<[string, object, readonly string[]]>([
    [
      'azure-workload with an empty identityId',
      azure({ identityId: '' }),
      ['spec.podIdentity.identityId: must not be empty: give a value or leave it out'],
    ],
    [
      'azure-workload with an empty identityTenantId',
      azure({ identityTenantId: '' }),
      ['spec.podIdentity.identityTenantId: must not be empty: give a value or leave it out'],
    ],
    ['azure-workload with an authority host without a tenant', azure({ identityAuthorityHost: 'h' }), [TENANT_NEEDED]],
    [
      'aws with a role of its own and the workload’s',
      aws({ roleArn: 'r', identityOwner: 'workload' }),
      ['spec.podIdentity.roleArn: excludes identityOwner "workload": name the role here or take the workload’s'],
    ],
    [
      'aws with an external ID without a role',
      aws({ externalID: 'e' }),
      ['spec.podIdentity.externalID: needs roleArn: set it, or leave both out'],
    ],
    ['oauth2 without a client', oauth2({ clientId: '' }), ['spec.oauth2.clientId: must not be empty']],
    ['oauth2 with an empty URL', oauth2({ tokenUrl: '' }), [NO_URL]],
    ['oauth2 with a relative URL', oauth2({ tokenUrl: '/token' }), [NO_URL]],
    ['oauth2 with a URL of no web', oauth2({ tokenUrl: 'ftp://s3cret@x' }), [NO_URL]],
    ['oauth2 with a scheme that hides one', oauth2({ tokenUrl: 'https:example.com' }), [NO_URL]],
    [
      'a file of a namespaced one',
      { filePath: 'a.json' },
      ['spec.filePath: only a ClusterTriggerAuthentication may read a file: change the kind, or use secretTargetRef'],
    ],
  ])('refuses %s', (_, spec, expected) => {
    expect(refusals(spec)).toEqual(expected);
  });

  it.each(['gcp', 'aws-eks', 'none'])(
    'looks at oauth2 beside the provider %s, which KEDA’s webhook forgets',
    (provider) => {
      expect(refusals(oauth2({ tokenUrl: 'token' }, { podIdentity: { provider } }))).toEqual([NO_URL]);
    },
  );

  it.each<[string, readonly string[]]>([
    ['team/broker.json', []],
    ['a..b/c.json', []],
    ['', []],
    ['/etc/passwd', ['spec.filePath: expected a relative path without ..']],
    ['../broker.json', ['spec.filePath: expected a relative path without ..']],
    ['team/../../broker.json', ['spec.filePath: expected a relative path without ..']],
    ['team/..', ['spec.filePath: expected a relative path without ..']],
  ])('judges the file %j of a ClusterTriggerAuthentication', (filePath, expected) => {
    expect(refusals({ filePath }, 'ClusterTriggerAuthentication')).toEqual(expected);
  });
});

describe('what is doubtful in an authentication', () => {
  const key = (parameter: string) => ({ parameter, name: 's', key: 'k' });
  it.each<[string, object, readonly string[]]>([
    ['a Secret', { secretTargetRef: [key('host')] }, []],
    ['an identity', { podIdentity: { provider: 'gcp' } }, []],
    ['nothing', {}, ['spec: gives nothing: it names no source of parameters, and no identity']],
    [
      'no identity',
      { podIdentity: { provider: 'none' } },
      ['spec: gives nothing: it names no source of parameters, and no identity'],
    ],
    [
      'one parameter from two Secrets',
      { secretTargetRef: [key('host'), key('port'), key('host')] },
      [
        'spec.secretTargetRef[0].parameter: has no effect: "host" is given again by spec.secretTargetRef[2].parameter, which is read later',
      ],
    ],
    [
      'one parameter from the environment and from Vault',
      {
        env: [{ parameter: 'password', name: 'PASSWORD' }],
        hashiCorpVault: {
          address: 'https://vault',
          authentication: 'token',
          secrets: [{ parameter: 'password', path: 'p', key: 'k' }],
        },
      },
      [
        'spec.env[0].parameter: has no effect: "password" is given again by spec.hashiCorpVault.secrets[0].parameter, which is read later',
      ],
    ],
    [
      'the name of a variable',
      { secretTargetRef: [key('RABBIT_HOST')] },
      [
        'spec.secretTargetRef[0].parameter: no trigger has a parameter of that name, it looks like a variable’s: write what the trigger calls it, for example connection',
      ],
    ],
    [
      'a deprecated identity',
      { podIdentity: { provider: 'aws-eks' } },
      ['spec.podIdentity.provider: aws-eks is deprecated: use aws'],
    ],
  ])('says of %s what it does', (_, spec, expected) => {
    expect(doubts(spec)).toEqual(expected);
  });

  it('says that a file replaces everything else', () => {
    const spec = { filePath: 'a.json', secretTargetRef: [key('host')] };
    expect(doubts(spec, 'ClusterTriggerAuthentication')).toEqual([
      'spec.secretTargetRef: has no effect: filePath replaces every other source',
    ]);
  });

  it('knows no reference from one authentication to another, so that there can be no cycle', () => {
    const manifest = {
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'TriggerAuthentication',
      metadata: { name: 'a' },
      spec: { secretTargetRef: [], authenticationRef: { name: 'a' } },
    };
    expect(sentences(inspect('TriggerAuthentication', manifest).warnings)).toEqual([
      'spec.authenticationRef: unknown field, which would be ignored: remove it',
    ]);
  });
});
