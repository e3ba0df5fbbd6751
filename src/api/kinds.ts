// The six kinds, each with its resource and its schemas. Everything that goes through all kinds goes through this table.
import type { z } from 'zod';
import type { Resource } from '../kube/client.ts';
import { CloudEventSourceSpec, CloudEventSourceStatus } from './cloud-event-source.ts';
import {
  cloudEventSources,
  clusterCloudEventSources,
  clusterTriggerAuthentications,
  scaledJobs,
  scaledObjects,
  triggerAuthentications,
} from './names.ts';
import { ScaledJobSpec, ScaledJobStatus } from './scaled-job.ts';
import { ScaledObjectSpec, ScaledObjectStatus } from './scaled-object.ts';
import {
  ClusterAuthenticationSpec,
  NamespacedAuthenticationSpec,
  TriggerAuthenticationStatus,
} from './trigger-authentication.ts';

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
    spec: NamespacedAuthenticationSpec,
    status: TriggerAuthenticationStatus,
  },
  ClusterTriggerAuthentication: {
    resource: clusterTriggerAuthentications,
    summary: 'Says where the credentials of triggers in any namespace come from.',
    spec: ClusterAuthenticationSpec,
    status: TriggerAuthenticationStatus,
  },
  CloudEventSource: {
    resource: cloudEventSources,
    summary: 'Sends events of its namespace to a server.',
    spec: CloudEventSourceSpec,
    status: CloudEventSourceStatus,
  },
  ClusterCloudEventSource: {
    resource: clusterCloudEventSources,
    summary: 'Sends events of every namespace to a server.',
    spec: CloudEventSourceSpec,
    status: CloudEventSourceStatus,
  },
} as const satisfies Record<string, KindDefinition>;
export type Kind = keyof typeof kinds;

/** For example `keda.sh/v1alpha1`. */
export function apiVersionOf(kind: Kind): string {
  const { group, version } = kinds[kind].resource;
  return `${group}/${version}`;
}
