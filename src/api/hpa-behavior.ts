// How fast an HPA may move: `behavior` of autoscaling/v2, field by field.
import { z } from 'zod';
import type { DeepReadonly } from './deep-readonly.ts';

const QUANTITY =
  /^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$/;

const ScalingPolicyShape = z
  .object({
    type: z.string().describe('What `value` counts: Pods, or Percent of the current replicas.'),
    value: z.int32().describe('The most that may change within one period; above zero.'),
    periodSeconds: z.int32().describe('Length of the period in seconds, 1 to 1800.'),
  })
  .describe('One limit on the speed of change.');

const ScalingRulesShape = z.object({
  stabilizationWindowSeconds: z
    .int32()
    .min(0)
    .max(3600)
    .describe('Seconds over which past recommendations are considered; default 0 upwards and 300 downwards.')
    .exactOptional(),
  selectPolicy: z
    .string()
    .describe(
      'Which policy counts when several apply: Max (default), Min, or Disabled for no change in this direction.',
    )
    .exactOptional(),
  policies: z.array(ScalingPolicyShape).describe('The limits of which selectPolicy chooses one.').exactOptional(),
  tolerance: z
    .union([z.int(), z.string().regex(QUANTITY, 'expected a quantity such as 0.05 or 50m')])
    .meta({ 'x-kubernetes-int-or-string': true, pattern: QUANTITY.source })
    .describe('How far the ratio of value to target may be from 1 before anything changes, as a quantity; default 0.1.')
    .exactOptional(),
});

export const HpaBehavior = z
  .object({
    scaleUp: ScalingRulesShape.describe('Rules for adding replicas.').exactOptional(),
    scaleDown: ScalingRulesShape.describe('Rules for removing replicas.').exactOptional(),
  })
  .describe('How fast the HPA may add and remove replicas; passed to the HPA as it is.');

export type HpaBehavior = DeepReadonly<z.infer<typeof HpaBehavior>>;
export type HpaScalingRules = DeepReadonly<z.infer<typeof ScalingRulesShape>>;
export type HpaScalingPolicy = DeepReadonly<z.infer<typeof ScalingPolicyShape>>;
