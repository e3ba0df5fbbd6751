// The sandbox's API server as controllers see it: watches, conflicts, deletion, admission, access, faults, restart.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/async.ts';
import { silentLogger } from '../../src/log.ts';
import type { DenyRule } from '../../src/sandbox/api-server/access/authorization.ts';
import { type ApiServer, createApiServer } from '../../src/sandbox/api-server/api-server.ts';
import { type ApiClient, createApiClient } from '../support/api-client.ts';
import { eventually } from '../support/eventually.ts';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const MERGE = 'application/merge-patch+json';
const base = { clock: systemClock, random: Math.random, log: silentLogger };
const denies: DenyRule[] = [{ user: 'guest', verb: 'delete' }];

let server: ApiServer;
let api: ApiClient;

beforeAll(async () => {
  server = await createApiServer({
    ...base,
    denies,
    tokens: new Map([['secret-token', { name: 'robot', groups: [] }]]),
  });
  api = await createApiClient(server);
}, 30_000);
afterAll(async () => {
  await api?.close();
  await server?.stop();
});

function configMap(name: string, more: object = {}): object {
  return { metadata: { name, ...more }, data: { a: '1' } };
}

describe('the sandbox API server', () => {
  it('tells a watcher what happened since a revision, and 410 when it no longer knows', async () => {
    const created = await api.call('POST', CONFIG_MAPS, configMap('seen', { labels: { w: 'yes' } }));
    const since = created.json.metadata.resourceVersion;
    await api.call('PATCH', `${CONFIG_MAPS}/seen`, { data: { a: '2' } }, MERGE);
    const events = await api.watch(`${CONFIG_MAPS}?watch=1&resourceVersion=${since}&labelSelector=w%3Dyes`);
    await api.call('PATCH', `${CONFIG_MAPS}/seen`, { metadata: { labels: { w: 'no' } } }, MERGE);
    await eventually('two events came', () => events.length === 2);
    expect(events.map((event) => [event.type, event.object.data.a])).toEqual([
      ['MODIFIED', '2'],
      ['DELETED', '2'],
    ]);
    server.compact();
    const late = await api.watch(`${CONFIG_MAPS}?watch=1&resourceVersion=${since}`);
    await eventually('the watch is refused', () => late.length === 1);
    expect(late[0]).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
  });

  it('begins a watch with everything, and marks the end of the beginning', async () => {
    const query =
      'watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1';
    const events = await api.watch(`/api/v1/namespaces?${query}`);
    await eventually(
      'the watch ended with a bookmark',
      () => events.filter((event) => event.type === 'BOOKMARK').length === 2,
    );
    const bookmark = events.find((event) => event.type === 'BOOKMARK');
    expect(events[0]?.type).toBe('ADDED');
    expect(bookmark?.object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
  });

  it('gives a list in pages', async () => {
    const names: string[] = [];
    for (let token = ''; ; ) {
      const page = await api.call('GET', `/api/v1/namespaces?limit=2&continue=${token}`);
      names.push(...page.json.items.map((item: { metadata: { name: string } }) => item.metadata.name));
      token = page.json.metadata.continue ?? '';
      if (token === '') break;
      expect(page.json.metadata.remainingItemCount).toBeGreaterThan(0);
    }
    expect(names).toEqual(['default', 'kube-node-lease', 'kube-public', 'kube-system']);
  });

  it('refuses a stale write with 409, and writes nothing when nothing changes', async () => {
    const first = await api.call('POST', CONFIG_MAPS, configMap('stale'));
    const second = await api.call('PATCH', `${CONFIG_MAPS}/stale`, { data: { a: '2' } }, MERGE);
    const stale = await api.call('PUT', `${CONFIG_MAPS}/stale`, first.json);
    expect([stale.status, stale.json.reason]).toEqual([409, 'Conflict']);
    const same = await api.call('PATCH', `${CONFIG_MAPS}/stale`, { data: { a: '2' } }, MERGE);
    expect(same.json.metadata.resourceVersion).toBe(second.json.metadata.resourceVersion);
    const dry = await api.call('PATCH', `${CONFIG_MAPS}/stale?dryRun=All`, { data: { a: '9' } }, MERGE);
    expect(dry.json.data.a).toBe('9');
    expect((await api.call('GET', `${CONFIG_MAPS}/stale`)).json.data.a).toBe('2');
  });

  it('keeps an object until its finalizers are gone, and its dependents before it in the foreground', async () => {
    const owner = await api.call('POST', CONFIG_MAPS, configMap('owner', { finalizers: ['example.com/wait'] }));
    const reference = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      name: 'owner',
      uid: owner.json.metadata.uid,
      blockOwnerDeletion: true,
    };
    await api.call('POST', CONFIG_MAPS, configMap('dependent', { ownerReferences: [reference] }));
    const marked = await api.call('DELETE', `${CONFIG_MAPS}/owner`, { propagationPolicy: 'Foreground' });
    expect(marked.json.metadata.finalizers).toEqual(['example.com/wait', 'foregroundDeletion']);
    await eventually(
      'the dependent is gone',
      async () => (await api.call('GET', `${CONFIG_MAPS}/dependent`)).status === 404,
    );
    await eventually('only the finalizer is left', async () => {
      const { finalizers } = (await api.call('GET', `${CONFIG_MAPS}/owner`)).json.metadata;
      return finalizers.length === 1 && finalizers[0] === 'example.com/wait';
    });
    const added = await api.call(
      'PATCH',
      `${CONFIG_MAPS}/owner`,
      { metadata: { finalizers: ['example.com/wait', 'x.com/y'] } },
      MERGE,
    );
    expect(added.status).toBe(422);
    await api.call('PATCH', `${CONFIG_MAPS}/owner`, { metadata: { finalizers: null } }, MERGE);
    expect((await api.call('GET', `${CONFIG_MAPS}/owner`)).status).toBe(404);
  });

  it('orphans dependents when asked to', async () => {
    const owner = await api.call('POST', CONFIG_MAPS, configMap('parent'));
    const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'parent', uid: owner.json.metadata.uid };
    await api.call('POST', CONFIG_MAPS, configMap('child', { ownerReferences: [reference] }));
    await api.call('DELETE', `${CONFIG_MAPS}/parent?propagationPolicy=Orphan`);
    await eventually('the parent is gone', async () => (await api.call('GET', `${CONFIG_MAPS}/parent`)).status === 404);
    expect((await api.call('GET', `${CONFIG_MAPS}/child`)).json.metadata.ownerReferences ?? []).toEqual([]);
  });

  it('gives a running pod its grace, and shows events by both APIs', async () => {
    const pods = '/api/v1/namespaces/default/pods';
    await api.call('POST', pods, {
      metadata: { name: 'p' },
      spec: { terminationGracePeriodSeconds: 7, containers: [{ name: 'c', image: 'x' }] },
    });
    expect((await api.call('POST', `${pods}/p/binding`, { target: { kind: 'Node', name: 'n' } })).status).toBe(201);
    expect((await api.call('POST', `${pods}/p/binding`, { target: { kind: 'Node', name: 'm' } })).status).toBe(409);
    const going = await api.call('DELETE', `${pods}/p`);
    expect(going.json.metadata).toMatchObject({ deletionGracePeriodSeconds: 7 });
    await api.call('DELETE', `${pods}/p`, { gracePeriodSeconds: 0 });
    expect((await api.call('GET', `${pods}/p`)).status).toBe(404);
    const modern = {
      metadata: { name: 'e' },
      eventTime: '2026-01-01T00:00:00.000000Z',
      regarding: { kind: 'Pod', name: 'p' },
      reason: 'R',
      action: 'A',
      note: 'hello',
      type: 'Normal',
    };
    await api.call('POST', '/apis/events.k8s.io/v1/namespaces/default/events', modern);
    const core = await api.call('GET', '/api/v1/namespaces/default/events?fieldSelector=involvedObject.name%3Dp');
    expect(core.json.items).toMatchObject([{ apiVersion: 'v1', message: 'hello', involvedObject: { name: 'p' } }]);
  });

  it('asks validating webhooks and passes on what they say', async () => {
    const reviews: any[] = []; // oxlint-disable-line typescript/no-explicit-any
    const webhook: Server = createServer((request, response) => {
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
    const url = `http://127.0.0.1:${(webhook.address() as AddressInfo).port}/validate`;
    const path = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
    const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }];
    const hook = {
      name: 'check.example.com',
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
      clientConfig: { url },
      rules,
    };
    await api.call('POST', path, { metadata: { name: 'hooks' }, webhooks: [hook] });
    const good = await api.call('POST', `${CONFIG_MAPS}?dryRun=All`, configMap('hooked'));
    expect([good.status, good.headers['warning']]).toEqual([201, '299 - "mind the gap"']);
    expect(reviews[0]).toMatchObject({
      operation: 'CREATE',
      dryRun: true,
      userInfo: { username: 'tester' },
      resource: { resource: 'configmaps' },
    });
    const bad = await api.call('POST', CONFIG_MAPS, { metadata: { name: 'hooked' }, data: { a: 'bad' } });
    expect([bad.status, bad.json.message]).toEqual([
      403,
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
    expect((await api.call('POST', CONFIG_MAPS, configMap('hooked'))).status).toBe(201);
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
    const spec = { user: 'other', resourceAttributes: { verb: 'delete', resource: 'pods' } };
    const other = await api.call('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', { spec });
    expect(other.json.status.allowed).toBe(true);
    const token = await api.call('POST', '/apis/authentication.k8s.io/v1/tokenreviews', {
      spec: { token: 'secret-token' },
    });
    expect(token.json.status).toMatchObject({ authenticated: true, user: { username: 'robot' } });
    const wrong = await api.call('POST', '/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token: 'nope' } });
    expect(wrong.json.status.authenticated).toBe(false);
  });

  it('fails on purpose', async () => {
    const stop = server.inject(({ path }) =>
      path.endsWith('/faulty') ? { status: 429, headers: { 'retry-after': '1' } } : undefined,
    );
    expect((await api.call('GET', `${CONFIG_MAPS}/faulty`)).status).toBe(429);
    stop();
    expect((await api.call('GET', `${CONFIG_MAPS}/faulty`)).status).toBe(404);
    const reset = server.inject(() => 'reset');
    await expect(api.call('GET', CONFIG_MAPS)).rejects.toThrow();
    reset();
  });

  it('comes back on the same port with everything it knew, and ends its watches when it goes', async () => {
    const first = await createApiServer(base);
    const client = await createApiClient(first);
    await client.call('POST', CONFIG_MAPS, configMap('kept'));
    await client.watch('/api/v1/configmaps?watch=1');
    await first.stop();
    const { storage, authorities, port } = first;
    const second = await createApiServer({ ...base, storage, authorities, port });
    try {
      expect((await client.call('GET', `${CONFIG_MAPS}/kept`)).json.data).toEqual({ a: '1' });
    } finally {
      await client.close();
      await second.stop();
    }
  });
});
