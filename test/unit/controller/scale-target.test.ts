// Targets of every kind: what is known of their replicas, and how these are written.
import { describe, expect, it } from '@jest/globals';
import { createScaleTargets, pruneWorkload, type Workload } from '../../../src/controller/scale-target.ts';
import { KubeError } from '../../../src/errors.ts';
import type { KubeObject, Resource } from '../../../src/kube/client.ts';
import { PODS } from '../../../src/kube/resources.ts';
import { createObjectStore } from '../../../src/kube/object-store.ts';
import { silentLogger } from '../../../src/log.ts';
import { createFakeClock } from '../../support/clock.ts';
import { never } from '../../support/controller-world.ts';
import { createMemoryKube } from '../../support/memory-kube.ts';

const widgets: Resource = { group: 'x.io', version: 'v1', plural: 'widgets', kind: 'Widget', namespaced: true };
const target = { namespace: 'shop', apiVersion: 'x.io/v1', kind: 'Widget', name: 'w' };
const metadata = { namespace: 'shop', name: 'w' };

async function aBench(scalable = true) {
  const clock = createFakeClock();
  const kube = createMemoryKube();
  const deployments = createObjectStore<Workload>(silentLogger);
  const spec = { replicas: 3, template: { spec: { containers: [{ name: 'app' }] } } };
  await kube.create(widgets, { apiVersion: 'x.io/v1', kind: 'Widget', metadata, spec } as KubeObject, {
    signal: never,
  });
  kube.history.length = 0;
  const targets = createScaleTargets({
    client: kube,
    clock,
    deployments,
    statefulSets: createObjectStore<Workload>(silentLogger),
    discovery: {
      async resourceOf({ kind }) {
        if (kind === 'Widget') return { ...widgets, scalable };
        throw new KubeError(`no kind ${kind}`, { code: 'KUBE_NOT_FOUND', retry: 'backoff', reason: 'KindNotServed' });
      },
    },
  });
  return { clock, kube, deployments, targets };
}

describe('controller/scale-target', () => {
  it('reads /scale of a kind that is not watched, once for looks that follow each other closely', async () => {
    const { targets, kube, clock } = await aBench();
    expect(await targets.observe(target, never)).toMatchObject({ replicas: 3, resource: { plural: 'widgets' } });
    await targets.observe(target, never);
    expect(kube.history).toHaveLength(1);
    await clock.advance(2_001);
    await targets.observe(target, never);
    expect(kube.history).toHaveLength(2);
  });

  it.each<[string, object | undefined, 'count-pods' | 'leave-pods', number | undefined]>([
    ['are counted where they matter', { selector: 'app=w' }, 'count-pods', 2],
    ['are not asked for where they do not', { selector: 'app=w' }, 'leave-pods', undefined],
    ['are unknown where the scale names no selector', undefined, 'count-pods', undefined],
  ])('Ready pods of a kind that is not watched %s', async (_what, status, count, expected) => {
    const { targets, kube } = await aBench();
    if (status) {
      const body = { type: 'merge', body: { status } } as const;
      await kube.patch(widgets, metadata, body, { signal: never, subresource: 'status' });
    }
    for (const [name, phase, ready] of [
      ['a', 'Running', 'True'],
      ['b', 'Running', 'True'],
      ['c', 'Running', 'False'],
      ['d', 'Pending', 'False'],
      ['e', 'Succeeded', 'True'],
    ] as const) {
      const labels = { app: 'w' };
      const conditions = [{ type: 'Ready', status: ready }];
      const pod = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { namespace: 'shop', name, labels },
        status: { phase, conditions },
      };
      await kube.create(PODS, pod, { signal: never });
    }
    kube.history.length = 0;
    expect((await targets.observe(target, never, count)).readyReplicas).toBe(expected);
    expect(kube.history.some(({ resource }) => resource === 'pods')).toBe(expected !== undefined);
  });

  it('does not know the Ready pods where it may not list them', async () => {
    const { targets, kube } = await aBench();
    const body = { type: 'merge', body: { status: { selector: 'app=w' } } } as const;
    await kube.patch(widgets, metadata, body, { signal: never, subresource: 'status' });
    kube.intercept = ({ resource }) => {
      if (resource === 'pods') throw new KubeError('pods is forbidden', { code: 'KUBE_FORBIDDEN', retry: 'backoff' });
    };
    expect(await targets.observe(target, never, 'count-pods')).toMatchObject({ replicas: 3, readyReplicas: undefined });
  });

  it('finds the pod template of any kind that has one', async () => {
    const { targets } = await aBench();
    expect(await targets.podTemplate(target, never)).toEqual({ containers: [{ name: 'app' }] });
    expect(await targets.podTemplate({ ...target, name: 'x' }, never)).toBeUndefined();
  });

  it('takes the replicas of a Deployment from the watch, 1 when it does not say', async () => {
    const { targets, kube, deployments } = await aBench();
    const of = { namespace: 'shop', apiVersion: 'apps/v1', kind: 'Deployment', name: 'w' };
    const spec = {
      template: { spec: { containers: [{ name: 'app', image: 'i', env: [{ name: 'A', value: 'x' }] }] } },
    };
    deployments.put(pruneWorkload({ apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec } as Workload));
    deployments.markSynced();
    expect(await targets.observe(of, never)).toMatchObject({ replicas: 1, readyReplicas: 0 });
    expect(await targets.podTemplate(of, never)).toEqual({
      containers: [{ name: 'app', env: [{ name: 'A', value: 'x' }] }],
    });
    expect(kube.history).toEqual([]);
  });

  it.each([
    ['there is no such object', true, { name: 'x' }, 'Widget "shop/x" does not exist: create it or correct the name'],
    ['it has no /scale', false, {}, 'Widget "shop/w" has no /scale subresource'],
    ['nobody serves its kind', true, { kind: 'Thing' }, 'no kind Thing'],
  ])('says so to the author when %s', async (_why, scalable, over, message) => {
    const { targets } = await aBench(scalable);
    await expect(targets.observe({ ...target, ...over }, never)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(message),
    });
  });

  it('writes when nobody else did', async () => {
    const { targets, kube } = await aBench();
    expect(await targets.step(target, 3, 5, never)).toEqual({ replicas: 5, by: 'us' });
    expect(kube.peek<Workload>(widgets, metadata)?.spec?.replicas).toBe(5);
  });

  it('writes nothing on top of somebody else’s number, and tells it', async () => {
    const { targets, kube } = await aBench();
    expect(await targets.step(target, 0, 5, never)).toEqual({ replicas: 3, by: 'others' });
    expect(kube.writes()).toEqual([]);
  });

  it('tries again when only something else about the target changed meanwhile', async () => {
    const { targets, kube } = await aBench();
    let isFirst = true;
    kube.intercept = async ({ verb }) => {
      if (verb !== 'patch' || !isFirst) return;
      isFirst = false;
      const body = { metadata: { labels: { touched: 'yes' } } };
      await kube.patch(widgets, metadata, { type: 'merge', body }, { signal: never });
    };
    expect(await targets.step(target, 3, 5, never)).toEqual({ replicas: 5, by: 'us' });
  });
});
