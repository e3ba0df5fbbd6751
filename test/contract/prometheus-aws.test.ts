// Amazon Managed Prometheus: every request is signed with credentials that AWS's token service gives, through the official SDK.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { PodIdentity } from '../../src/scalers/scaler.ts';
import { createSourcePool } from '../../src/scalers/sources.ts';
import { type AwsCloud, OWN_ROLE, startAwsCloud } from '../support/aws-cloud.ts';
import { createJumpingClock } from '../support/jumping-clock.ts';
import { readTrigger } from '../support/read-trigger.ts';
import { polled, type Written } from '../support/written-trigger.ts';

const never = new AbortController().signal;
const OTHER_ROLE = 'arn:aws:iam::123456789012:role/metrics';
const aws: PodIdentity = { provider: 'aws' };

describe('prometheus at Amazon', () => {
  let cloud: AwsCloud;
  let server: Server;
  let signers: (string | undefined)[] = [];
  beforeAll(async () => {
    cloud = await startAwsCloud();
    server = createServer((request, response) => {
      const signer = cloud.signerOf(request, 'aps');
      signers.push(signer);
      const answer = { status: 'success', data: { resultType: 'vector', result: [{ value: [1, '7'] }] } };
      if (signer === undefined) response.writeHead(403).end();
      else response.end(JSON.stringify(answer));
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  });
  afterEach(() => {
    cloud.setTokenService('gives');
    signers = [];
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    await cloud.stop();
  });

  const written = ({ metadata, ...rest }: Partial<Written> = {}): Written => ({
    metadata: {
      serverAddress: `http://127.0.0.1:${(server.address() as AddressInfo).port}/workspaces/ws-1 ä/`,
      query: `sum(rate(x{a=~"b+c|d*",e!='f (g)~'}[5m]))`,
      threshold: '5',
      awsRegion: 'eu-west-1',
      queryParameters: 'timeout=2s,dedup=a b',
      namespace: 'a&b=c',
      ...metadata,
    },
    ...rest,
  });
  const read = async (more: Partial<Written> = {}): Promise<number> =>
    (await readTrigger('prometheus', written(more))).value;

  it('signs with the keys that the authentication gives', async () => {
    const { accessKeyId: awsAccessKeyID, secretAccessKey: awsSecretAccessKey } = cloud.keys;
    expect(await read({ auth: { awsAccessKeyID, awsSecretAccessKey } })).toBe(7);
    expect(signers).toEqual(['keys']);
    await expect(read({ auth: { awsAccessKeyID, awsSecretAccessKey: 'hunter2' } })).rejects.toMatchObject({
      code: 'AUTH_FAILED',
    });
  });

  it.each([
    ['our own role for the pod identity aws', { podIdentity: aws }, OWN_ROLE],
    ['our own role for identityOwner operator', { metadata: { identityOwner: 'operator' } }, OWN_ROLE],
    ['the role that is named', { auth: { awsRoleArn: OTHER_ROLE } }, OTHER_ROLE],
    ['the role of the pod identity', { podIdentity: aws, auth: { awsRoleArn: OTHER_ROLE } }, OTHER_ROLE],
  ])('takes on %s, with the token of our service account', async (_, more, role) => {
    expect(await read(more as Partial<Written>)).toBe(7);
    expect(signers).toEqual([role]);
    expect(cloud.exchanges.at(-1)).toMatchObject({ action: 'AssumeRoleWithWebIdentity', role, signedBy: undefined });
  });

  it.each([
    ['trusts nobody but our own role', `${OTHER_ROLE}-2`, {}],
    ['asks for an external ID', `${OTHER_ROLE}-3`, { externalId: 'tenant-7' }],
  ])('takes on a role that %s, with the rights of our own', async (_, role, more) => {
    cloud.trustOwnRoleOnly(role);
    expect(await read({ podIdentity: { ...aws, ...more }, auth: { awsRoleArn: role } })).toBe(7);
    expect(signers).toEqual([role]);
    const externalId = 'externalId' in more ? more.externalId : undefined;
    const expected = { action: 'AssumeRole', role, session: 'KEDA', signedBy: OWN_ROLE, externalId };
    expect(cloud.exchanges.at(-1)).toEqual(expected);
  });

  it('exchanges once for many triggers at once, and again shortly before the credentials end', async () => {
    cloud.setTokenService('gives', 900);
    const clock = createJumpingClock();
    const clients = createSourcePool({ clock, lingerMs: 0 });
    const more = { auth: { awsRoleArn: OTHER_ROLE } };
    const triggers = ['a', 'b', 'c'].map((query) => polled('prometheus', written({ ...more, metadata: { query } })));
    const scalers = await Promise.all(triggers.map((trigger) => trigger.connect({ clients, clock })));
    const readAll = () => Promise.all(scalers.map((scaler) => scaler.read(never)));
    const seen = cloud.exchanges.length;
    for (let i = 0; i < 3; i++) await readAll();
    expect(cloud.exchanges).toHaveLength(seen + 1);
    clock.jump(590_000);
    await readAll();
    expect(cloud.exchanges).toHaveLength(seen + 1);
    clock.jump(20_000);
    await readAll();
    expect(cloud.exchanges).toHaveLength(seen + 2);
    await Promise.all(scalers.map((scaler) => scaler.close()));
    await clients.close();
  });

  it.each([
    [
      'refuses',
      'AUTH_FAILED',
      'aws:eu-west-1: AWS refused us the role (HTTP 403); check its trust policy and awsRoleArn',
    ],
    ['fails', 'SOURCE_UNAVAILABLE', "aws:eu-west-1: AWS can't give credentials now (HTTP 503)"],
  ] as const)('tells of a token service that %s, and recovers', async (mode, code, message) => {
    cloud.setTokenService(mode);
    await expect(read({ podIdentity: aws })).rejects.toMatchObject({ code, message });
    cloud.setTokenService('gives');
    expect(await read({ podIdentity: aws })).toBe(7);
  });

  it('gives up on a token service that says nothing', async () => {
    cloud.setTokenService('silent');
    await expect(readTrigger('prometheus', written({ podIdentity: aws }), 500)).rejects.toMatchObject({
      code: 'SOURCE_TIMEOUT',
    });
  });

  it('tells of a token service that is not there', async () => {
    const { AWS_ENDPOINT_URL_STS: before } = process.env;
    process.env['AWS_ENDPOINT_URL_STS'] = 'http://127.0.0.1:1';
    await expect(read({ podIdentity: aws })).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: expect.stringContaining('aws:eu-west-1: the connection was refused'),
    });
    process.env['AWS_ENDPOINT_URL_STS'] = before;
  });

  it('tells of pods that have no identity at AWS', async () => {
    const { AWS_ROLE_ARN: role, AWS_WEB_IDENTITY_TOKEN_FILE: file, HOME: home } = process.env;
    delete process.env['AWS_ROLE_ARN'];
    delete process.env['AWS_WEB_IDENTITY_TOKEN_FILE'];
    process.env['HOME'] = '/nowhere';
    await expect(read({ podIdentity: aws })).rejects.toMatchObject({
      code: 'AUTH_FAILED',
      message: expect.stringContaining('there is no AWS identity here; give our service account a role'),
    });
    Object.assign(process.env, { AWS_ROLE_ARN: role, AWS_WEB_IDENTITY_TOKEN_FILE: file, HOME: home });
  });

  it('is one source for each identity', () => {
    const id = (more: Partial<Written>) => polled('prometheus', written(more)).sourceId;
    const own = { podIdentity: aws };
    expect(id({ ...own, metadata: { query: 'y' } })).toBe(id(own));
    expect(id({ metadata: { identityOwner: 'operator' } })).toBe(id(own));
    expect(id({ ...own, auth: { awsRoleArn: OTHER_ROLE } })).not.toBe(id(own));
    expect(id({ ...own, metadata: { awsRegion: 'eu-west-2' } })).not.toBe(id(own));
  });
});
