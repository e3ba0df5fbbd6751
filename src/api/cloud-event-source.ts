// CloudEventSource and ClusterCloudEventSource: where events of Sluice's objects are sent, and which of them.
import { z } from 'zod';
import type { ObjectMeta } from '../kube/client.ts';
import { Condition } from './conditions.ts';
import type { DeepReadonly } from './deep-readonly.ts';
import { AuthenticationRef } from './trigger.ts';

/** KEDA's, each a name and the version of its form. */
export const CLOUD_EVENT_TYPES = [
  'keda.scaledobject.ready.v1',
  'keda.scaledobject.failed.v1',
  'keda.scaledobject.removed.v1',
  'keda.scaledobject.paused.v1',
  'keda.scaledobject.unpaused.v1',
  'keda.scaledjob.ready.v1',
  'keda.scaledjob.failed.v1',
  'keda.scaledjob.removed.v1',
  'keda.scaledjob.paused.v1',
  'keda.scaledjob.unpaused.v1',
  'keda.scaledjob.rolloutcleanup.started.v1',
  'keda.scaledjob.rolloutcleanup.completed.v1',
  'keda.scaledjob.rolloutcleanup.failed.v1',
  'keda.authentication.triggerauthentication.created.v1',
  'keda.authentication.triggerauthentication.updated.v1',
  'keda.authentication.triggerauthentication.removed.v1',
  'keda.authentication.clustertriggerauthentication.created.v1',
  'keda.authentication.clustertriggerauthentication.updated.v1',
  'keda.authentication.clustertriggerauthentication.removed.v1',
] as const;
export type CloudEventType = (typeof CLOUD_EVENT_TYPES)[number];

const Destination = z
  .object({
    http: z
      .object({ uri: z.string().describe('http or https URL.') })
      .describe('A server that takes CloudEvents over HTTP, in binary mode; wins over azureEventGridTopic.')
      .exactOptional(),
    azureEventGridTopic: z
      .object({
        endpoint: z.string().describe('URL of the topic, for example https://…eventgrid.azure.net/api/events.'),
      })
      .describe('A topic of Azure Event Grid whose input schema is CloudEvents 1.0.')
      .exactOptional(),
  })
  .describe('Where the events go.');

const types = z.array(z.enum(CLOUD_EVENT_TYPES));
const EventSubscription = z
  .object({
    includedEventTypes: types.describe('Only these types are sent; empty means all.').exactOptional(),
    excludedEventTypes: types.describe('All types but these are sent.').exactOptional(),
  })
  .describe('Which events are sent; all when it is left out.')
  .meta({
    'x-kubernetes-validations': [
      {
        rule: '!has(self.includedEventTypes) || !has(self.excludedEventTypes) || size(self.includedEventTypes) == 0 || size(self.excludedEventTypes) == 0',
        message: 'includedEventTypes and excludedEventTypes exclude each other: remove one of the two lists',
      },
    ],
  });

export const CloudEventSourceSpec = z
  .object({
    clusterName: z
      .string()
      .describe('Stands for the cluster in the events; default --k8s-cluster-name.')
      .exactOptional(),
    destination: Destination,
    authenticationRef: AuthenticationRef.describe(
      'Where the credentials of azureEventGridTopic come from: parameter accessKey, or pod identity azure-workload.',
    ).exactOptional(),
    eventSubscription: EventSubscription.exactOptional(),
  })
  .describe('A destination of events and which it gets.');
export type CloudEventSourceSpec = DeepReadonly<z.infer<typeof CloudEventSourceSpec>>;

export const CloudEventSourceStatus = z
  .object({ conditions: z.array(Condition).describe('Active: whether events are delivered.').exactOptional() })
  .describe('Whether it works.');
export type CloudEventSourceStatus = DeepReadonly<z.infer<typeof CloudEventSourceStatus>>;

/** Of either kind: with a namespace for the events of that one, without for those of all. */
export interface CloudEventSource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec: CloudEventSourceSpec;
  readonly status?: CloudEventSourceStatus;
}
