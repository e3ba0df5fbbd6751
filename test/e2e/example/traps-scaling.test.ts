// Things that cannot wake a target at zero, and a trigger that fails, with Sluice installed by Helm and real daprd sidecars.
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { KubeObject, Resource } from '../../../src/kube/client.ts';
import { eventually } from '../../support/eventually.ts';
import { whereBuildable } from '../control-plane/available.ts';
import { installChart } from './chart.ts';
import { aBinding, aComponent, anApp } from './trap-manifests.ts';
import { type Place, startTrapWorld, type TrapWorld } from './trap-world.ts';
import { warningsOf } from './warnings.ts';

jest.setTimeout(60_000);

const { signal } = new AbortController();
const SCALED_OBJECTS: Resource = {
  group: 'keda.sh',
  version: 'v1alpha1',
  plural: 'scaledobjects',
  kind: 'ScaledObject',
  namespaced: true,
};

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly message?: string;
}

function aScaledObject(target: string, trigger: object, spec: object = {}): object {
  return {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: { name: target },
    spec: { scaleTargetRef: { name: target }, pollingInterval: 1, cooldownPeriod: 1, triggers: [trigger], ...spec },
  };
}

const byQueue = (queueName: string) => ({
  type: 'azure-servicebus',
  metadata: { queueName },
  authenticationRef: { name: 'servicebus' },
});

const access = {
  apiVersion: 'keda.sh/v1alpha1',
  kind: 'TriggerAuthentication',
  metadata: { name: 'servicebus' },
  spec: { secretTargetRef: [{ parameter: 'connection', name: 'servicebus', key: 'connection' }] },
};

whereBuildable(
  describe,
  'kubernetes-1.36',
  'etcd',
  'dapr',
  'helm',
)('traps of scaling to zero', () => {
  let world: TrapWorld;
  beforeAll(async () => {
    world = await startTrapWorld('servicebus');
    await installChart(world.cluster.plane);
  }, 1_200_000);
  afterAll(() => world?.stop());

  const condition = async ({ namespace }: Place, name: string, type: string): Promise<Condition | undefined> => {
    const { client } = world.cluster.plane;
    const object = await client.get<KubeObject & { status?: { conditions?: readonly Condition[] } }>(
      SCALED_OBJECTS,
      { namespace, name },
      { signal },
    );
    return object.status?.conditions?.find((c) => c.type === type);
  };

  it('T12: a queue that does not exist is an error, not a zero: the target keeps its replicas', async () => {
    const place = await world.place('t12');
    await place.apply(access, anApp('worker', { replicas: 2, annotations: { 'dapr.io/enabled': 'false' } }));
    await place.ready('worker', 2);
    await place.apply(aScaledObject('worker', byQueue('t12')));
    await eventually('the ScaledObject says so', async () =>
      expect(await condition(place, 'worker', 'Ready')).toMatchObject({
        status: 'False',
        message: expect.stringMatching(/t12/),
      }),
    );
    expect(await place.pods('worker')).toHaveLength(2);
    // The queue's owner comes, and declares it: now it is known to be empty.
    const output = { metadata: { direction: 'output' }, scopes: ['owner'] };
    await place.apply(aBinding('servicebus', 'out', 't12', output), anApp('owner'));
    await place.gone('worker');
  });

  describe('T13: a cron binding', () => {
    const every = aComponent('tick', 'bindings.cron', {
      metadata: { schedule: '@every 1s', direction: 'input' },
      scopes: ['clock', 'witness'],
    });
    const ticks = (place: Place, container: string, pod?: string): number =>
      place.lines(container, pod).filter((line) => line.startsWith('200 POST /tick')).length;

    it('fires in every replica, and in none at zero', async () => {
      expect(await warningsOf(every)).toEqual([expect.stringContaining('never at zero replicas')]);
      const place = await world.place('t13-trap');
      const env = { ROUTES: '/tick' };
      await place.apply(every, anApp('clock', { replicas: 2, env }), anApp('witness', { env }));
      await place.ready('clock', 2);
      for (const { metadata } of await place.pods('clock')) {
        await eventually(`${metadata.name} ticks`, () => ticks(place, 'clock', metadata.name) > 1);
      }
      await place.scale('clock', 0);
      await place.gone('clock');
      const [atZero, seen] = [ticks(place, 'clock'), ticks(place, 'witness')];
      await eventually('it has been time to tick twice more', () => ticks(place, 'witness') >= seen + 2);
      expect(ticks(place, 'clock')).toBe(atZero);
    });

    it('with a cron trigger the target is there when it fires', async () => {
      const place = await world.place('t13');
      await place.apply(every, anApp('clock', { replicas: 0, env: { ROUTES: '/tick' } }));
      const metadata = { timezone: 'Etc/UTC', start: '0 0 * * *', end: '59 23 * * *', desiredReplicas: '1' };
      await place.apply(aScaledObject('clock', { type: 'cron', metadata }));
      await place.ready('clock', 1);
      await eventually('it ticks', () => ticks(place, 'clock') > 1);
    });
  });

  describe('T14: an app that others invoke through their sidecars', () => {
    const path = '/v1.0/invoke/callee/method/jobs';

    it('is not woken at zero, and the call is lost', async () => {
      const place = await world.place('t14-trap');
      await place.apply(anApp('caller'), anApp('callee', { env: { ROUTES: '/jobs' } }));
      await place.ready('caller', 1);
      await place.ready('callee', 1);
      expect(await place.sidecar('caller', path, { n: 1 })).toMatchObject({ status: 200 });
      await place.scale('callee', 0);
      await place.gone('callee');
      expect((await place.sidecar('caller', path, { n: 2 })).status).toBeGreaterThanOrEqual(500);
      await place.scale('callee', 1);
      await place.ready('callee', 1);
      await eventually(
        'calls arrive again',
        async () => (await place.sidecar('caller', path, { n: 3 })).status === 200,
      );
      const arrived = (): readonly string[] => place.lines('callee').filter((line) => line.startsWith('POST /jobs'));
      await eventually('the first and the third have arrived', () =>
        expect(arrived()).toEqual(['POST /jobs {"n":1}', 'POST /jobs {"n":3}']),
      );
    });

    it('with minReplicaCount 1 it stays', async () => {
      const place = await world.place('t14');
      const output = { metadata: { direction: 'output' }, scopes: ['caller'] };
      await place.apply(aBinding('servicebus', 'out', 't14', output), access, anApp('caller'));
      await place.ready('caller', 1);
      await place.apply(anApp('callee', { env: { ROUTES: '/jobs' } }));
      await place.apply(aScaledObject('callee', byQueue('t14'), { minReplicaCount: 1 }));
      await eventually('the trigger is inactive', async () =>
        expect(await condition(place, 'callee', 'Active')).toMatchObject({ status: 'False' }),
      );
      await place.ready('callee', 1);
      await eventually('it answers', async () => (await place.sidecar('caller', path, { n: 1 })).status === 200);
    });
  });
});
