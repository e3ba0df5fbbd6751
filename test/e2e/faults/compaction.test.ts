// etcd forgets what a Sluice that stood still has not seen yet: its watches are too old, so it lists anew and misses nothing.
import { expect, it } from '@jest/globals';
import { scaledObjects } from '../../../src/api/names.ts';
import { eventually } from '../../support/eventually.ts';
import { aScaledWorker } from '../../support/queue-worker.ts';
import { describeFaults } from './fault-world.ts';

describeFaults('an etcd that was compacted', { program: 'none' }, (world) => {
  it('hides nothing that was created, changed or deleted meanwhile', async () => {
    const sluice = await world.spawn();
    await Promise.all(['changed', 'deleted', 'remade', 'woken'].map((name) => world.aSleeper(name)));
    sluice.send('SIGSTOP');
    await world.send('created', 35);
    await world.apply(...aScaledWorker('created'));
    await world.change(scaledObjects, 'changed', { spec: { minReplicaCount: 2 } });
    await world.remove(scaledObjects, 'deleted');
    // Another object of the same name, which wants something else.
    await world.change(scaledObjects, 'remade', { metadata: { finalizers: null } });
    await world.remove(scaledObjects, 'remade');
    await world.apply(...aScaledWorker('remade', { spec: { minReplicaCount: 3 } }));
    await world.send('woken', 45);
    const since = world.cluster.requests.length;
    await world.cluster.restartServer(() => world.cluster.server.compact());
    sluice.send('SIGCONT');

    await eventually('all of it has come to pass', async () => {
      expect(await world.replicas('created')).toBe(4);
      expect(await world.replicas('changed')).toBe(2);
      expect(await world.find(scaledObjects, 'deleted')).toBeUndefined();
      expect(await world.replicas('remade')).toBe(3);
      expect(await world.replicas('woken')).toBe(5);
    });
    const asked = world.cluster.requests.slice(since).filter(({ userAgent }) => userAgent.startsWith('sluice/'));
    const lists = asked.filter(({ path }) => path.startsWith('/apis/keda.sh/v1alpha1/scaledobjects?limit='));
    // None when its socket still held every event that it had slept through; the next story always lists.
    expect(lists.length).toBeLessThanOrEqual(1);
  });

  it('is no reason for a write about what has not changed', async () => {
    await world.aSleeper('steady');
    await eventually('the HPA has said what it thinks', async () =>
      ['True', 'False'].includes((await world.condition('steady', 'HPAActive')).status ?? ''),
    );
    const since = world.cluster.requests.length;
    await world.cluster.restartServer(() => world.cluster.server.compact());
    await eventually('it lists', () =>
      world.cluster.requests
        .slice(since)
        .some(({ path }) => path.startsWith('/apis/keda.sh/v1alpha1/scaledobjects?limit=')),
    );
    await world.looks('steady');
    expect(world.writes(since).filter((write) => write.includes('steady'))).toEqual([]);
  });
});
