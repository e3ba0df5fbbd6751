// A trigger as users write it; what its metadata mean is the business of the trigger's own source.
import { z } from 'zod';
import type { DeepReadonly } from './deep-readonly.ts';

export const AuthenticationRef = z
  .object({
    name: z.string().describe('Name of the TriggerAuthentication or ClusterTriggerAuthentication.'),
    kind: z
      .enum(['TriggerAuthentication', 'ClusterTriggerAuthentication'])
      .describe('Which of the two kinds `name` means; default TriggerAuthentication, in the same namespace.')
      .exactOptional(),
  })
  .describe('Where the credentials of this trigger come from.');
export type AuthenticationRef = z.infer<typeof AuthenticationRef>;

/** Types that refuse useCachedMetrics; the registry's `cacheable` says the same, this copy is for the CRD's rule. */
const UNCACHEABLE = "['cpu', 'memory', 'cron']";

const common = {
  type: z.string().min(1).describe('Kind of the event source, for example azure-servicebus or rabbitmq.'),
  name: z
    .string()
    .max(256)
    .describe('Name of this trigger, unique in the object; the variable that stands for it in a formula.')
    .exactOptional(),
  useCachedMetrics: z
    .boolean()
    .describe('Answer the HPA from the value of the last poll instead of a fresher one; default false.')
    .exactOptional(),
  metadata: z
    .record(z.string(), z.string())
    .describe(
      'Parameters of the event source; every value is a string. `<key>FromEnv` names a variable of the target.',
    ),
  authenticationRef: AuthenticationRef.exactOptional(),
};
const cachedMetrics = {
  rule: `!has(self.useCachedMetrics) || !self.useCachedMetrics || !(self.type in ${UNCACHEABLE})`,
  message: 'useCachedMetrics has no meaning for cpu, memory and cron triggers: remove it',
};
/** KEDA's operator refuses all else when it builds the trigger. */
const metricType = {
  rule: "!has(self.metricType) || self.metricType in (self.type in ['cpu', 'memory'] ? ['', 'Utilization', 'AverageValue'] : ['', 'AverageValue', 'Value'])",
  message: 'metricType must be AverageValue or Value; of cpu and memory triggers Utilization or AverageValue',
};

export const ScaleTrigger = z
  .object({
    ...common,
    metricType: z
      .string()
      .describe(
        'AverageValue (default: the target is per replica) or Value; cpu and memory: Utilization or AverageValue.',
      )
      .exactOptional(),
  })
  .describe('One event source and what it asks for.')
  .meta({ 'x-kubernetes-validations': [cachedMetrics, metricType] });
export type ScaleTrigger = DeepReadonly<z.infer<typeof ScaleTrigger>>;

/** A ScaledJob's trigger has no metricType: KEDA's CRD leaves it out. */
export const ScaledJobTrigger = z
  .object(common)
  .describe('One event source and what it asks for.')
  .meta({ 'x-kubernetes-validations': [cachedMetrics] });

/** For a list of triggers. Quadratic, hence the generous bound on the list that the API server's cost estimate wants. */
export const uniqueTriggerNames = {
  'x-kubernetes-validations': [
    {
      rule: "self.all(t, !has(t.name) || t.name == '' || self.exists_one(u, has(u.name) && u.name == t.name))",
      message: 'two triggers have the same name: every name must be unique in the object',
    },
  ],
};
