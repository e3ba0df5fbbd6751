import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createClusterView } from '../../../src/controller/cluster-view.ts';
import { KubeError, type KubeErrorCode, type SluiceError } from '../../../src/errors.ts';
import type { KubeObject } from '../../../src/kube/client.ts';
import { CONFIG_MAPS, PODS } from '../../../src/kube/resources.ts';
import { silentLogger } from '../../../src/log.ts';
import type { ClusterChange, ClusterView, ClusterWatch } from '../../../src/scalers/cluster.ts';
import { createFakeClock, type FakeClock } from '../../support/clock.ts';
import { createMemoryKube, type MemoryKube } from '../../support/memory-kube.ts';

/** After a watch that ended soon. */
const RECONNECT_MS = 300;
const never = new AbortController().signal;
const app = (object: unknown): string => (object as KubeObject).metadata.labels?.['app'] ?? '';
const aPod = (name: string, label: string, namespace = 'shop'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, labels: { app: label } },
});

let clock: FakeClock;
let kube: MemoryKube;
let cluster: ClusterView;
let watches: ClusterWatch<string>[];
beforeEach(() => {
  clock = createFakeClock();
  kube = createMemoryKube(clock.now);
  cluster = createClusterView({ client: kube, clock, random: () => 0, log: silentLogger });
  watches = [];
});
afterEach(() => Promise.all(watches.map((watch) => watch.close())));

function watchPods(name?: string): ClusterWatch<string> {
  const watch = cluster.watch({ kind: 'Pod', namespace: 'shop', ...(name === undefined ? {} : { name }) }, app);
  watches.push(watch);
  return watch;
}
const create = (pod: KubeObject): Promise<unknown> => kube.create(PODS, pod, { signal: never });
const refuse = (code: KubeErrorCode, message: string, verbs: readonly string[] = ['list', 'watch']): void => {
  kube.intercept = ({ verb }) => {
    if (verbs.includes(verb)) throw new KubeError(message, { code, retry: 'backoff', status: 403 });
  };
};
/** What is settled once every promise had its turn. */
async function outcomeOf(work: Promise<void>): Promise<'waits' | 'current' | SluiceError> {
  await clock.advance(0);
  return Promise.race([
    work.then(
      () => 'current' as const,
      (error: SluiceError) => error,
    ),
    Promise.resolve().then(() => Promise.resolve().then(() => 'waits' as const)),
  ]);
}

