// An API server as controllers see it: watches, conflicts, deletion, namespaces, faults, restart.
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { systemClock } from '../../src/async.ts';
import { type ApiClient, createApiClient } from '../support/api-client.ts';
import { type ClusterServer, isReal, startServer } from '../support/cluster-server.ts';
import { eventually } from '../support/eventually.ts';
import { kubernetesVersion } from '../support/kubernetes-version.ts';

jest.setTimeout(60_000);

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const MERGE = 'application/merge-patch+json';
const POD_SPEC = { terminationGracePeriodSeconds: 7, containers: [{ name: 'c', image: 'x' }] };

// Kubernetes 1.30 can stream a list, but doesn't unless a feature gate asks it to.
const itWhereListsStream = isReal && kubernetesVersion() === '1.30' ? it.skip : it;

let server: ClusterServer;
let api: ApiClient;

beforeAll(async () => {
  server = await startServer({ clock: systemClock });
  api = await createApiClient(server);
}, 60_000);
afterAll(async () => {
  await api?.close();
  await server?.stop();
});

function configMap(name: string, more: object = {}): object {
  return { metadata: { name, ...more }, data: { a: '1' } };
}

describe('the API server', () => {
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
    await server.restart(() => server.compact());
    const late = await api.watch(`${CONFIG_MAPS}?watch=1&resourceVersion=${since}`);
    await eventually('the watch is refused', () => late.length === 1);
    expect(late[0]).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
  });

  itWhereListsStream('begins a watch with everything, and marks the end of the beginning', async () => {
    const query =
      'watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1';
    const events = await api.watch(`/api/v1/namespaces?${query}`);
    await eventually('the beginning is marked', () => events.some((event) => event.type === 'BOOKMARK'));
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
    expect(names).toEqual(expect.arrayContaining(['default', 'kube-node-lease', 'kube-public', 'kube-system']));
    expect(names).toEqual([...new Set(names)].toSorted());
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
    await eventually('a pod may be created', async () => {
      const created = await api.call('POST', pods, { metadata: { name: 'p' }, spec: POD_SPEC });
      expect(created).toMatchObject({ status: 201 });
    });
    const bind = async (node: string): Promise<number> =>
      (await api.call('POST', `${pods}/p/binding`, { metadata: { name: 'p' }, target: { kind: 'Node', name: node } }))
        .status;
    expect((await api.call('POST', `${pods}/p/binding`, { target: { kind: 'Node', name: 'n' } })).status).toBe(400);
    expect(await bind('n')).toBe(201);
    expect(await bind('m')).toBe(409);
    const going = await api.call('DELETE', `${pods}/p`);
    expect(going.json.metadata).toMatchObject({ deletionGracePeriodSeconds: 7 });
    await api.call('DELETE', `${pods}/p`, { gracePeriodSeconds: 0 });
    expect((await api.call('GET', `${pods}/p`)).status).toBe(404);
    const modern = {
      metadata: { name: 'e' },
      eventTime: '2026-01-01T00:00:00.000000Z',
      reportingController: 'example.com/tester',
      reportingInstance: 'tester-1',
      regarding: { kind: 'Pod', namespace: 'default', name: 'p' },
      reason: 'R',
      action: 'A',
      note: 'hello',
      type: 'Normal',
    };
    expect((await api.call('POST', '/apis/events.k8s.io/v1/namespaces/default/events', modern)).status).toBe(201);
    const core = await api.call('GET', '/api/v1/namespaces/default/events?fieldSelector=involvedObject.name%3Dp');
    const told = core.json.items.find((item: { message: string }) => item.message === 'hello');
    expect(told).toMatchObject({ metadata: { name: 'e' }, involvedObject: { name: 'p' } });
    // The list says what its items are.
    expect([core.json.apiVersion, core.json.kind, told.apiVersion]).toEqual(['v1', 'EventList', undefined]);
  });

  it('furnishes a new namespace with an account, and with the authority to trust', async () => {
    await api.call('POST', '/api/v1/namespaces', { metadata: { name: 'furnished' } });
    const inside = '/api/v1/namespaces/furnished';
    await eventually('both are there', async () => {
      expect((await api.call('GET', `${inside}/serviceaccounts/default`)).status).toBe(200);
      const { json } = await api.call('GET', `${inside}/configmaps/kube-root-ca.crt`);
      expect(json.data['ca.crt']).toBe(server.caPem);
    });
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
    await api.call('POST', CONFIG_MAPS, configMap('kept'));
    await api.watch('/api/v1/configmaps?watch=1');
    await server.restart();
    expect((await api.call('GET', `${CONFIG_MAPS}/kept`)).json.data).toEqual({ a: '1' });
  });
});
