// A worker that is sized by the pods of another workload: from zero, up, by nodes, and back to zero, with one list and one watch.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { scaledObjects } from '../../src/api/names.ts';
import { DEPLOYMENTS, PODS } from '../../src/kube/resources.ts';
import type { SeenRequest } from '../../src/sandbox/api-server/http/faults.ts';
import { eventually } from '../support/eventually.ts';
import { aScaledWorker, aWorker } from '../support/queue-worker.ts';
import { NAMESPACE, startWorld, type World } from '../support/world.ts';

/** A watch that was refused, or whose server was away, is tried again after at most ten seconds. */
const PATIENCE_MS = 30_000;

describe('a worker on the pods of another workload', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
    await world.apply(aWorker('web', 0), ...aFollower('proxy', { podSelector: 'app=web', value: '2' }));
    await eventually('it is in force', async () => (await world.condition('proxy', 'Ready')).status === 'True');
  });
  afterAll(() => world.stop());

  const setWeb = (replicas: number): Promise<void> => world.change(DEPLOYMENTS, 'web', { spec: { replicas } });
  const sizeOf = (name: string, replicas: number): Promise<unknown> =>
    eventually(`${name} has ${replicas} replicas`, async () => (await world.replicas(name)) === replicas, PATIENCE_MS);

  it('wakes with the first pods, to one replica for every two of them, and answers the HPA', async () => {
    await world.looks('proxy');
    expect(await world.replicas('proxy')).toBe(0);
    await setWeb(5);
    await sizeOf('proxy', 3);
    await eventually('the metric is there', async () => {
      const name = `s0-workload-${NAMESPACE}`;
      expect(await world.metric('proxy', name)).toMatchObject([{ metricName: name, value: '5' }]);
    });
  });

  it('counts nodes instead, where that is asked for, and pods that match no more are none', async () => {
    const byNode = { podSelector: 'app in (web, api),!canary', value: '1', groupByNode: 'true' };
    await world.apply(...aFollower('agent', byNode));
    await sizeOf('agent', 1);
    const pods = await world.cluster.client.list(PODS, {
      namespace: NAMESPACE,
      labelSelector: 'app=web',
      signal: new AbortController().signal,
    });
    for (const { metadata } of pods.items)
      await world.change(PODS, metadata.name, { metadata: { labels: { canary: 'yes' } } });
    await sizeOf('agent', 0);
    expect(await world.replicas('proxy')).toBe(3);
  });

  it('sleeps again when they are gone', async () => {
    await setWeb(0);
    await sizeOf('proxy', 0);
  });

  it('asked the API server for pods once, however many triggers and looks there were', () => {
    const asked = world.cluster.requests.filter(
      ({ path, userAgent }: SeenRequest) => userAgent.startsWith('sluice/') && /\/pods\b/.test(path),
    );
    expect(asked.map(({ path }) => (path.includes('watch=true') ? 'watch' : 'list'))).toEqual(['list', 'watch']);
    expect(asked.map(({ path }) => path.startsWith(`/api/v1/namespaces/${NAMESPACE}/pods?`))).toEqual([true, true]);
  });

  it('goes on after the API server was away and has forgotten what was before', async () => {
    await world.cluster.restartServer(() => world.cluster.server.compact());
    await setWeb(6);
    await sizeOf('proxy', 3);
  });

  it('holds its size while pods may not be watched, says what is missing, and goes on when they may', async () => {
    await setWeb(6);
    await sizeOf('proxy', 3);
    // The watch ends with the last trigger, so that the next one meets the refusal.
    await world.remove(scaledObjects, 'agent');
    const message =
      'pods is forbidden: User "system:serviceaccount:sluice:sluice" cannot list resource "pods" in API group "" in the namespace "shop"';
    const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 403, reason: 'Forbidden', message };
    const end = world.cluster.server.inject(({ path, userAgent }) =>
      userAgent.startsWith('sluice/') && /\/pods\?/.test(path)
        ? { status: 403, body: JSON.stringify(status) }
        : undefined,
    );
    await world.stopProgram();
    await world.start();
    await setWeb(0);
    await eventually('the condition says so', async () => {
      const { message: said } = await world.condition('proxy', 'Ready');
      expect(said).toContain('to allow it: kubectl create role sluice-list-watch-pods --namespace=shop');
    });
    await world.looks('proxy', 3);
    expect(await world.replicas('proxy')).toBe(3);
    end();
    await sizeOf('proxy', 0);
    await eventually('all is well', async () => (await world.condition('proxy', 'Ready')).status === 'True');
  });
});

function aFollower(name: string, metadata: Readonly<Record<string, string>>) {
  return aScaledWorker(name, { spec: { triggers: [{ type: 'kubernetes-workload', metadata }] } });
}