describe('a view of the cluster', () => {
  it('waits for the first list, keeps what was asked for, and follows what changes', async () => {
    await create(aPod('a', 'web'));
    await create(aPod('elsewhere', 'web', 'web'));
    const { promise: listed, resolve: list } = Promise.withResolvers<void>();
    kube.intercept = ({ verb }) => (verb === 'list' ? listed : undefined);
    const watch = watchPods();
    const current = watch.current(never);
    expect(await outcomeOf(current)).toBe('waits');
    list();
    expect(await outcomeOf(current)).toBe('current');
    const changes: ClusterChange<string>[] = [];
    const unsubscribe = watch.subscribe((change) => changes.push(change));
    await create(aPod('b', 'api'));
    await kube.patch(
      PODS,
      { namespace: 'shop', name: 'b' },
      { type: 'merge', body: { metadata: { labels: { app: 'web' } } } },
      { signal: never },
    );
    await kube.delete(PODS, { namespace: 'shop', name: 'a' }, { signal: never });
    await clock.advance(0);
    unsubscribe();
    await create(aPod('c', 'api'));
    await clock.advance(0);
    expect(changes).toEqual([
      { name: 'a', after: 'web' },
      { name: 'b', after: 'api' },
      { name: 'b', before: 'api', after: 'web' },
      { name: 'a', before: 'web' },
    ]);
    expect(['a', 'b', 'c', 'elsewhere'].map((name) => watch.get(name))).toEqual([undefined, 'web', 'api', undefined]);
    expect(kube.history.filter(({ verb }) => verb === 'list')).toHaveLength(1);
  });

  it('sees one object only, where one is meant', async () => {
    await create(aPod('a', 'web'));
    await create(aPod('b', 'web'));
    const watch = watchPods('b');
    await clock.advance(0);
    await watch.current(never);
    expect([watch.get('a'), watch.get('b')]).toEqual([undefined, 'web']);
  });

  it('names the right that is missing and the command that grants it, and works as soon as it is granted', async () => {
    const user = 'system:serviceaccount:sluice:sluice';
    refuse(
      'KUBE_FORBIDDEN',
      `list pods in shop: pods is forbidden: User "${user}" cannot list resource "pods" in API group "" in the namespace "shop" (HTTP 403)`,
    );
    const watch = watchPods();
    const error = await outcomeOf(watch.current(never));
    expect(error).toMatchObject({
      code: 'KUBE_FORBIDDEN',
      message: expect.stringMatching(
        /cannot list resource "pods".*; to allow it: kubectl create role sluice-list-watch-pods --namespace=shop --verb=list,watch --resource=pods && kubectl create rolebinding .* --serviceaccount=sluice:sluice$/,
      ),
    });
    expect(await outcomeOf(watch.current(never))).toBe(error);
    kube.intercept = () => {};
    await clock.advance(10_000);
    expect(await outcomeOf(watch.current(never))).toBe('current');
  });

  it('tells after a second why it is not up to date while the API server is away, and is again when that is back', async () => {
    await create(aPod('a', 'web'));
    const watch = watchPods();
    await clock.advance(0);
    await watch.current(never);
    refuse('KUBE_UNAVAILABLE', 'watch pods in shop: no answer from the API server');
    kube.endWatches();
    await clock.advance(RECONNECT_MS);
    const current = watch.current(never);
    expect(await outcomeOf(current)).toBe('waits');
    await clock.advance(1_000);
    expect(await outcomeOf(current)).toMatchObject({ code: 'KUBE_UNAVAILABLE' });
    kube.intercept = () => {};
    await create(aPod('b', 'web'));
    await clock.advance(10_000);
    expect(await outcomeOf(watch.current(never))).toBe('current');
    expect([watch.get('a'), watch.get('b')]).toEqual(['web', 'web']);
  });

  it('lists anew when the version it stands at is compacted, and misses nothing', async () => {
    await create(aPod('a', 'web'));
    const watch = watchPods();
    await clock.advance(0);
    await watch.current(never);
    let isGone = true;
    kube.intercept = ({ verb }) => {
      if (verb === 'watch' && isGone) {
        isGone = false;
        throw new KubeError('too old resource version', { code: 'KUBE_GONE', retry: 'now', status: 410 });
      }
    };
    const changes: ClusterChange<string>[] = [];
    watch.subscribe((change) => changes.push(change));
    kube.endWatches();
    await kube.delete(PODS, { namespace: 'shop', name: 'a' }, { signal: never });
    await clock.advance(RECONNECT_MS);
    await watch.current(never);
    expect(changes).toEqual([
      { name: 'a', after: 'web' },
      { name: 'a', before: 'web' },
    ]);
    expect(kube.history.filter(({ verb }) => verb === 'list')).toHaveLength(2);
  });

  it('lets a caller go when its signal aborts', async () => {
    kube.intercept = ({ verb }) => (verb === 'list' ? new Promise<void>(() => {}) : undefined);
    const watch = cluster.watch({ kind: 'ConfigMap', namespace: 'shop' }, app);
    const stop = new AbortController();
    const current = watch.current(stop.signal);
    const reason = new Error('too late');
    stop.abort(reason);
    await expect(current).rejects.toBe(reason);
    await expect(watch.current(stop.signal)).rejects.toBe(reason);
    expect(kube.history.map(({ resource }) => resource)).toEqual([CONFIG_MAPS.plural]);
  });

  it('asks nothing more once it is closed, and leaves no timer', async () => {
    const watch = watchPods();
    await clock.advance(0);
    await watch.close();
    const asked = kube.history.length;
    await clock.advance(600_000);
    expect([kube.history.length, clock.pending()]).toEqual([asked, 0]);
  });
});
