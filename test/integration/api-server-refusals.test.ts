// What an API server refuses, and whom it asks first: the rules of its kinds, webhooks, access.
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { systemClock } from '../../src/async.ts';
import { createAuthority, issueCertificate } from '../../src/pki.ts';
import { type ApiClient, createApiClient } from '../support/api-client.ts';
import { type ClusterServer, startServer } from '../support/cluster-server.ts';
import { eventually } from '../support/eventually.ts';

jest.setTimeout(60_000);

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const EVENTS = '/apis/events.k8s.io/v1/namespaces/default/events';

let server: ClusterServer;
let api: ApiClient;

beforeAll(async () => {
  // A real server denies a stranger everything that no role allows; the sandbox allows what no rule denies.
  server = await startServer({ clock: systemClock, denies: [{ user: 'guest', verb: 'delete' }] });
  api = await createApiClient(server);
}, 60_000);
afterAll(async () => {
  await api?.close();
  await server?.stop();
});

function configMap(name: string): object {
  return { metadata: { name }, data: { a: '1' } };
}

describe('the API server', () => {
  const EVENT = {
    metadata: { name: 'bad' },
    eventTime: '2026-01-01T00:00:00.000000Z',
    reportingController: 'example.com/tester',
    reportingInstance: 'tester-1',
    regarding: { kind: 'Pod', namespace: 'default', name: 'p' },
    reason: 'R',
    action: 'A',
    type: 'Normal',
  };
  const aPod = (volume: object): object => ({
    metadata: { name: 'bad' },
    spec: { containers: [{ name: 'c', image: 'x' }], volumes: [volume] },
  });
  it.each<[string, string, object, string]>([
    [
      'an Event without its reporter',
      EVENTS,
      { ...EVENT, reportingController: '' },
      'reportingController: Required value',
    ],
    [
      'a note that is too long',
      EVENTS,
      { ...EVENT, note: 'ö'.repeat(513) },
      'message: Invalid value: "": can have at most 1024 characters',
    ],
    [
      'a webhook without TLS',
      '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations',
      {
        metadata: { name: 'bad' },
        webhooks: [
          {
            name: 'check.example.com',
            sideEffects: 'None',
            admissionReviewVersions: ['v1'],
            clientConfig: { url: 'http://127.0.0.1:1/' },
          },
        ],
      },
      `webhooks[0].clientConfig.url: Invalid value: "http": 'https' is the only allowed URL scheme`,
    ],
    [
      'a file outside of its volume',
      '/api/v1/namespaces/default/pods',
      aPod({ name: 'v', secret: { secretName: 's', items: [{ key: 'k', path: 'a/../../b' }] } }),
      'spec.volumes[0].secret.items[0].path: Invalid value: "a/../../b": must not contain \'..\'',
    ],
  ])('refuses %s', async (_what, path, object, message) => {
    const { status, json } = await api.call('POST', path, object);
    expect([status, json.message]).toEqual([422, expect.stringContaining(message)]);
  });

  it('asks validating webhooks and passes on what they say', async () => {
    const reviews: any[] = []; // oxlint-disable-line typescript/no-explicit-any
    const now = systemClock.now();
    const authority = await createAuthority({ commonName: 'hooks', now, days: 1 });
    const pair = await issueCertificate(authority, {
      commonName: 'hook',
      ipAddresses: ['127.0.0.1'],
      usages: ['server'],
      now,
      days: 1,
    });
    const webhook: Server = createServer({ cert: pair.certPem, key: pair.keyPem }, (request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        const review = JSON.parse(body);
        reviews.push(review.request);
        const allowed = review.request.object.data.a !== 'bad';
        const answer = {
          uid: review.request.uid,
          allowed,
          warnings: ['mind the gap'],
          ...(allowed ? {} : { status: { message: 'a is bad' } }),
        };
        response.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: answer }));
      });
    });
    await new Promise<void>((resolve) => webhook.listen(0, '127.0.0.1', resolve));
    const url = `https://127.0.0.1:${(webhook.address() as AddressInfo).port}/validate`;
    const path = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
    const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }];
    const hook = {
      name: 'check.example.com',
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
      clientConfig: { url, caBundle: Buffer.from(authority.certPem).toString('base64') },
      rules,
    };
    expect((await api.call('POST', path, { metadata: { name: 'hooks' }, webhooks: [hook] })).status).toBe(201);
    await eventually('the webhook is in force', async () => {
      const good = await api.call('POST', `${CONFIG_MAPS}?dryRun=All`, configMap('hooked'));
      expect([good.status, good.headers['warning']]).toEqual([201, '299 - "mind the gap"']);
    });
    expect(reviews.find(({ name }) => name === 'hooked')).toMatchObject({
      operation: 'CREATE',
      dryRun: true,
      userInfo: { username: 'tester' },
      resource: { resource: 'configmaps' },
    });
    const bad = await api.call('POST', CONFIG_MAPS, { metadata: { name: 'hooked' }, data: { a: 'bad' } });
    expect([bad.status, bad.json.message]).toEqual([
      400,
      'admission webhook "check.example.com" denied the request: a is bad',
    ]);
    webhook.closeAllConnections();
    await new Promise((resolve) => webhook.close(resolve));
    const down = await api.call('POST', CONFIG_MAPS, configMap('hooked'));
    expect(down.json.message).toContain('failed calling webhook "check.example.com"');
    await api.call(
      'PATCH',
      `${path}/hooks`,
      [{ op: 'replace', path: '/webhooks/0/failurePolicy', value: 'Ignore' }],
      'application/json-patch+json',
    );
    await eventually(
      'its failure is ignored',
      async () => (await api.call('POST', CONFIG_MAPS, configMap('hooked'))).status === 201,
    );
    await api.call('DELETE', `${path}/hooks`);
  });

  it('knows who asks, denies what a rule denies, and answers reviews alike', async () => {
    const guest = await createApiClient(server, 'guest', []);
    const refused = await guest.call('DELETE', `${CONFIG_MAPS}/none`);
    expect([refused.status, refused.json.message]).toEqual([
      403,
      expect.stringContaining('User "guest" cannot delete resource "configmaps"'),
    ]);
    const self = await guest.call('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
      spec: { resourceAttributes: { verb: 'delete', resource: 'pods' } },
    });
    expect(self.json.status.allowed).toBe(false);
    await guest.close();
    const attributes = { verb: 'delete', resource: 'pods' };
    const spec = { user: 'other', groups: ['system:masters'], resourceAttributes: attributes };
    const other = await api.call('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', { spec });
    expect(other.json.status.allowed).toBe(true);
    const account = '/api/v1/namespaces/default/serviceaccounts/default/token';
    const { status } = (await api.call('POST', account, { spec: { expirationSeconds: 600 } })).json;
    const token = await api.call('POST', '/apis/authentication.k8s.io/v1/tokenreviews', {
      spec: { token: status.token },
    });
    expect(token.json.status).toMatchObject({
      authenticated: true,
      user: { username: 'system:serviceaccount:default:default' },
    });
    const wrong = await api.call('POST', '/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token: 'nope' } });
    expect(wrong.json.status).toMatchObject({ user: {}, error: expect.stringContaining('token') });
    expect(wrong.json.status).not.toHaveProperty('authenticated');
  });
});
