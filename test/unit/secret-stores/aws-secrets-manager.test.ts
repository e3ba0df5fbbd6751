import { describe, expect, it } from '@jest/globals';
import { createAwsSecretsManager } from '../../../src/secret-stores/aws-secrets-manager.ts';
import { awsEndpoint } from '../../../src/secret-stores/aws-secrets-manager-place.ts';
import type { Value } from '../../../src/secret-stores/secret-store.ts';
import type { Section } from '../../../src/secret-stores/section.ts';
import { askedStore, secretKey } from '../../support/secret-store.ts';

type Manager = Section<'awsSecretManager'>;

describe('awsEndpoint', () => {
  it.each([
    ['eu-west-1', {}, 'https://secretsmanager.eu-west-1.amazonaws.com/'],
    ['us-gov-west-1', {}, 'https://secretsmanager.us-gov-west-1.amazonaws.com/'],
    ['cn-north-1', {}, 'https://secretsmanager.cn-north-1.amazonaws.com.cn/'],
    ['us-iso-east-1', {}, 'https://secretsmanager.us-iso-east-1.c2s.ic.gov/'],
    ['us-isob-east-1', {}, 'https://secretsmanager.us-isob-east-1.sc2s.sgov.gov/'],
    ['eusc-de-east-1', {}, 'https://secretsmanager.eusc-de-east-1.amazonaws.eu/'],
    ['us-gov-west-1', { AWS_USE_FIPS_ENDPOINT: 'true' }, 'https://secretsmanager-fips.us-gov-west-1.amazonaws.com/'],
    ['eu-west-1', { AWS_ENDPOINT_URL: 'http://localhost:4566' }, 'http://localhost:4566/'],
    [
      'eu-west-1',
      { AWS_ENDPOINT_URL: 'http://a', AWS_ENDPOINT_URL_SECRETS_MANAGER: 'https://vpce-1.example' },
      'https://vpce-1.example/',
    ],
  ])('of %s with %j', (region, env, expected) => {
    expect(awsEndpoint(region, env)?.href).toBe(expected);
  });
});

describe('awsSecretManager', () => {
  const credentials = { accessKey: secretKey('keys', 'id'), accessSecretKey: secretKey('keys', 'secret') };
  const secrets = [{ parameter: 'password', name: 'p' }];
  const env = { AWS_REGION: 'eu-west-1' };
  const prepare = async (more: Partial<Manager>, options: Partial<Parameters<typeof askedStore>[1]> = {}) => {
    const held = { 'keys/id': 'a', 'keys/secret': 'b', 'keys/empty': ' ' };
    const store = askedStore(createAwsSecretsManager, { secrets: held, env, ...options });
    const prepared = await store.prepare({ secrets, ...more });
    await store.close();
    return prepared;
  };

  it.each([
    [{}, 'credentials: is required, or podIdentity with the provider aws'],
    [{ podIdentity: { provider: 'gcp' } }, 'podIdentity.provider: expected aws, aws-eks or none, found "gcp"'],
    [
      { podIdentity: { provider: 'aws', roleArn: 'a', identityOwner: 'workload' } },
      'podIdentity: roleArn excludes identityOwner workload; name a role or take the workload’s',
    ],
    [
      { credentials: { ...credentials, accessKey: secretKey('keys', 'none') } },
      'credentials.accessKey: Secret "shop/keys" has no key "none"',
    ],
    [
      { credentials: { ...credentials, accessSecretKey: secretKey('keys', 'empty') } },
      'credentials.accessSecretKey: is empty in the Secret',
    ],
    [
      { credentials: { ...credentials, accessToken: secretKey('keys', 'none') } },
      'credentials.accessToken: Secret "shop/keys" has no key "none"',
    ],
    [{ credentials, region: 'evil.example/' }, 'region: expected one such as eu-west-1, found "evil.example/"'],
  ] as const)('can not be asked with %j', async (more, why) => {
    expect(await prepare(more)).toEqual({ kind: 'missing', why: `awsSecretManager.${why}` });
  });

  it.each([
    [{}, 'is required, for there is no AWS_REGION in our own environment'],
    [{ ...env, AWS_ENDPOINT_URL: 'nowhere' }, 'the AWS_ENDPOINT_URL in our own environment is no URL'],
  ])('can not be asked in the environment %j', async (wrong, why) => {
    expect(await prepare({ credentials }, { env: wrong })).toEqual({
      kind: 'missing',
      why: `awsSecretManager.region: ${why}`,
    });
  });

  it.each([
    [
      { kind: 'missing', why: 'ServiceAccount "shop/a" has no annotation x' },
      { kind: 'missing', why: 'awsSecretManager.podIdentity: ServiceAccount "shop/a" has no annotation x' },
    ],
    [
      { kind: 'unresolved', reference: 'ServiceAccount "shop/a"' },
      { kind: 'unresolved', reference: 'ServiceAccount "shop/a"' },
    ],
  ] satisfies (readonly [Value, unknown])[])(
    'passes on of the role of the workload that it is %j',
    async (role, expected) => {
      const podIdentity = { provider: 'aws', identityOwner: 'workload' } as const;
      expect(await prepare({ podIdentity }, { awsRole: async () => role })).toEqual(expected);
    },
  );

  it('is another question in another region, with other keys and for another member', async () => {
    const ask = async (more: Partial<Manager>, id = 'a'): Promise<string> => {
      const prepared = await prepare({ credentials, ...more }, { secrets: { 'keys/id': id, 'keys/secret': 'b' } });
      return JSON.stringify(prepared.kind === 'question' ? prepared.question.dependsOn : prepared);
    };
    const others = await Promise.all([
      ask({}),
      ask({}, 'c'),
      ask({ region: 'eu-west-2' }),
      ask({ secrets: [{ parameter: 'password', name: 'p', secretKey: 'k' }] }),
      ask({ secrets: [{ parameter: 'password', name: 'p', versionStage: 'k' }] }),
    ]);
    expect(new Set(others).size).toBe(5);
  });
});
