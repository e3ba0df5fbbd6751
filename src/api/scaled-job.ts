// ScaledJob: Jobs are started by the number of waiting events. KEDA's fields mean what KEDA means; ours are under advanced.sluice.
import { z } from 'zod';
import type { ObjectMeta } from '../kube/client.ts';
import { Condition } from './conditions.ts';
import type { DeepReadonly } from './deep-readonly.ts';
import { readingOptions } from './reading-options.ts';
import { ScaledJobTrigger, uniqueTriggerNames } from './trigger.ts';

const RolloutStrategy = z.enum(['gradual', 'immediate']);

const ScalingStrategy = z
  .object({
    strategy: z
      .enum(['default', 'custom', 'accurate', 'eager'])
      .describe('How many Jobs to start for the waiting events; default `default`.')
      .exactOptional(),
    customScalingQueueLengthDeduction: z
      .int32()
      .describe('strategy custom: events that running Jobs have taken but the queue still counts; default 0.')
      .exactOptional(),
    customScalingRunningJobPercentage: z
      .string()
      .describe('strategy custom: the part of the running Jobs to subtract, a number such as "0.5".')
      .exactOptional(),
    pendingPodConditions: z
      .array(z.string())
      .describe('Pod conditions that must all be true before a Job no longer counts as pending.')
      .exactOptional(),
    multipleScalersCalculation: z
      .enum(['min', 'max', 'avg', 'sum'])
      .describe('How the values of several triggers become one; default max.')
      .exactOptional(),
  })
  .describe('How the number of Jobs is worked out.');

/** The rest of it is the Job API's; see job-template-checks.ts for what that would refuse. */
const JobPod = z
  .looseObject({
    restartPolicy: z
      .enum(['', 'OnFailure', 'Never'])
      .describe('Whether a failed container starts again in its pod; default OnFailure. A Job cannot have Always.')
      .exactOptional(),
  })
  .describe('Spec of the pod.');

const JobFallback = z
  .object({
    failureThreshold: z
      .int32()
      .min(0)
      .describe('The fallback is in force after more than this many failed reads in a row.'),
    replicas: z.int32().min(0).describe('Number of Jobs that a trigger is taken to ask for meanwhile.'),
  })
  .describe('What to do when a trigger cannot be read; without it such a trigger is left out.');

export const ScaledJobOptions = z
  .object({
    accounting: z
      .enum(['Exact', 'KEDA'])
      .describe('Exact (default): no Job too many. KEDA: its own arithmetic of pending Jobs and of the maximum.')
      .exactOptional(),
    startupSeconds: z
      .int32()
      .min(0)
      .max(3600)
      .describe(
        'Longest time in seconds from the start of a Job’s pod until it has taken its message; the Job counts as pending until then; default 10. Strategies accurate and eager.',
      )
      .exactOptional(),
    ...readingOptions,
    fallback: JobFallback.exactOptional(),
  })
  .describe('What Sluice can do and KEDA cannot.');

export const ScaledJobSpec = z
  .object({
    jobTargetRef: z
      .looseObject({
        template: z.looseObject({ spec: JobPod.exactOptional() }).describe('The pod that a Job runs.'),
      })
      .describe('The Job to start, as the spec of a batch/v1 Job.'),
    pollingInterval: z
      .int32()
      .min(1)
      .describe('Seconds between two looks at the triggers; default 30.')
      .exactOptional(),
    successfulJobsHistoryLimit: z.int32().min(0).describe('Completed Jobs to keep; default 100.').exactOptional(),
    failedJobsHistoryLimit: z.int32().min(0).describe('Failed Jobs to keep; default 100.').exactOptional(),
    rolloutStrategy: RolloutStrategy.describe(
      'Deprecated: use rollout.strategy, which this overrides.',
    ).exactOptional(),
    rollout: z
      .object({
        strategy: RolloutStrategy.describe(
          'immediate (default) deletes Jobs of an older definition; gradual lets them finish.',
        ).exactOptional(),
        propagationPolicy: z
          .enum(['foreground', 'background'])
          .describe('How Jobs of an older definition are deleted; default background.')
          .exactOptional(),
      })
      .describe('What happens to running Jobs when the definition changes.')
      .exactOptional(),
    envSourceContainerName: z
      .string()
      .describe('Container whose environment `<key>FromEnv` parameters are looked up in; default the first one.')
      .exactOptional(),
    minReplicaCount: z.int32().min(0).describe('Jobs that always run; default 0.').exactOptional(),
    maxReplicaCount: z.int32().min(1).describe('Most Jobs at a time; default 100.').exactOptional(),
    scalingStrategy: ScalingStrategy.exactOptional(),
    advanced: z
      .object({ sluice: ScaledJobOptions.exactOptional() })
      .describe('Settings that KEDA does not have.')
      .exactOptional(),
    triggers: z
      .array(ScaledJobTrigger)
      .min(1)
      .max(256)
      .describe('The event sources; at least one.')
      .meta(uniqueTriggerNames),
  })
  .describe('What is wanted.');
export type ScaledJobSpec = DeepReadonly<z.infer<typeof ScaledJobSpec>>;

export const ScaledJobStatus = z
  .object({
    lastActiveTime: z.iso.datetime({ offset: true }).describe('When a trigger was last seen active.').exactOptional(),
    lastJobNumber: z.int().min(0).describe('Every Job up to this number has been created.').exactOptional(),
    conditions: z.array(Condition).describe('Ready, Active and Paused.').exactOptional(),
    Paused: z.string().describe('Not used; kept because KEDA has it.').exactOptional(),
    triggersTypes: z.string().describe('The types of the triggers, comma-separated.').exactOptional(),
    authenticationsTypes: z
      .string()
      .describe('The names of the authentications in use, comma-separated.')
      .exactOptional(),
    externalMetricNames: z.array(z.string()).describe('The metrics, in the order of the triggers.').exactOptional(),
    triggersActivity: z
      .record(
        z.string(),
        z.object({
          isActive: z.boolean().describe('Whether the trigger was active at the last look.').exactOptional(),
        }),
      )
      .describe('Activity of each metric.')
      .exactOptional(),
    health: z
      .record(
        z.string(),
        z.object({
          numberOfFailures: z.int32().describe('Failed reads in a row.').exactOptional(),
          status: z.string().describe('Happy or Failing.').exactOptional(),
        }),
      )
      .describe('Failures of each metric, kept while a fallback is configured.')
      .exactOptional(),
  })
  .describe('What was observed.');
export type ScaledJobStatus = DeepReadonly<z.infer<typeof ScaledJobStatus>>;

export interface ScaledJob {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec: ScaledJobSpec;
  readonly status?: ScaledJobStatus;
}
