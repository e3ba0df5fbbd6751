import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../src/async.ts';
import { KubeError } from '../../../src/errors.ts';
import type { KubeObject } from '../../../src/kube/client.ts';
import type { Connection } from '../../../src/kube/connection.ts';
import { createKubeClient } from '../../../src/kube/http-client.ts';
import { createReflector, type ReflectorOptions } from '../../../src/kube/reflector.ts';
import { SCALED_OBJECTS } from '../../../src/kube/resources.ts';
import type { Store } from '../../../src/kube/store.ts';
import { silentLogger } from '../../../src/log.ts';
import { eventually } from '../../support/eventually.ts';
import { plainConnection } from '../../support/kube-connection.ts';
import { type KubeStub, type StubRequest, startKubeStub } from '../../support/kube-stub.ts';

const COLLECTION = '/apis/keda.sh/v1alpha1/scaledobjects';
interface Scaled extends KubeObject {
  readonly spec?: { readonly size: number };
}
const aScaled = (name: string, size = 1, namespace = 'shop'): Scaled => ({
  apiVersion: 'keda.sh/v1alpha1',
  kind: 'ScaledObject',
  metadata: { name, namespace },
  spec: { size },
});

let stub: KubeStub;
let connection: Connection;
let stop: AbortController;
let running: Promise<void>[];

beforeEach(async () => {
  stub = await startKubeStub();
  connection = plainConnection(stub.url);
  stop = new AbortController();
  running = [];
});
afterEach(async () => {
  stop.abort();
  await Promise.all(running);
  await connection.close();
  await stub.close();
});

function start(more: Partial<ReflectorOptions<Scaled>> = {}): Store<Scaled> & { changes: string[] } {
  const client = createKubeClient(connection, {
    clock: systemClock,
    log: silentLogger,
    userAgent: 'sluice/test',
    deadlineMs: 1_000,
  });
  const reflector = createReflector<Scaled>({
    client,
    resource: SCALED_OBJECTS,
    clock: systemClock,
    random: () => 0,
    log: silentLogger,
    ...more,
  });
  const changes: string[] = [];
  reflector.subscribe((change) => changes.push(`${change.type} ${change.object.metadata.name}`));
  running.push(reflector.run(stop.signal));
  return { ...reflector, changes };
}
const names = (store: Store<Scaled>): string[] =>
  store
    .list()
    .map((o) => o.metadata.name)
    .toSorted();
const watching = (count = 1): Promise<unknown> => eventually(`${count} watches`, () => stub.watches() === count);
const lists = (): StubRequest[] => stub.requests.filter((r) => !r.watch);
const isWatch = (r: StubRequest): boolean => r.watch;

