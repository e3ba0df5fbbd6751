// Who uses an authentication, as its status tells.
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  clusterTriggerAuthentications,
  scaledJobs,
  scaledObjects,
  triggerAuthentications,
} from '../../../src/api/names.ts';
import type { KubeObject } from '../../../src/kube/client.ts';
import { aDeployment, aScaledObject, createWorld, never, type World } from '../../support/controller-world.ts';

let world: World;
afterEach(() => world.stop());

const anAuthentication = (kind: 'TriggerAuthentication' | 'ClusterTriggerAuthentication'): KubeObject => {
  const metadata = { name: 'broker', ...(kind === 'TriggerAuthentication' ? { namespace: 'shop' } : {}) };
  const object = { apiVersion: 'keda.sh/v1alpha1', kind, metadata, spec: {} };
  return object;
};
const using = (name: string, kind?: 'TriggerAuthentication' | 'ClusterTriggerAuthentication') => {
  const authenticationRef = { name: 'broker', ...(kind ? { kind } : {}) };
  const triggers = [{ type: 'queue', metadata: { queue: name }, authenticationRef }];
  return aScaledObject(name, { triggers, scaleTargetRef: { name } });
};
const aJobUsing = (name: string): KubeObject => {
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'app', image: 'app' }] } };
  const { triggers } = using(name).spec;
  const object = { ...using(name), kind: 'ScaledJob', spec: { jobTargetRef: { template }, triggers } };
  return object;
};
const recorded = (): unknown[] => [
  world.kube.peek<KubeObject & { status?: unknown }>(triggerAuthentications, { namespace: 'shop', name: 'broker' })
    ?.status,
  world.kube.peek<KubeObject & { status?: unknown }>(clusterTriggerAuthentications, { name: 'broker' })?.status,
];

describe('controller/authentication-users', () => {
  it('records them in one write, and takes away who is gone or turns elsewhere', async () => {
    const { kube } = (world = await createWorld(['a', 'b', 'c'].map((name) => aDeployment(name, 0))));
    await kube.create(triggerAuthentications, anAuthentication('TriggerAuthentication'), { signal: never });
    const cluster = anAuthentication('ClusterTriggerAuthentication');
    await kube.create(clusterTriggerAuthentications, cluster, { signal: never });
    for (const object of [using('b'), using('a'), using('c', 'ClusterTriggerAuthentication')]) {
      await kube.create(scaledObjects, object, { signal: never });
    }
    await world.clock.advance(1_500);
    expect(recorded()).toEqual([{ scaledobjects: 'a,b' }, { scaledobjects: 'c' }]);
    expect(kube.writes().filter(({ resource }) => resource.endsWith('authentications'))).toHaveLength(4);

    await kube.delete(scaledObjects, { namespace: 'shop', name: 'a' }, { signal: never });
    const { triggers } = using('b', 'ClusterTriggerAuthentication').spec;
    await kube.patch(
      scaledObjects,
      { namespace: 'shop', name: 'b' },
      { type: 'merge', body: { spec: { triggers } } },
      { signal: never },
    );
    await world.clock.advance(1_500);
    expect(recorded()).toEqual([{}, { scaledobjects: 'b,c' }]);
  });

  it('records ScaledJobs beside ScaledObjects, and leaves what it does not know alone', async () => {
    const { kube } = (world = await createWorld([aDeployment('a', 0)]));
    const stored = Object.assign(anAuthentication('TriggerAuthentication'), { status: { scaledjobs: 'gone' } });
    await kube.create(triggerAuthentications, stored, { signal: never });
    await kube.create(scaledObjects, using('a'), { signal: never });
    await kube.create(scaledJobs, aJobUsing('nightly'), { signal: never });
    await world.clock.advance(1_500);
    expect(recorded()[0]).toEqual({ scaledobjects: 'a', scaledjobs: 'nightly' });
    await kube.delete(scaledJobs, { namespace: 'shop', name: 'nightly' }, { signal: never });
    await world.clock.advance(60_000);
    expect(recorded()[0]).toEqual({ scaledobjects: 'a' });
    expect(
      kube
        .writes()
        .filter(({ subresource, resource }) => subresource === 'status' && resource.endsWith('authentications')),
    ).toHaveLength(2);
  });
});
