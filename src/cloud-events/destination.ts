// A destination of CloudEvents, and what it takes to make one.
import type { AuthenticationRef } from '../api/trigger.ts';
import type { Clock } from '../async.ts';
import type { PodIdentity } from '../scalers/scaler.ts';
import type { CloudEvent } from './cloud-event.ts';

/** KEDA's word for the kind of a destination, in metrics. */
export type Sink = 'http' | 'azureEventGridTopic';

export interface Destination {
  readonly sink: Sink;
  /** Names it in messages; never the whole address, which may hold a key. */
  readonly place: string;
  /** Events in one call. */
  readonly mostAtOnce: number;
  /** Rejects while something that every delivery needs is missing. Delivers nothing. */
  prepare(signal: AbortSignal): Promise<void>;
  /** Rejects with what kept the events from being taken; it is not tried twice. */
  send(events: readonly CloudEvent[], signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export interface Credentials {
  readonly auth: Readonly<Record<string, string>>;
  readonly podIdentity?: PodIdentity | undefined;
}

/** What the authentication gives now. `namespace` is the one where a TriggerAuthentication of that name is. */
export type Authenticate = (
  ref: AuthenticationRef,
  from: { readonly namespace: string; readonly parameters: readonly string[] },
  signal: AbortSignal,
) => Promise<Credentials>;

export interface DestinationPorts {
  readonly clock: Clock;
  readonly authenticate: Authenticate;
  /** Where what a ClusterCloudEventSource refers to is looked for. */
  readonly clusterObjectNamespace: string;
}
