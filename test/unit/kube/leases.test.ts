// The Leases of a ring.
import { describe, expect, it } from '@jest/globals';
import { createLeases, type Lease, MEMBERS, ringSelector } from '../../../src/kube/leases.ts';
import { LEASES } from '../../../src/kube/resources.ts';
import { createMemoryKube } from '../../support/memory-kube.ts';

const { signal } = new AbortController();
const at = Date.UTC(2026, 0, 1, 12, 30, 0, 7);

function aRing(ring = 'metrics', client = createMemoryKube()) {
  const leases = createLeases({ client, namespace: 'sluice', ring, durationSeconds: 4 });
  const peek = (name: string): Lease | undefined => client.peek<Lease>(LEASES, { namespace: 'sluice', name });
  return { client, leases, peek };
}
const renewal = { members: ['a', 'b'], notes: '', at };

describe('kube/leases', () => {
  it('say who holds them, until when, and whom the holder knows', async () => {
    const { leases, peek } = aRing();
    await leases.create('a', 'pod-a', renewal, signal);
    expect(peek('a')).toMatchObject({
      metadata: { labels: { 'sluice.dev/ring': 'metrics' }, annotations: { [MEMBERS]: 'a,b' } },
      spec: { holderIdentity: 'pod-a', leaseDurationSeconds: 4, renewTime: '2026-01-01T12:30:00.007000Z' },
    });
  });

  it('are not mistaken for those of another ring in the namespace', async () => {
    const { client, leases } = aRing();
    await leases.create('a', 'pod-a', renewal, signal);
    expect(await aRing('other', client).leases.list(signal)).toEqual([]);
    expect(await leases.list(signal)).toHaveLength(1);
  });

  it('can be renewed over an answer that got lost, but not once they are gone', async () => {
    const { leases, peek } = aRing();
    const lease = await leases.create('a', 'pod-a', renewal, signal);
    await leases.renew(lease, { ...renewal, members: ['a'], at: at + 1 }, signal);
    await leases.renew(lease, { ...renewal, members: ['a'], at: at + 2 }, signal);
    expect(peek('a')?.spec?.renewTime).toBe('2026-01-01T12:30:00.009000Z');
    await leases.remove(lease, signal);
    await expect(leases.renew(lease, renewal, signal)).rejects.toMatchObject({ code: 'KUBE_NOT_FOUND' });
  });

  it('are not renewed for somebody else of the same name', async () => {
    const { leases } = aRing();
    const lease = await leases.create('a', 'pod-a', renewal, signal);
    await leases.remove(lease, signal);
    await leases.create('a', 'pod-a', renewal, signal);
    await expect(leases.renew(lease, renewal, signal)).rejects.toMatchObject({ code: 'KUBE_CONFLICT' });
  });

  it('are not taken away if they were renewed meanwhile', async () => {
    const { leases, peek } = aRing();
    const lease = await leases.create('a', 'pod-a', renewal, signal);
    const version = peek('a')?.metadata.resourceVersion ?? '';
    await leases.renew(lease, { ...renewal, at: at + 1 }, signal);
    await expect(leases.remove({ ...lease, version }, signal)).rejects.toMatchObject({ code: 'KUBE_CONFLICT' });
    await leases.release(lease, signal);
    expect(peek('a')?.spec?.holderIdentity).toBe('');
  });

  it('have a label that Kubernetes accepts, however long the name of the ring is', () => {
    expect(ringSelector(`${'x'.repeat(62)}-metrics`)).toBe(`sluice.dev/ring=${'x'.repeat(62)}`);
  });
});