describe('src/kube/reflector', () => {
  it('knows nothing and is not synced before the first list', () => {
    stub.fail('silence', undefined, 9);
    const store = start();
    expect([store.synced(), store.list(), store.get({ namespace: 'shop', name: 'a' })]).toEqual([false, [], undefined]);
  });

  it('holds what was there, and follows what comes, changes and goes', async () => {
    stub.put(COLLECTION, aScaled('a'));
    const store = start();
    await watching();
    expect(store.synced()).toBe(true);
    stub.put(COLLECTION, aScaled('b'));
    stub.put(COLLECTION, aScaled('a', 2));
    stub.remove(COLLECTION, { namespace: 'shop', name: 'b' });
    await eventually('b to go', () => store.changes.length === 4);
    expect(store.changes).toEqual(['added a', 'added b', 'updated a', 'deleted b']);
    expect(store.get({ namespace: 'shop', name: 'a' })?.spec?.size).toBe(2);
  });

  it('asks for bookmarks and for a watch of five to ten minutes', async () => {
    start();
    await watching();
    const parameters = Object.fromEntries(stub.requests.find(isWatch)!.query);
    expect(parameters).toMatchObject({ allowWatchBookmarks: 'true', timeoutSeconds: '300' });
  });

  it('continues from the last bookmark when the server ends the watch', async () => {
    start();
    await watching();
    stub.sendLine(JSON.stringify({ type: 'BOOKMARK', object: { metadata: { resourceVersion: '177' } } }));
    stub.endWatches('end');
    await eventually('a second watch', () => stub.requests.filter(isWatch).length === 2);
    expect(stub.requests.filter(isWatch)[1]!.query.get('resourceVersion')).toBe('177');
    expect(lists()).toHaveLength(1);
  });

  it('misses nothing and repeats nothing when the connection is reset', async () => {
    const store = start();
    await watching();
    stub.put(COLLECTION, aScaled('a'));
    await eventually('a', () => store.changes.length === 1);
    stub.endWatches('reset');
    stub.put(COLLECTION, aScaled('b'));
    await eventually('b', () => names(store).length === 2);
    expect(store.changes).toEqual(['added a', 'added b']);
    expect(lists()).toHaveLength(1);
  });

  it.each([410, 500, 503, 429])('survives HTTP %i in answer to a watch', async (status) => {
    stub.fail({ status, retryAfter: 0 }, isWatch);
    const store = start();
    await watching();
    stub.put(COLLECTION, aScaled('a'));
    await eventually('a', () => names(store).length === 1);
    expect(lists()).toHaveLength(status === 410 ? 2 : 1);
  });

  it('lists again after compaction and tells the difference only', async () => {
    stub.put(COLLECTION, aScaled('same'));
    stub.put(COLLECTION, aScaled('changes'));
    stub.put(COLLECTION, aScaled('goes'));
    const store = start();
    await watching();
    store.changes.length = 0;
    stub.fail({ status: 503 }, isWatch, 1); // hold the next watch back, so that it meets the compaction
    stub.endWatches('end');
    stub.put(COLLECTION, aScaled('comes'));
    stub.put(COLLECTION, aScaled('changes', 2));
    stub.remove(COLLECTION, { namespace: 'shop', name: 'goes' });
    stub.compact();
    await eventually('the relist', () => store.changes.length === 3);
    expect(store.changes.toSorted()).toEqual(['added comes', 'deleted goes', 'updated changes']);
  });

  it('keeps what it knows while the API server is away', async () => {
    stub.put(COLLECTION, aScaled('a'));
    const store = start();
    await watching();
    stub.fail('reset', undefined, 3);
    stub.endWatches('reset');
    await watching();
    expect(names(store)).toEqual(['a']);
    expect(store.changes).toEqual(['added a']);
  });

  it('tells why it is not up to date, and when it is again', async () => {
    const told: string[] = [];
    const code = (trouble: unknown): string => (trouble instanceof KubeError ? trouble.code : 'kept');
    stub.fail({ status: 403, message: 'scaledobjects is forbidden' }, undefined, 1);
    start({ kept: (trouble) => told.push(code(trouble)) });
    await watching();
    stub.fail({ status: 410 }, isWatch, 1);
    stub.endWatches('reset');
    await watching();
    await eventually('three states more', () => told.length === 5);
    expect(told).toEqual(['KUBE_FORBIDDEN', 'kept', 'KUBE_UNAVAILABLE', 'KUBE_GONE', 'kept']);
  });

  it('never drops a line that it cannot read: it lists again', async () => {
    const store = start();
    await watching();
    stub.sendLine('{"type":"ADDED","object":{"metadata":');
    stub.put(COLLECTION, aScaled('a'));
    await eventually('a', () => names(store).length === 1);
    expect(lists().length).toBeGreaterThanOrEqual(2);
  });

  it('starts when the first lists fail', async () => {
    stub.put(COLLECTION, aScaled('a'));
    stub.fail({ status: 403, message: 'scaledobjects is forbidden' }, undefined, 1);
    stub.fail({ raw: 'not json' }, undefined, 1);
    const store = start();
    await eventually('the list', () => store.synced());
    expect(names(store)).toEqual(['a']);
  });

  it('watches each of several namespaces, and is synced when all are', async () => {
    stub.put(COLLECTION, aScaled('a', 1, 'one'));
    stub.put(COLLECTION, aScaled('a', 1, 'two'));
    stub.put(COLLECTION, aScaled('a', 1, 'three'));
    const store = start({ namespaces: ['one', 'two'] });
    await watching(2);
    expect(store.synced()).toBe(true);
    expect(store.list().map((o) => o.metadata.namespace)).toEqual(['one', 'two']);
    expect(store.list('two')).toHaveLength(1);
  });

  it('drops managed fields and the copy of kubectl, and what the caller does not need', async () => {
    const bulky = aScaled('a');
    bulky.metadata.annotations = { 'kubectl.kubernetes.io/last-applied-configuration': 'x', mine: 'y' };
    Object.assign(bulky.metadata, { managedFields: [{}] });
    stub.put(COLLECTION, bulky);
    const store = start({ prune: ({ apiVersion, kind, metadata }) => ({ apiVersion, kind, metadata }) });
    await watching();
    stub.put(COLLECTION, { ...bulky, metadata: { ...bulky.metadata, name: 'b' } });
    await eventually('b', () => names(store).length === 2);
    for (const object of store.list()) {
      expect(object.metadata.annotations).toEqual({ mine: 'y' });
      expect(Object.keys(object).concat(Object.keys(object.metadata))).not.toEqual(
        expect.arrayContaining(['managedFields']),
      );
      expect(object).not.toHaveProperty('spec');
    }
  });

  it('ends when told to, leaving no watch behind', async () => {
    start();
    await watching();
    stop.abort();
    await Promise.all(running);
    await eventually('the watch to close', () => stub.watches() === 0);
  });
});
