// Policies, Jobs and triggers for the tests of the plan, with what a test does not care for filled in.
import type { TriggerState } from '../../../../../src/controller/decide/observation.ts';
import type { JobCount } from '../../../../../src/controller/scaled-job/plan/count.ts';
import type { JobView, PodView } from '../../../../../src/controller/scaled-job/plan/job-view.ts';
import { type JobPlan, planJobs } from '../../../../../src/controller/scaled-job/plan/plan.ts';
import { type JobPolicy, jobPolicyOf } from '../../../../../src/controller/scaled-job/plan/policy.ts';
import type { ScaledJob, ScaledJobSpec } from '../../../../../src/api/scaled-job.ts';

/** 2027, so that nothing is near zero. */
export const NOW = 1_800_000_000_000;

export function aScaledJob(
  spec: Partial<ScaledJobSpec> = {},
  metadata: Partial<ScaledJob['metadata']> = {},
): ScaledJob {
  return {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledJob',
    metadata: { name: 'mailer', namespace: 'shop', uid: '0f3c9a1e-1b7d', generation: 3, ...metadata },
    spec: {
      jobTargetRef: { template: { spec: { containers: [{ name: 'mail', image: 'mail:1' }] } } },
      triggers: [{ type: 'rabbitmq', metadata: {} }],
      ...spec,
    },
  };
}

export function policyOf(spec: Partial<ScaledJobSpec> = {}): JobPolicy {
  return jobPolicyOf(aScaledJob(spec), { readTimeoutMs: 3_000 });
}

export function waiting(value: number, target = 1, isActive = value > 0): TriggerState {
  return { kind: 'value', metric: 's0-queue', value, isActive, target, type: 'AverageValue', at: NOW };
}

export function failing(failures = 1, target = 1): TriggerState {
  return {
    kind: 'failed',
    metric: 's1-broken',
    failures,
    code: 'SOURCE_TIMEOUT',
    message: 'no answer',
    target,
    type: 'AverageValue',
  };
}

export function counted(running = 0, pending = 0, more: Partial<JobCount> = {}): JobCount {
  return { running, runningAtReading: running, pending, settlesAt: undefined, ...more };
}

export function plan(policy: JobPolicy, triggers: readonly TriggerState[], jobs = counted(), now = NOW): JobPlan {
  return planJobs(policy, { now, lastActiveAt: undefined, triggers, jobs, phaseMs: 0 });
}

export function aJob(name: string, more: Partial<JobView> = {}): JobView {
  return {
    name,
    uid: name,
    createdAt: NOW - 60_000,
    generation: '3',
    number: undefined,
    isBeingDeleted: false,
    finished: undefined,
    pods: [],
    ...more,
  };
}

export function aPod(phase: string, runningSince?: number, conditions: readonly string[] = []): PodView {
  return { phase, conditions, runningSince };
}
