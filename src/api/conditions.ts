// The conditions of an object's status: their types, reasons and texts. A reason exists once, here.
import { z } from 'zod';
import type { DeepReadonly } from './deep-readonly.ts';

export const CONDITION_TYPES = ['Ready', 'Active', 'Fallback', 'Paused', 'HPAActive'] as const;
export type ConditionType = (typeof CONDITION_TYPES)[number];
export type ConditionStatus = 'True' | 'False' | 'Unknown';

/** The reasons of a ScaledObject's conditions, by condition; KEDA's, so that dashboards and scripts go on working. */
export const conditionReasons = {
  Ready: [
    'ScaledObjectReady',
    'ScaledObjectCheckFailed',
    'ErrorGettingCurrentReplicas',
    'PartialTriggerError',
    'TriggerError',
  ],
  Active: ['ScalerActive', 'ScalerNotActive', 'ScalerCooldown', 'UnknownState'],
  Fallback: ['FallbackExists', 'NoFallbackFound'],
  Paused: ['ScaledObjectPaused', 'ScaledObjectUnpaused'],
  HPAActive: ['HPAActive', 'ScalingDisabled', 'HPAMetricsUnavailable'],
} as const satisfies Record<ConditionType, readonly string[]>;
export type ConditionReason<Type extends ConditionType = ConditionType> = (typeof conditionReasons)[Type][number];

/** What each reason says when there is nothing more particular to say. */
export const conditionMessages: Readonly<Record<ConditionReason, string>> = {
  ScaledObjectReady: 'the definition is valid, the target exists and its HPA is in place',
  ScaledObjectCheckFailed: 'the definition cannot be put into effect',
  ErrorGettingCurrentReplicas: 'the number of replicas of the target cannot be read',
  PartialTriggerError: 'some triggers cannot be read; the others keep the target active',
  TriggerError: 'the triggers cannot be read; the number of replicas is left as it is',
  ScalerActive: 'at least one trigger is active',
  ScalerNotActive: 'no trigger is active',
  ScalerCooldown: 'no trigger is active, and the cooldown is not over yet',
  UnknownState: 'it is not known whether a trigger is active',
  FallbackExists: 'at least one trigger has failed too often and its fallback is in force',
  NoFallbackFound: 'no fallback is in force',
  ScaledObjectPaused: 'scaling is paused by annotation',
  ScaledObjectUnpaused: 'scaling is not paused',
  HPAActive: 'the HPA computes recommendations',
  ScalingDisabled: 'the HPA rests because the target has no replicas',
  HPAMetricsUnavailable: 'the HPA has no metrics',
};

/** The reasons that only a ScaledJob's conditions have, KEDA's too; the others mean there what they mean for a ScaledObject. */
export const jobConditionMessages = {
  ScaledJobReady: 'the definition is valid and Jobs are started for what waits',
  ScaledJobCheckFailed: 'the definition cannot be put into effect',
  ScaledJobPaused: 'starting Jobs is paused by annotation',
  ScaledJobUnpaused: 'starting Jobs is not paused',
} as const;

/** KEDA's shape: without lastTransitionTime and observedGeneration. */
export const Condition = z
  .object({
    type: z.string().describe('What the condition is about.'),
    status: z.string().describe('True, False or Unknown.'),
    reason: z.string().describe('Why, as one word for programs.').exactOptional(),
    message: z.string().describe('Why, as a sentence for people.').exactOptional(),
  })
  .describe('One observation about the object.');
export type Condition = DeepReadonly<z.infer<typeof Condition>>;
