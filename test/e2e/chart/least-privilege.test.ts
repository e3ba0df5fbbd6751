// The narrower profiles of the chart: the program runs with what they grant, and is refused nothing but what they are for.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { scaledObjects } from '../../../src/api/names.ts';
import type { KubeObject } from '../../../src/kube/client.ts';
import { SECRETS } from '../../../src/kube/resources.ts';
import type { AccountOptions } from '../../support/cluster-server.ts';
import { eventually } from '../../support/eventually.ts';
import { createKubectl } from '../../support/kubectl.ts';
import { kubernetesVersion } from '../../support/kubernetes-version.ts';
import {
  aConfigMap,
  aScaledObject,
  aScaledWorker,
  aSecret,
  aTrigger,
  aWorker,
  brokerAccess,
} from '../../support/queue-worker.ts';
import { aScaledJobManifest, jobCondition, jobsOf } from '../../support/scaled-job-story.ts';
import { type Flags, startWorld, type World } from '../../support/world.ts';
import { whereBuildable } from '../control-plane/available.ts';
import { ACCOUNT } from './granted.ts';

const { signal } = new AbortController();

/** One world with the profile for the whole block; at its end the audit log has to hold the expected refusals, and no other. */
function describeProfile(title: string, account: AccountOptions, flags: Flags, body: (world: World) => void): void {
  whereBuildable(
    describe,
    `kubernetes-${kubernetesVersion()}`,
    'etcd',
    'helm',
  )(title, () => {
    const world = {} as World;
    beforeAll(async () => {
      Object.assign(world, await startWorld({ account, flags: { membership: 'true', ...flags } }));
      await world.apply(...brokerAccess(world.broker.connectionString()));
    }, 120_000);
    afterAll(() => world.stop?.(), 60_000);
    body(world);
  });
}

const named = (kind: string, name: string, spec: unknown): KubeObject =>
  ({ apiVersion: 'keda.sh/v1alpha1', kind, metadata: { name }, spec }) as KubeObject;
const inNamespace = (namespace: string, object: KubeObject): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, namespace },
});
const connection = (name: string) => [{ parameter: 'connection', name, key: 'connection' }];
const scaledBy = (
  name: string,
  authenticationRef: { readonly name: string; readonly kind?: string },
): readonly KubeObject[] => [
  aWorker(name, 0),
  aScaledObject(name, {
    spec: {
      triggers: [
        { type: 'azure-servicebus', metadata: { queueName: name, messageCount: '10' }, authenticationRef },
      ] as never,
    },
  }),
];
const wakes = (world: World, name: string): Promise<unknown> =>
  eventually(`${name} is awake`, async () => {
    expect(await world.condition(name, 'Ready')).toMatchObject({ status: 'True' });
    expect(await world.replicas(name)).toBe(2);
  });

describeProfile(
  'an account with the rights of one namespace',
  { chart: { watchNamespace: 'shop', 'operator.replicaCount': 2 }, refused: [] },
  { watchNamespaces: 'shop' },
  (world) => {
    it('has a whole life of a worker in its namespace', async () => {
      await world.send('orders', 15);
      await world.apply(...aScaledWorker('orders'));
      await wakes(world, 'orders');
      await eventually('the HPA is there', async () => (await world.hpa('keda-hpa-orders')) !== undefined);
      await world.drain('orders');
      await eventually('it sleeps', async () => (await world.replicas('orders')) === 0);
      await eventually('it is told', async () => (await world.events('orders')).length > 1);
      await world.remove(scaledObjects, 'orders');
      await eventually('it is gone', async () => (await world.find(scaledObjects, 'orders')) === undefined);
    });

    it.each([
      ['Secret', aSecret, 'secretTargetRef'],
      ['ConfigMap', aConfigMap, 'configMapTargetRef'],
    ] as const)('takes a value from a %s of its own namespace for everybody', async (kind, anObject, field) => {
      const name = `by-${kind.toLowerCase()}`;
      const object = anObject('everybody', { connection: world.broker.connectionString() });
      await world.send(name, 15);
      await world.apply(
        inNamespace(ACCOUNT.namespace, object),
        named('ClusterTriggerAuthentication', name, { [field]: connection('everybody') }),
        ...scaledBy(name, { name, kind: 'ClusterTriggerAuthentication' }),
      );
      await wakes(world, name);
    });

    it('counts the pods of its namespace', async () => {
      const metadata = { podSelector: 'app=counted', value: '2' };
      await world.apply(
        aWorker('counted', 3),
        ...aScaledWorker('counting', { spec: { triggers: [{ type: 'kubernetes-workload', metadata }] } }),
      );
      await wakes(world, 'counting');
    });

    it('leaves other namespaces alone', async () => {
      const web: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'web' } };
      await world.apply(web, inNamespace('web', aScaledObject('elsewhere')));
      await world.looks('by-secret', 3);
      const key = { namespace: 'web', name: 'elsewhere' };
      const { metadata, ...rest } = await world.cluster.client.get<KubeObject>(scaledObjects, key, { signal });
      expect([metadata.finalizers, rest]).toEqual([
        undefined,
        expect.not.objectContaining({ status: expect.anything() }),
      ]);
    });
  },
);

