// What an object needs is deleted while it scales: it says what is missing, leaves nothing behind, and works again when it is back.
import { expect, it } from '@jest/globals';
import { scaledObjects } from '../../../src/api/names.ts';
import type { KubeObject } from '../../../src/kube/client.ts';
import { CUSTOM_RESOURCE_DEFINITIONS, DEPLOYMENTS, NAMESPACES, SECRETS } from '../../../src/kube/resources.ts';
import { installKinds } from '../../../src/sandbox/sandbox.ts';
import { eventually } from '../../support/eventually.ts';
import { aScaledObject, aWorker, brokerAccess } from '../../support/queue-worker.ts';
import { COLLECTED_MS, NAMESPACE } from '../../support/world.ts';
import { describeFaults } from './fault-world.ts';

const CRD = 'scaledobjects.keda.sh';
const { signal } = new AbortController();

describeFaults('something that is deleted while it scales', {}, (world) => {
  /** Runs with four replicas while messages wait. */
  async function aBusyOne(name: string): Promise<void> {
    await world.aSleeper(name);
    await world.wakes(name, 35, 4);
  }
  const warnings = (about: string): readonly string[] =>
    world.log.filter((line) => line.includes('"level":"warn"') && line.includes(about));

  it('the target: its HPA waits for the next one, which is woken at once', async () => {
    await aBusyOne('target');
    await world.remove(DEPLOYMENTS, 'target');
    await eventually('it says so', async () => {
      expect(await world.condition('target', 'Ready')).toMatchObject({
        status: 'False',
        message: expect.stringContaining('Deployment "shop/target" does not exist'),
      });
    });
    await world.apply(aWorker('target', 0));
    await eventually('it is awake', async () => (await world.replicas('target')) === 4);
    await eventually('all is well', async () => (await world.condition('target', 'Ready')).status === 'True');
  });

  it('the Secret: nobody is put to sleep, and work wakes again when it is back', async () => {
    await aBusyOne('secret');
    await world.aSleeper('sleeper');
    await world.remove(SECRETS, 'broker');
    await eventually('it says so', async () => {
      expect(await world.condition('sleeper', 'Ready')).toMatchObject({
        status: 'False',
        message: expect.stringContaining('broker'),
      });
    });
    await world.send('sleeper', 35);
    await world.looks('sleeper', 3);
    await world.hasHad('secret', 0, 4);
    await world.apply(...brokerAccess(world.broker.connectionString()));
    await eventually('it is awake', async () => (await world.replicas('sleeper')) === 4);
    await world.hasHad('secret', 0, 4);
  });

  it('the CRD: everything goes with it, and comes back with it', async () => {
    await aBusyOne('crd');
    await world.cluster.client.delete(CUSTOM_RESOURCE_DEFINITIONS, { name: CRD }, { signal });
    await eventually('the kind is gone', async () =>
      world.cluster.client.list(scaledObjects, { signal }).then(
        () => false,
        () => true,
      ),
    );
    await eventually('its HPA is gone', async () => (await world.hpa('keda-hpa-crd')) === undefined, COLLECTED_MS);
    const since = world.cluster.requests.length;
    await eventually('it is looked for', () =>
      world.cluster.requests.slice(since).some(({ path }) => path.includes('scaledobjects')),
    );
    expect(world.writes(since)).toEqual([]);
    expect(await world.replicas('crd')).toBe(4);
    await eventually('it says so', () => warnings('does not serve this kind').length === 1);

    await installKinds(world.cluster.client, world.metricsPort, signal);
    await eventually('the kind is served', async () => {
      await world.apply(aScaledObject('crd'));
      return true;
    });
    await world.send('crd', 30);
    await eventually('it grows', async () => (await world.replicas('crd')) === 7, 30_000);
    await world.hasHad('crd', 0, 4, 7);
  }, 120_000);

  it('the namespace: it ends without a fight, and a new one of its name works', async () => {
    await aBusyOne('namespace');
    await world.cluster.client.delete(NAMESPACES, { name: NAMESPACE }, { signal });
    await eventually(
      'it is gone',
      async () =>
        world.cluster.client.get(NAMESPACES, { name: NAMESPACE }, { signal }).then(
          () => false,
          (error: { code?: string }) => error.code === 'KUBE_NOT_FOUND',
        ),
      30_000,
    );
    await world.cluster.client.create(
      NAMESPACES,
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } } as KubeObject,
      { signal },
    );
    await world.apply(...brokerAccess(world.broker.connectionString()));
    await world.aSleeper('again');
    await world.wakes('again', 35, 4);
    await world.aSleeper('namespace');
    await eventually('it is awake', async () => (await world.replicas('namespace')) === 4);
  }, 90_000);
});
