// ScaledObject: which target to scale, between which bounds, by which triggers. KEDA's fields mean what KEDA means; ours are under advanced.sluice.
import { z } from 'zod';
import type { ObjectMeta } from '../kube/client.ts';
import { Condition } from './conditions.ts';
import type { DeepReadonly } from './deep-readonly.ts';
import { HpaBehavior } from './hpa-behavior.ts';
import { readingOptions } from './reading-options.ts';
import { scaledObjectRules, scalingModifiersRules } from './scaled-object-rules.ts';
import { ScaleTrigger, uniqueTriggerNames } from './trigger.ts';

export const ScaleTargetRef = z
  .object({
    name: z.string().min(1).describe('Name of the target, in the same namespace.'),
    apiVersion: z.string().describe('API version of the target; default apps/v1.').exactOptional(),
    kind: z.string().describe('Kind of the target, any with a /scale subresource; default Deployment.').exactOptional(),
    envSourceContainerName: z
      .string()
      .describe('Container whose environment `<key>FromEnv` parameters are looked up in; default the first one.')
      .exactOptional(),
  })
  .describe('What is scaled.');
export type ScaleTargetRef = DeepReadonly<z.infer<typeof ScaleTargetRef>>;

/** As text; the API server wants to know what a rule may cost. */
const LONGEST_NUMBER = 64;

export const ScalingModifiers = z
  .object({
    formula: z.string().describe('Expression over trigger names whose value replaces their metrics.').exactOptional(),
    target: z
      .string()
      .max(LONGEST_NUMBER)
      .describe('What one replica handles of the formula’s value; a number above zero.')
      .exactOptional(),
    activationTarget: z
      .string()
      .max(LONGEST_NUMBER)
      .describe('Active when the formula’s value is above this number; default 0.')
      .exactOptional(),
    metricType: z
      .enum(['AverageValue', 'Value'])
      .describe('Whether target is per replica (AverageValue, default) or for the whole (Value).')
      .exactOptional(),
  })
  .describe('One metric computed from all triggers, instead of one each.')
  .meta(scalingModifiersRules);
export type ScalingModifiers = DeepReadonly<z.infer<typeof ScalingModifiers>>;

export const SluiceOptions = z
  .object({
    scaleUp: z
      .enum(['Direct', 'HPA'])
      .describe(
        'Direct (default) goes up to the demand in one step; HPA only wakes the target and leaves the rest to the HPA.',
      )
      .exactOptional(),
    verifyBeforeZero: z
      .boolean()
      .describe('Read every trigger once more just before the target goes to zero; default true.')
      .exactOptional(),
    ...readingOptions,
  })
  .describe('What Sluice can do and KEDA cannot.');
export type SluiceOptions = z.infer<typeof SluiceOptions>;

const Advanced = z
  .object({
    restoreToOriginalReplicaCount: z
      .boolean()
      .describe('On deletion, give the target back the number of replicas it had at first; default false.')
      .exactOptional(),
    horizontalPodAutoscalerConfig: z
      .object({
        name: z.string().describe('Name of the HPA; default keda-hpa-<name of the ScaledObject>.').exactOptional(),
        behavior: HpaBehavior.exactOptional(),
      })
      .describe('Settings of the HPA that is made.')
      .exactOptional(),
    scalingModifiers: ScalingModifiers.exactOptional(),
    sluice: SluiceOptions.exactOptional(),
  })
  .describe('Settings that most objects do without.');

export const Fallback = z
  .object({
    failureThreshold: z
      .int32()
      .min(0)
      .describe('The fallback is in force after more than this many failed reads in a row.'),
    replicas: z.int32().min(0).describe('Number of replicas to hold meanwhile.'),
    behavior: z
      .enum(['static', 'currentReplicas', 'currentReplicasIfHigher', 'currentReplicasIfLower', 'scalingModifiers'])
      .describe('How `replicas` and the current number combine; static takes `replicas` as it is.')
      .meta({ default: 'static' })
      .exactOptional(),
  })
  .describe('What to do when a trigger cannot be read.');
