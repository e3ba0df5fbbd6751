// API priority and fairness gives Sluice's user hardly any seats: it waits as long as it is told to, and gets there.
import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { kubeconfigText } from '../../../src/sandbox/api-server/kubeconfig.ts';
import { eventually } from '../../support/eventually.ts';
import { aScaledWorker } from '../../support/queue-worker.ts';
import { describeFaults } from './fault-world.ts';

const USER = 'throttled';
const OBJECTS = 30;
const { signal } = new AbortController();

describeFaults('a user with hardly any seats', { program: 'none' }, (world) => {
  const create = (path: string, object: unknown): Promise<unknown> =>
    world.cluster.client.request('POST', `/apis/${path}`, object, { signal });

  it('is told to wait, does so, and wakes every worker in one step', async () => {
    const names = Array.from({ length: OBJECTS }, (_, i) => `worker-${i}`);
    await restrict(create);
    for (const name of names) await world.send(name, 35);
    await world.apply(...names.flatMap((name) => aScaledWorker(name)));
    const kubeconfig = join(world.cluster.directory, 'throttled.kubeconfig');
    const { url, caPem } = world.cluster.server;
    const pair = await world.cluster.server.credentials(USER, []);
    await writeFile(kubeconfig, kubeconfigText({ url, caPem, user: USER, pair }));
    await world.start({ kubeconfig });
    await eventually(
      'all are awake and in order',
      async () => {
        for (const name of names) expect(world.sizes(name).at(-1)).toMatchObject({ replicas: 4, generation: 2 });
        for (const name of names) expect(await world.condition(name, 'Ready')).toMatchObject({ status: 'True' });
      },
      60_000,
    );
    const refused = world.log.filter((line) => line.includes('HTTP 429') && line.includes('API call is tried again'));
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(5 * OBJECTS);
    const told = world.log.filter((line) => line.includes('"level":"warn"') && line.includes('HTTP 429'));
    expect(told.length).toBeLessThanOrEqual(1);
  }, 90_000);
});

/** May do everything, but at most a seat or two at a time, and nobody waits in line. */
async function restrict(create: (path: string, object: unknown) => Promise<unknown>): Promise<void> {
  await create('rbac.authorization.k8s.io/v1/clusterrolebindings', {
    metadata: { name: USER },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: USER }],
  });
  await create('flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations', {
    metadata: { name: USER },
    spec: {
      type: 'Limited',
      limited: {
        nominalConcurrencyShares: 1,
        lendablePercent: 0,
        borrowingLimitPercent: 0,
        limitResponse: { type: 'Reject' },
      },
    },
  });
  const everything = { verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'], clusterScope: true };
  await create('flowcontrol.apiserver.k8s.io/v1/flowschemas', {
    metadata: { name: USER },
    spec: {
      priorityLevelConfiguration: { name: USER },
      matchingPrecedence: 2,
      rules: [{ subjects: [{ kind: 'User', user: { name: USER } }], resourceRules: [everything] }],
    },
  });
}