describeProfile(
  'an account with the rights to one Secret',
  {
    chart: {
      'permissions.operator.restrict': { secret: true, namespacesAllowList: ['shop'], namesAllowList: ['broker'] },
      'operator.replicaCount': 2,
    },
    // It is tried, because a right that was given in the meantime has to be noticed.
    refused: ['get secrets other in shop'],
  },
  {},
  (world) => {
    it('uses that one, and sees it change', async () => {
      await world.send('orders', 15);
      await world.change(SECRETS, 'broker', aSecret('broker', { connection: 'Endpoint=sb://nowhere/' }));
      await world.apply(...aScaledWorker('orders'));
      await eventually('it does not work', async () => (await world.condition('orders', 'Ready')).status === 'False');
      await world.apply(aSecret('broker', { connection: world.broker.connectionString() }));
      await wakes(world, 'orders');
    });

    it('says how to allow another, and uses it once it is allowed', async () => {
      await world.send('other', 15);
      await world.apply(
        aSecret('other', { connection: world.broker.connectionString() }),
        named('TriggerAuthentication', 'other', { secretTargetRef: connection('other') }),
        ...scaledBy('other', { name: 'other' }),
      );
      const refusal = 'to allow it: ';
      await eventually('it is refused', async () => {
        expect(await world.condition('other', 'Ready')).toMatchObject({
          status: 'False',
          message: expect.stringContaining(refusal),
        });
      });
      const { message = '' } = await world.condition('other', 'Ready');
      const kubectl = await createKubectl(world.cluster.server.adminKubeconfig());
      try {
        const may = (verb: string, ...of: string[]): Promise<string> =>
          kubectl
            .run(['auth', 'can-i', verb, ...of, '--as=system:serviceaccount:sluice:sluice'])
            .then(({ stdout }) => stdout.trim());
        for (const verb of ['get', 'list', 'watch'])
          expect([verb, await may(verb, 'secrets', '-A')]).toEqual([verb, 'no']);
        for (const command of message.slice(message.indexOf(refusal) + refusal.length).split(' && ')) {
          await kubectl.ok(command.trim().split(/\s+/).slice(1));
        }
      } finally {
        await kubectl.close();
      }
      await wakes(world, 'other');
    });

    it('makes HPAs and Jobs by its right to the finalizers of their owners, where owners are guarded', async () => {
      const path = '/apis/rbac.authorization.k8s.io/v1/clusterroles/sluice';
      const { client } = world.cluster;
      type Role = KubeObject & { readonly rules: readonly { readonly resources: readonly string[] }[] };
      const { rules } = await client.request<Role>('GET', path, undefined, { signal });
      const setRules = async (wanted: Role['rules']): Promise<void> => {
        const role = await client.request<Role>('GET', path, undefined, { signal });
        await client.request('PUT', path, { ...role, rules: wanted }, { signal });
      };
      await setRules(rules.filter(({ resources }) => !resources.includes('scaledobjects/finalizers')));
      await world.send('guarded', 15);
      const asJobs = aScaledJobManifest('guarded-jobs', { triggers: [aTrigger('guarded')] });
      await world.apply(...aScaledWorker('guarded'), asJobs);
      await eventually('it is refused', () => world.log.some((line) => line.includes('cannot set blockOwnerDeletion')));
      await eventually('Jobs are refused', async () =>
        expect((await jobCondition(world, 'guarded-jobs', 'Ready')).message).toContain('cannot set blockOwnerDeletion'),
      );
      expect(await world.hpa('keda-hpa-guarded')).toBeUndefined();
      expect(await jobsOf(world, 'guarded-jobs')).toEqual([]);
      await setRules(rules);
      await eventually('the HPA is there', async () => (await world.hpa('keda-hpa-guarded')) !== undefined, 45_000);
      await eventually('the Jobs are there', async () => (await jobsOf(world, 'guarded-jobs')).length === 2, 45_000);
    });
  },
);
