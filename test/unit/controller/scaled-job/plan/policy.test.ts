// What a ScaledJob asks for, with KEDA's defaults.
import { describe, expect, it } from '@jest/globals';
import { jobPolicyOf } from '../../../../../src/controller/scaled-job/plan/policy.ts';
import { aScaledJob, policyOf } from './job-world.ts';

describe('the policy of a ScaledJob', () => {
  it('has KEDA’s defaults', () => {
    expect(policyOf()).toEqual({
      minJobs: 0,
      room: 100,
      maxJobs: 100,
      pollingIntervalMs: 30_000,
      strategy: { kind: 'default' },
      combine: 'max',
      pendingPodConditions: [],
      startupMs: 10_000,
      accounting: 'Exact',
      history: { completeJobs: 100, failedJobs: 100 },
      rollout: { strategy: 'immediate', propagationPolicy: 'Background' },
      isPaused: false,
      fallback: undefined,
      readTimeoutMs: 3_000,
      usesPush: true,
    });
  });

  it.each([
    [{ minReplicaCount: 5 }, { minJobs: 5, room: 100, maxJobs: 105 }],
    [
      { minReplicaCount: 5, maxReplicaCount: 8 },
      { minJobs: 5, room: 3, maxJobs: 8 },
    ],
    [
      { minReplicaCount: 9, maxReplicaCount: 8 },
      { minJobs: 8, room: 8, maxJobs: 8 },
    ],
    [
      { rollout: { propagationPolicy: 'foreground' } },
      { rollout: { strategy: 'immediate', propagationPolicy: 'Foreground' } },
    ],
    [
      { scalingStrategy: { strategy: 'custom', customScalingRunningJobPercentage: '0.5' } },
      { strategy: { kind: 'custom', deduction: 0, runningShare: 0.5 } },
    ],
    [
      { scalingStrategy: { strategy: 'custom', customScalingRunningJobPercentage: 'half' } },
      { strategy: { kind: 'default' } },
    ],
    [{ scalingStrategy: { strategy: 'custom' } }, { strategy: { kind: 'default' } }],
    [{ advanced: { sluice: { accounting: 'KEDA', startupSeconds: 60 } } }, { accounting: 'KEDA', startupMs: 0 }],
    [
      { advanced: { sluice: { startupSeconds: 60, push: false, readTimeoutSeconds: 9 } } },
      { startupMs: 60_000, usesPush: false, readTimeoutMs: 9_000 },
    ],
  ] as const)('reads %j', (spec, expected) => {
    expect(policyOf(spec)).toMatchObject(expected);
  });

  it.each([
    [{ 'autoscaling.keda.sh/paused': 'true' }, true],
    [{ 'autoscaling.keda.sh/paused': '' }, true],
    [{ 'autoscaling.keda.sh/paused': 'false' }, false],
    // Of ScaledObjects alone.
    [{ 'autoscaling.keda.sh/paused-replicas': '2' }, false],
  ])('is paused by annotation: %j', (annotations, isPaused) => {
    const object = aScaledJob({}, { annotations });
    expect(jobPolicyOf(object, { readTimeoutMs: 1 }).isPaused).toBe(isPaused);
  });
});
