// The four kinds, each with its resource and its schemas. Everything that goes through all kinds goes through this table.
import type { z } from 'zod';
import type { Resource } from '../kube/client.ts';
import { clusterTriggerAuthentications, scaledJobs, scaledObjects, triggerAuthentications } from './names.ts';
import { ScaledJobSpec, ScaledJobStatus } from './scaled-job.ts';
import { ScaledObjectSpec, ScaledObjectStatus } from './scaled-object.ts';
import { TriggerAuthenticationSpec, TriggerAuthenticationStatus } from './trigger-authentication.ts';

export interface KindDefinition {
  readonly resource: Resource;
  readonly summary: string;
  readonly spec: z.ZodObject;
  readonly status: z.ZodObject;
}

export const kinds = {
  ScaledObject: {
    resource: scaledObjects,
    summary: 'Scales a workload by the number of events that wait for it.',
    spec: ScaledObjectSpec,
    status: ScaledObjectStatus,
  },
  ScaledJob: {
    resource: scaledJobs,
    summary: 'Starts Jobs by the number of events that wait for them.',
    spec: ScaledJobSpec,
    status: ScaledJobStatus,
  },
  TriggerAuthentication: {
    resource: triggerAuthentications,
    summary: 'Says where the credentials of triggers in its namespace come from.',
    spec: TriggerAuthenticationSpec,
    status: TriggerAuthenticationStatus,
  },
  ClusterTriggerAuthentication: {
    resource: clusterTriggerAuthentications,
    summary: 'Says where the credentials of triggers in any namespace come from.',
    spec: TriggerAuthenticationSpec,
    status: TriggerAuthenticationStatus,
  },
} as const satisfies Record<string, KindDefinition>;
export type Kind = keyof typeof kinds;
