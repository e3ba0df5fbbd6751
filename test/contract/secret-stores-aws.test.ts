// AWS Secrets Manager: every question is signed, with credentials that AWS's token service gives through the official SDK.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createAwsSecretsManager } from '../../src/secret-stores/aws-secrets-manager.ts';
import type { Value } from '../../src/secret-stores/secret-store.ts';
import type { Section } from '../../src/secret-stores/section.ts';
import { type AwsCloud, OWN_ROLE, startAwsCloud } from '../support/aws-cloud.ts';
import { type AskedStore, askedStore, secretKey } from '../support/secret-store.ts';

type Manager = Section<'awsSecretManager'>;
const ROLE = 'arn:aws:iam::123456789012:role/secrets';
const WHAT = 'awsSecretManager eu-west-1';

describe('awsSecretManager', () => {
  let cloud: AwsCloud;
  let server: Server;
  let store: AskedStore<Manager>;
  let role: Value | undefined;
  let asked: Record<string, unknown>[] = [];
  let signers: (string | undefined)[] = [];
  let answerWith: ((response: ServerResponse) => void) | undefined;

  const held: Readonly<Record<string, unknown>> = {
    'prod/redis': { SecretString: 'hunter2' },
    'prod/redis|AWSPREVIOUS': { SecretString: 'hunter1' },
    'prod/redis|v-1': { SecretString: 'hunter0' },
    'prod/db': { SecretString: JSON.stringify({ user: 'ä', password: 'hunter4', port: 5432, none: null, all: [] }) },
    'prod/binary': { SecretBinary: Buffer.from('hunter5 ä').toString('base64') },
    'prod/bytes': { SecretBinary: 'gICA' },
  };

  async function answerTo(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = String(Buffer.concat(chunks));
    const refuse = (type: string, status = 400): void => {
      const text = JSON.stringify({
        __type: `com.amazonaws.secretsmanager#${type}`,
        Message: 'what AWS says of hunter2',
      });
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(text);
    };
    const signer = cloud.signerOf(request, 'secretsmanager', body);
    signers.push(signer);
    if (answerWith) return answerWith(response);
    if (signer === undefined) return refuse('UnrecognizedClientException');
    if (request.headers['x-amz-target'] !== 'secretsmanager.GetSecretValue') return refuse('UnknownOperationException');
    const { SecretId, VersionId, VersionStage } = JSON.parse(body) as Record<string, string>;
    asked.push(JSON.parse(body) as Record<string, unknown>);
    if (SecretId?.startsWith('refuse/')) return refuse(SecretId.slice('refuse/'.length));
    const found = held[[SecretId, VersionId ?? VersionStage].filter(Boolean).join('|')];
    if (found === undefined) return refuse('ResourceNotFoundException');
    response.end(JSON.stringify({ ARN: 'arn:aws:secretsmanager:…', Name: SecretId, ...found }));
  }

  beforeAll(async () => {
    cloud = await startAwsCloud();
    server = createServer((request, response) => void answerTo(request, response));
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const temporary = cloud.issueKeys('temporary');
    store = askedStore(createAwsSecretsManager, {
      env: { AWS_ENDPOINT_URL_SECRETS_MANAGER: url(), AWS_REGION: 'eu-west-1' },
      secrets: {
        'keys/id': cloud.keys.accessKeyId,
        'keys/secret': `${cloud.keys.secretAccessKey}\n`,
        'keys/wrong': 'hunter3',
        'keys/empty': ' ',
        'temporary/id': temporary.accessKeyId,
        'temporary/secret': temporary.secretAccessKey,
        'temporary/token': temporary.sessionToken,
      },
      awsRole: async () => role,
    });
  });
  afterEach(() => {
    cloud.setTokenService('gives');
    role = answerWith = undefined;
    asked = [];
    signers = [];
  });
  afterAll(async () => {
    await store.close();
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    await cloud.stop();
  });

  const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKey: secretKey('keys', 'id'), accessSecretKey: secretKey('keys', 'secret') };
  const redis = { parameter: 'password', name: 'prod/redis' };
  const read = { values: { password: 'hunter2' }, gaps: [] };
  const withKeys = (secrets: Manager['secrets'] = [redis]): Manager => ({ secrets, credentials });

  it('is asked with keys out of Secrets', async () => {
    expect(await store.ask(withKeys())).toEqual(read);
    expect(signers).toEqual(['keys']);
    expect(asked).toEqual([{ SecretId: 'prod/redis' }]);
  });

  it('is asked with temporary keys, whose session token KEDA forgets', async () => {
    const temporary = {
      accessKey: secretKey('temporary', 'id'),
      accessSecretKey: secretKey('temporary', 'secret'),
      accessToken: secretKey('temporary', 'token'),
    };
    expect(await store.ask({ secrets: [redis], credentials: temporary })).toEqual(read);
    expect(signers).toEqual(['temporary']);
  });

  it.each([
    ['our own role, for the pod identity aws', { provider: 'aws' }, undefined, OWN_ROLE],
    ['the role that is named', { provider: 'aws', roleArn: ROLE }, ROLE, ROLE],
    ['the role of the workload', { provider: 'aws', identityOwner: 'workload' }, ROLE, ROLE],
    ['the role of the workload, for aws-eks', { provider: 'aws-eks' }, ROLE, ROLE],
    ['our own role, for aws-eks of a workload without one', { provider: 'aws-eks' }, undefined, OWN_ROLE],
  ] as const)('is asked in %s', async (_name, podIdentity, arn, signer) => {
    role = arn === undefined ? undefined : { kind: 'set', value: arn };
    expect(await store.ask({ secrets: [redis], podIdentity })).toEqual(read);
    expect(signers).toEqual([signer]);
    expect(cloud.exchanges.at(-1)).toMatchObject({ action: 'AssumeRoleWithWebIdentity', role: signer });
  });

  it('tells AWS the external ID that the role asks for', async () => {
    role = { kind: 'set', value: `${ROLE}-2` };
    cloud.trustOwnRoleOnly(role.value);
    const podIdentity = { provider: 'aws', roleArn: `${ROLE}-2`, externalID: 'tenant-7' } as const;
    expect(await store.ask({ secrets: [redis], podIdentity })).toEqual(read);
    expect(cloud.exchanges.at(-1)).toMatchObject({ externalId: 'tenant-7', signedBy: OWN_ROLE });
  });

  it.each([
    ['a version by its stage', { versionStage: 'AWSPREVIOUS' }, 'hunter1'],
    ['a version by its ID', { versionId: 'v-1' }, 'hunter0'],
    ['a member of a JSON object', { name: 'prod/db', secretKey: 'password' }, 'hunter4'],
    ['a whole JSON object, as it is', { name: 'prod/db' }, held['prod/db']],
    ['bytes that are text', { name: 'prod/binary' }, 'hunter5 ä'],
  ])('gives %s', async (_name, more, expected) => {
    const { values } = await store.ask(withKeys([{ ...redis, ...more }]));
    expect(values['password']).toBe(
      typeof expected === 'string' ? expected : (expected as { SecretString: string }).SecretString,
    );
  });

  it('is asked once for all members of one secret', async () => {
    const members = ['user', 'password'].map((secretKey) => ({ parameter: secretKey, name: 'prod/db', secretKey }));
    expect((await store.ask(withKeys(members))).values).toEqual({ user: 'ä', password: 'hunter4' });
    expect(asked).toHaveLength(1);
  });

  const versions = 'versionId and versionStage have to name one version';
  it.each([
    ['none', {}, 'there is no secret "none" in this account and region; check name, version and region'],
    [
      'prod/redis',
      { versionStage: 'x' },
      'there is no secret "prod/redis" in the stage "x" in this account and region; check name, version and region',
    ],
    ['prod/db', { secretKey: 'toString' }, 'secret "prod/db" has no key "toString"; check secretKey'],
    [
      'prod/db',
      { secretKey: 'port' },
      'secret "prod/db" has a value of type number under the key "port"; a string is expected',
    ],
    ['prod/db', { secretKey: 'none' }, 'secret "prod/db" has null under the key "none"; a string is expected'],
    ['prod/db', { secretKey: 'all' }, 'secret "prod/db" has an array under the key "all"; a string is expected'],
    [
      'prod/redis',
      { secretKey: 'a' },
      'secret "prod/redis" is no JSON object, so it has no key "a"; leave secretKey out',
    ],
    ['prod/bytes', {}, 'expected secret "prod/bytes" to be text, found bytes that are no UTF-8'],
    [
      'refuse/AccessDeniedException',
      {},
      'we may not read secret "refuse/AccessDeniedException"; allow secretsmanager:GetSecretValue on it, and kms:Decrypt if it has a key of its own',
    ],
    [
      'refuse/DecryptionFailure',
      {},
      'AWS can\'t decrypt secret "refuse/DecryptionFailure"; allow kms:Decrypt, and see that its key is enabled',
    ],
    [
      'refuse/InvalidRequestException',
      {},
      'secret "refuse/InvalidRequestException" can\'t be read in the state that it is in; is it scheduled for deletion?',
    ],
    [
      'refuse/InvalidParameterException',
      { versionId: 'a', versionStage: 'b' },
      `AWS does not understand secret "refuse/InvalidParameterException" in the version "a" and the stage "b"; ${versions}`,
    ],
  ])('says why there is no value of %s %j, and gives the other secrets all the same', async (name, more, why) => {
    const secrets = [redis, { parameter: 'token', name, ...more }];
    expect(await store.ask(withKeys(secrets))).toEqual({
      ...read,
      gaps: [{ parameter: 'token', why: `${WHAT}: ${why}` }],
    });
  });

  it.each([
    [
      'UnrecognizedClientException',
      'AUTH_FAILED',
      'AWS does not take the keys that were shown; check them, and our clock',
    ],
    ['ExpiredTokenException', 'AUTH_FAILED', 'the session token has expired; give a new one'],
    ['ThrottlingException', 'SOURCE_THROTTLED', 'AWS asks to be left alone for 2000 ms'],
  ])('fails as a whole for a %s', async (name, code, message) => {
    const secrets = [redis, { parameter: 'token', name: `refuse/${name}` }];
    await expect(store.ask(withKeys(secrets))).rejects.toMatchObject({ code, message: `${WHAT}: ${message}` });
  });

  it.each([
    [500, '', 'SOURCE_UNAVAILABLE', "AWS can't answer now (HTTP 500)"],
    [429, '', 'SOURCE_THROTTLED', 'AWS asks to be left alone for 2000 ms'],
    [403, 'hunter2', 'AUTH_FAILED', 'AWS refuses us (HTTP 403)'],
    [200, 'hunter2', 'SOURCE_ANSWER', 'expected a secret as JSON, found something else'],
    [404, '<html>', 'SOURCE_ANSWER', 'expected a secret, found HTTP 404'],
  ])('fails as a whole for an answer with status %d and the text "%s"', async (status, text, code, message) => {
    answerWith = (response) => void response.writeHead(status).end(text);
    await expect(store.ask(withKeys())).rejects.toMatchObject({ code, message: `${WHAT}: ${message}` });
  });

  it('tells of a wrong key, and shows nothing of it', async () => {
    const wrong = { ...credentials, accessSecretKey: secretKey('keys', 'wrong') };
    const error: Error = await store.ask({ secrets: [redis], credentials: wrong }).then(
      () => new Error('it worked'),
      (thrown: Error) => thrown,
    );
    expect(error.message).toContain('AWS does not take the keys that were shown');
    expect(JSON.stringify([error.message, error.stack, error.cause])).not.toContain('hunter3');
  });

  it('tells of a token service that refuses us the role', async () => {
    cloud.setTokenService('refuses');
    await expect(store.ask({ secrets: [redis], podIdentity: { provider: 'aws' } })).rejects.toMatchObject({
      code: 'AUTH_FAILED',
      message: 'aws:eu-west-1: AWS refused us the role (HTTP 403); check its trust policy and awsRoleArn',
    });
  });

  it('tells of an address where nobody listens', async () => {
    const nowhere = askedStore(createAwsSecretsManager, {
      env: { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' },
      secrets: { 'keys/id': 'a', 'keys/secret': 'b' },
    });
    await expect(nowhere.ask({ ...withKeys(), region: 'eu-west-1' })).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: expect.stringContaining(`${WHAT}: the connection was refused`),
    });
    await nowhere.close();
  });
});