export type Fallback = z.infer<typeof Fallback>;

export const ScaledObjectSpec = z
  .object({
    scaleTargetRef: ScaleTargetRef,
    pollingInterval: z
      .int32()
      .min(1)
      .describe('Seconds between two looks at the triggers; default 30.')
      .exactOptional(),
    initialCooldownPeriod: z
      .int32()
      .min(0)
      .describe('Seconds after creation before the first step to zero; default 0.')
      .exactOptional(),
    cooldownPeriod: z
      .int32()
      .min(0)
      .describe('Seconds from the last activity to the step to zero (or to idleReplicaCount); default 300.')
      .exactOptional(),
    idleReplicaCount: z
      .int32()
      .min(0)
      .describe('Replicas while no trigger is active; must be below minReplicaCount.')
      .exactOptional(),
    minReplicaCount: z.int32().min(0).describe('Fewest replicas; 0 lets the target sleep; default 0.').exactOptional(),
    maxReplicaCount: z.int32().min(1).describe('Most replicas; default 100.').exactOptional(),
    advanced: Advanced.exactOptional(),
    triggers: z
      .array(ScaleTrigger)
      .min(1)
      .max(256)
      .describe('The event sources; at least one.')
      .meta(uniqueTriggerNames),
    fallback: Fallback.exactOptional(),
  })
  .describe('What is wanted.')
  .meta(scaledObjectRules);
export type ScaledObjectSpec = DeepReadonly<z.infer<typeof ScaledObjectSpec>>;

export const ScaledObjectStatus = z
  .object({
    scaleTargetKind: z.string().describe('The target’s type as group/version.Kind.').exactOptional(),
    scaleTargetGVKR: z
      .object({
        group: z.string().describe('API group of the target.'),
        version: z.string().describe('API version of the target.'),
        kind: z.string().describe('Kind of the target.'),
        resource: z.string().describe('Plural resource name of the target.'),
      })
      .describe('The target’s type as the API server knows it.')
      .exactOptional(),
    originalReplicaCount: z.int32().describe('The target’s replicas when it was first seen.').exactOptional(),
    lastActiveTime: z.iso.datetime({ offset: true }).describe('When a trigger was last seen active.').exactOptional(),
    externalMetricNames: z
      .array(z.string())
      .describe('The HPA’s external metrics, in the order of the triggers.')
      .exactOptional(),
    resourceMetricNames: z.array(z.string()).describe('The HPA’s resource metrics.').exactOptional(),
    compositeScalerName: z.string().describe('Name of the metric that a formula computes.').exactOptional(),
    conditions: z.array(Condition).describe('Ready, Active, Fallback, Paused and HPAActive.').exactOptional(),
    health: z
      .record(
        z.string(),
        z.object({
          numberOfFailures: z.int32().describe('Failed reads in a row.').exactOptional(),
          status: z.string().describe('Happy or Failing.').exactOptional(),
        }),
      )
      .describe('Failures of each external metric, kept while a fallback is configured.')
      .exactOptional(),
    triggersActivity: z
      .record(
        z.string(),
        z.object({
          isActive: z.boolean().describe('Whether the trigger was active at the last look.').exactOptional(),
        }),
      )
      .describe('Activity of each external metric.')
      .exactOptional(),
    pausedReplicaCount: z.int32().describe('The number of replicas that an annotation holds.').exactOptional(),
    hpaName: z.string().describe('Name of the HPA in use.').exactOptional(),
    triggersTypes: z.string().describe('The types of the triggers, comma-separated.').exactOptional(),
    authenticationsTypes: z
      .string()
      .describe('The names of the authentications in use, comma-separated.')
      .exactOptional(),
  })
  .describe('What was observed.');
export type ScaledObjectStatus = DeepReadonly<z.infer<typeof ScaledObjectStatus>>;

export interface ScaledObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec: ScaledObjectSpec;
  readonly status?: ScaledObjectStatus;
}
