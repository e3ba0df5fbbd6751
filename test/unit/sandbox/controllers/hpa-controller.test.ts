// The sandbox's HPA controller: from external metrics to a size, with Kubernetes' reasons.
import { afterEach, describe, expect, it } from '@jest/globals';
import { DEPLOYMENTS, HORIZONTAL_POD_AUTOSCALERS } from '../../../../src/kube/resources.ts';
import type { Hpa } from '../../../../src/sandbox/controllers/hpa-object.ts';
import { aDeployment, createWorkloadWorld, type WorkloadWorld } from '../../../support/workload-world.ts';

let world: WorkloadWorld;
afterEach(() => world.stop());

const external = (name: string, target: object) => ({ type: 'External', external: { metric: { name }, target } });
const anHpa = (spec: Partial<Hpa['spec']> = {}): Hpa => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'hpa' },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    minReplicas: 1,
    maxReplicas: 10,
    metrics: [external('queue', { type: 'AverageValue', averageValue: '5' })],
    ...spec,
  },
});
const hpa = (): Hpa => world.kube.peek<Hpa>(HORIZONTAL_POD_AUTOSCALERS, { namespace: 'default', name: 'hpa' }) as Hpa;
const reasons = () =>
  Object.fromEntries((hpa().status?.conditions ?? []).map((c) => [c.type, `${c.status} ${c.reason}`]));

async function start(value: string | undefined, replicas = 1, spec: Partial<Hpa['spec']> = {}): Promise<void> {
  world = await createWorkloadWorld();
  if (value !== undefined) world.metrics.set('queue', value);
  await world.create(DEPLOYMENTS, aDeployment('web', { replicas }));
  await world.clock.advance(100);
  await world.create(HORIZONTAL_POD_AUTOSCALERS, anHpa(spec));
  await world.clock.advance(100);
}

describe('sandbox/controllers hpa', () => {
  it('goes up at its rate, look by look', async () => {
    await start('50');
    const sizes = [world.deployment('web').spec.replicas];
    for (let i = 0; i < 3; i++) {
      await world.clock.advance(15_000);
      sizes.push(world.deployment('web').spec.replicas);
    }
    expect(sizes).toEqual([4, 8, 10, 10]);
    expect(hpa().status).toMatchObject({
      currentReplicas: 10,
      desiredReplicas: 10,
      lastScaleTime: '2026-01-01T00:00:30Z',
      currentMetrics: [{ type: 'External', external: { metric: { name: 'queue' }, current: { averageValue: '5' } } }],
    });
    expect(reasons()).toEqual({
      AbleToScale: 'True ReadyForNewScale',
      ScalingActive: 'True ValidMetricFound',
      ScalingLimited: 'False DesiredWithinRange',
    });
  });

  it('says what happened on each look', async () => {
    await start('50');
    expect(reasons()).toEqual({
      AbleToScale: 'True SucceededRescale',
      ScalingActive: 'True ValidMetricFound',
      ScalingLimited: 'True ScaleUpLimit',
    });
    await world.clock.advance(30_000);
    world.metrics.set('queue', '1');
    await world.clock.advance(15_000);
    expect(reasons()).toMatchObject({ AbleToScale: 'True ScaleDownStabilized' });
    world.metrics.set('queue', '5000');
    await world.clock.advance(30_000);
    expect(reasons()).toMatchObject({ ScalingLimited: 'True TooManyReplicas' });
  });

  it('holds still at zero replicas', async () => {
    await start('50', 0);
    await world.clock.advance(60_000);
    expect(world.deployment('web').spec.replicas).toBe(0);
    expect(reasons()).toEqual({ AbleToScale: 'True SucceededGetScale', ScalingActive: 'False ScalingDisabled' });
  });

  it('keeps the size when the metric is missing, and recovers', async () => {
    await start(undefined, 3);
    expect(world.deployment('web').spec.replicas).toBe(3);
    expect(reasons()).toMatchObject({ ScalingActive: 'False FailedGetExternalMetric' });
    world.metrics.set('queue', '25');
    await world.clock.advance(15_000);
    expect(world.deployment('web').spec.replicas).toBe(5);
  });

  it('brings a size into the bounds without asking metrics', async () => {
    await start(undefined, 20);
    expect(world.deployment('web').spec.replicas).toBe(10);
  });

  it('says so when it has no metrics server, or the target does not exist', async () => {
    await start('5', 1, { metrics: [{ type: 'Resource' }] });
    expect(reasons()).toMatchObject({ ScalingActive: 'False FailedGetResourceMetric' });
    await world.change(HORIZONTAL_POD_AUTOSCALERS, 'hpa', { spec: { scaleTargetRef: { name: 'absent' } } });
    await world.clock.advance(100);
    expect(reasons()).toMatchObject({ AbleToScale: 'False FailedGetScale' });
  });

  it('compares a Value target with what is Ready', async () => {
    await start('10', 2, { metrics: [external('queue', { type: 'Value', value: '5' })] });
    expect(world.deployment('web').spec.replicas).toBe(4);
    expect(hpa().status?.currentMetrics?.[0]?.external.current).toEqual({ value: '10' });
  });

  it('goes down five minutes after the last higher recommendation', async () => {
    await start('50', 10);
    world.metrics.set('queue', '5');
    await world.clock.advance(290_000);
    expect(world.deployment('web').spec.replicas).toBe(10);
    await world.clock.advance(30_000);
    expect(world.deployment('web').spec.replicas).toBe(1);
  });

  it('writes nothing while nothing changes', async () => {
    await start('25', 5);
    await world.clock.advance(30_000);
    const before = world.kube.writes().length;
    await world.clock.advance(600_000);
    expect(world.kube.writes().slice(before)).toEqual([]);
  });
});
