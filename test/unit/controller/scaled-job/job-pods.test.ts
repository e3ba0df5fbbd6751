// The pods of Jobs: watched while somebody wants to know, pruned, and found by their Job.
import { expect, it } from '@jest/globals';
import { createJobPods } from '../../../../src/controller/scaled-job/job-pods.ts';
import { KubeError } from '../../../../src/errors.ts';
import type { KubeObject } from '../../../../src/kube/client.ts';
import { PODS } from '../../../../src/kube/resources.ts';
import { silentLogger } from '../../../../src/log.ts';
import { createFakeClock } from '../../../support/clock.ts';
import { createMemoryKube } from '../../../support/memory-kube.ts';

const { signal } = new AbortController();
const job = { namespace: 'shop', name: 'job-1' };

function setUp() {
  const clock = createFakeClock();
  const kube = createMemoryKube(clock.now);
  const pods = createJobPods({ client: kube, clock, random: () => 0.5, log: silentLogger, namespaces: [] });
  const create = (name: string, status: unknown): Promise<KubeObject> =>
    kube.create(
      PODS,
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: 'shop', labels: { 'job-name': 'job-1', 'scaledjob.keda.sh/name': 'worker' } },
        spec: { containers: [{ name: 'app', image: 'x'.repeat(10_000) }] },
        status,
      } as KubeObject,
      { signal },
    );
  return { clock, kube, pods, create };
}

it('knows nothing until somebody wants to know, and nothing after the last one is gone', async () => {
  const { clock, kube, pods, create } = setUp();
  await create('a', { phase: 'Running' });
  await pods.untilKnown(signal);
  expect(pods.of(job)).toBeUndefined();
  pods.want('one');
  pods.want('two');
  await clock.advance(100);
  expect(pods.of(job)).toHaveLength(1);
  expect(pods.of({ namespace: 'shop', name: 'other' })).toEqual([]);
  pods.release('one');
  expect(pods.of(job)).toHaveLength(1);
  pods.release('two');
  expect(pods.of(job)).toBeUndefined();
  expect(kube.history.filter(({ verb }) => verb === 'watch')).toHaveLength(1);
  await pods.close();
});

it('keeps of a pod its phase, the conditions that are True, and since when it was seen to run', async () => {
  const { clock, kube, pods, create } = setUp();
  pods.want('one');
  await clock.advance(100);
  const startedAt = '2026-01-01T00:00:07Z';
  const seenAt = clock.now();
  await create('a', {
    phase: 'Running',
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'Taken', status: 'False' },
    ],
    containerStatuses: [
      { state: { running: { startedAt: '2026-01-01T00:00:03Z' } } },
      { state: { terminated: { startedAt } } },
    ],
  });
  await clock.advance(10);
  expect(pods.of(job)?.map(({ status }) => status)).toEqual([
    { phase: 'Running', conditions: ['Ready'], runningSince: seenAt },
  ]);
  expect(JSON.stringify(pods.of(job))).not.toContain('xxx');
  await kube.delete(PODS, { namespace: 'shop', name: 'a' }, { signal });
  await clock.advance(10);
  expect(pods.of(job)).toEqual([]);
  await pods.close();
});

it('takes the moment at which it saw a pod run, where the pod does not say since when', async () => {
  const { clock, kube, pods, create } = setUp();
  pods.want('one');
  await clock.advance(100);
  await create('a', { phase: 'Running' });
  await clock.advance(10);
  const since = pods.of(job)?.[0]?.status.runningSince ?? 0;
  expect(clock.now() - since).toBeLessThanOrEqual(10);
  await clock.advance(5_000);
  const body = { status: { conditions: [{ type: 'Ready', status: 'True' }] } };
  await kube.patch(PODS, { namespace: 'shop', name: 'a' }, { type: 'merge', body }, { signal, subresource: 'status' });
  await clock.advance(10);
  expect(pods.of(job)?.[0]?.status).toEqual({ phase: 'Running', conditions: ['Ready'], runningSince: since });
  await pods.close();
});

it('believes of pods that ran before it came when they began, but for a minute', async () => {
  const { clock, pods, create } = setUp();
  const ago = (ms: number) => new Date(clock.now() - ms).toISOString();
  for (const [name, ms] of Object.entries({ old: 3_600_000, young: 30_000, ahead: -30_000 })) {
    await create(name, { phase: 'Running', containerStatuses: [{ state: { running: { startedAt: ago(ms) } } }] });
  }
  const now = clock.now();
  pods.want('one');
  await clock.advance(100);
  expect(pods.of(job)?.map(({ status }) => status.runningSince)).toEqual([now - 3_540_000, now, now]);
  await pods.close();
});

it('counts anew from a container that began again', async () => {
  const { clock, kube, pods, create } = setUp();
  const running = (startedAt: string) => ({ status: { containerStatuses: [{ state: { running: { startedAt } } }] } });
  pods.want('one');
  await clock.advance(100);
  await create('a', { phase: 'Running', ...running('2025-12-31T23:00:00Z').status });
  await clock.advance(5_000);
  const before = pods.of(job)?.[0]?.status.runningSince ?? 0;
  const [key, body] = [{ namespace: 'shop', name: 'a' }, running('2025-12-31T23:00:05Z')];
  await kube.patch(PODS, key, { type: 'merge', body }, { signal, subresource: 'status' });
  await clock.advance(10);
  expect((pods.of(job)?.[0]?.status.runningSince ?? 0) - before).toBeGreaterThanOrEqual(5_000);
  await pods.close();
});

it('does not wait for ever where pods may not be watched', async () => {
  const { clock, kube, pods } = setUp();
  kube.intercept = () => {
    throw new KubeError('may not list pods', { code: 'KUBE_FORBIDDEN', retry: 'backoff' });
  };
  pods.want('one');
  let isOver = false;
  const waiting = pods.untilKnown(signal).then(() => (isOver = true));
  await clock.advance(1_000);
  expect(isOver).toBe(false);
  await clock.advance(5_000);
  await waiting;
  expect(pods.of(job)).toBeUndefined();
  await Promise.all([pods.close(), clock.advance(10)]);
});
