// Where the events of one source go. The first that is configured counts, as in KEDA: http, then azureEventGridTopic.
import type { CloudEventSource } from '../api/cloud-event-source.ts';
import { checkCloudEventSource, checkDestination } from '../api/cloud-event-source-checks.ts';
import { ConfigError } from '../errors.ts';
import type { Destination, DestinationPorts } from './destination.ts';
import { createEventGridTopic } from './event-grid.ts';
import { createHttpSink } from './http-sink.ts';

/** Throws a ConfigError for what can never work. */
export function createDestination(source: CloudEventSource, ports: DestinationPorts): Destination {
  const { metadata, spec, kind } = source;
  const issues = [...checkCloudEventSource(spec), ...checkDestination(spec)];
  if (issues.length > 0) throw new ConfigError(`${kind} ${metadata.name}`, issues);
  const { http, azureEventGridTopic: topic } = spec.destination;
  if (http) return createHttpSink(http.uri);
  const ref = spec.authenticationRef;
  const namespace = metadata.namespace ?? ports.clusterObjectNamespace;
  return createEventGridTopic({
    endpoint: topic?.endpoint ?? '',
    clock: ports.clock,
    credentials: async (signal) =>
      ref ? ports.authenticate(ref, { namespace, parameters: ['accessKey'] }, signal) : { auth: {} },
  });
}
