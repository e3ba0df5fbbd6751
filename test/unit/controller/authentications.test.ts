// Authentications come, change and go: what is told, and that KEDA's finalizer holds none of them.
import { afterEach, describe, expect, it } from '@jest/globals';
import { clusterTriggerAuthentications, triggerAuthentications } from '../../../src/api/names.ts';
import { KubeError } from '../../../src/errors.ts';
import type { KubeObject } from '../../../src/kube/client.ts';
import { createWorld, never, type World } from '../../support/controller-world.ts';

let world: World;
afterEach(() => world.stop());

const FINALIZER = 'finalizer.keda.sh';
const anAuthentication = (kind: string, finalizers: string[] = []): KubeObject => {
  const namespace = kind === 'TriggerAuthentication' ? { namespace: 'shop' } : {};
  const object = {
    apiVersion: 'keda.sh/v1alpha1',
    kind,
    metadata: { name: 'broker', ...namespace, ...(finalizers.length > 0 ? { finalizers } : {}) },
    spec: {},
  };
  return object;
};
const told = () => world.events.map(({ type, reason, note }) => `${type} ${reason}: ${note}`);

const kinds = [
  ['TriggerAuthentication', triggerAuthentications, { namespace: 'shop', name: 'broker' }],
  ['ClusterTriggerAuthentication', clusterTriggerAuthentications, { name: 'broker' }],
] as const;

describe.each(kinds)('a %s', (kind, resource, key) => {
  it('is told of when it is added, changed and deleted, and not when only its status changes', async () => {
    const { kube } = (world = await createWorld());
    await kube.create(resource, anAuthentication(kind), { signal: never });
    await world.clock.advance(100);
    const change = (body: unknown, subresource?: 'status') =>
      kube.patch(resource, key, { type: 'merge', body }, { signal: never, ...(subresource ? { subresource } : {}) });
    await change({ metadata: { labels: { team: 'a' } } });
    await change({ status: { scaledobjects: 'a' } }, 'status');
    await change({ spec: { env: [] } });
    await kube.delete(resource, key, { signal: never });
    await world.clock.advance(100);
    expect(told()).toEqual([
      `Normal ${kind}Added: ${kind} was added`,
      `Normal ${kind}Updated: ${kind} was updated`,
      `Normal ${kind}Deleted: ${kind} was deleted`,
    ]);
  });

  it('is not told of again after a restart', async () => {
    world = await createWorld([anAuthentication(kind)]);
    await world.restart();
    await world.clock.advance(60_000);
    expect(told()).toEqual([]);
  });

  it('that KEDA left its finalizer on can be deleted, and keeps what is not KEDA’s', async () => {
    const { kube } = (world = await createWorld([anAuthentication(kind, [FINALIZER, 'example.com/other'])]));
    await world.clock.advance(60_000);
    expect(kube.writes()).toEqual([]);
    await kube.delete(resource, key, { signal: never });
    await world.clock.advance(100);
    expect(kube.peek(resource, key)?.metadata.finalizers).toEqual(['example.com/other']);
    expect(told()).toEqual([]);
    const body = { metadata: { finalizers: [] } };
    await kube.patch(resource, key, { type: 'merge', body }, { signal: never });
    await world.clock.advance(100);
    expect(kube.peek(resource, key)).toBeUndefined();
    expect(told()).toEqual([`Normal ${kind}Deleted: ${kind} was deleted`]);
  });

  it('that waits to be deleted when Sluice starts is let go, as soon as the API server agrees', async () => {
    const { kube } = (world = await createWorld([anAuthentication(kind, [FINALIZER])]));
    await world.stop();
    await kube.delete(resource, key, { signal: never });
    let refusals = 2;
    kube.intercept = ({ verb }) => {
      if (verb !== 'patch' || refusals-- <= 0) return;
      throw new KubeError('not now', { code: 'KUBE_UNAVAILABLE', retry: 'backoff' });
    };
    await world.restart();
    expect(kube.peek(resource, key)).toBeDefined();
    await world.clock.advance(30_000);
    expect(kube.peek(resource, key)).toBeUndefined();
  });

  it('of another replica is left to that one', async () => {
    const ownership = {
      owns: () => false,
      whileOwned: async () => ({ kind: 'not-now' }) as const,
      subscribe: () => {},
      note: () => {},
      noteOn: () => undefined,
    };
    const { kube } = (world = await createWorld([], {}, { ownership }));
    await kube.create(resource, anAuthentication(kind, [FINALIZER]), { signal: never });
    await kube.delete(resource, key, { signal: never });
    await world.clock.advance(60_000);
    expect(kube.peek(resource, key)).toBeDefined();
    expect(told()).toEqual([]);
  });
});
