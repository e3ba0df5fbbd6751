// What a CloudEventSource must also satisfy and a schema cannot say, and what has no effect in it.
import type { FieldIssue } from '../errors.ts';
import type { CloudEventSourceSpec } from './cloud-event-source.ts';

/** What KEDA's webhook refuses. (An unknown event type is refused by the schema.) */
export function checkCloudEventSource({ eventSubscription }: CloudEventSourceSpec): readonly FieldIssue[] {
  const { includedEventTypes: included = [], excludedEventTypes: excluded = [] } = eventSubscription ?? {};
  if (included.length === 0 || excluded.length === 0) return [];
  return [
    {
      field: 'spec.eventSubscription.excludedEventTypes',
      message: 'excludes includedEventTypes: say which types are sent or which are not, and remove the other list',
    },
  ];
}

/** What keeps it from ever delivering anything: KEDA accepts it, and its condition Active says so afterwards. */
export function checkDestination({
  destination: { http, azureEventGridTopic: topic },
}: CloudEventSourceSpec): readonly FieldIssue[] {
  if (http) return webAddress('spec.destination.http.uri', http.uri);
  if (topic) return webAddress('spec.destination.azureEventGridTopic.endpoint', topic.endpoint);
  return [{ field: 'spec.destination', message: 'expected http or azureEventGridTopic, found neither' }];
}

/** A URL may hold a password or a key, so what was found stays unsaid. */
function webAddress(field: string, text: string): readonly FieldIssue[] {
  const protocol = URL.parse(text)?.protocol ?? '';
  return ['http:', 'https:'].includes(protocol) ? [] : [{ field, message: 'expected an absolute http or https URL' }];
}

/** Of topics, in Azure's clouds. */
const TOPIC_DOMAINS = ['eventgrid.azure.net', 'eventgrid.azure.us', 'eventgrid.azure.cn'];

/** Nobody but Azure gets to see a token of ours, whatever a manifest says. (KEDA shows it to any endpoint.) */
export function checkTopicForIdentity(endpoint: string): readonly FieldIssue[] {
  const { protocol, hostname } = URL.parse(endpoint) ?? {};
  if (protocol === 'https:' && TOPIC_DOMAINS.some((domain) => hostname?.endsWith(`.${domain}`))) return [];
  const message = `expected https and a host under ${TOPIC_DOMAINS.join(', ')}, for the pod identity azure-workload`;
  return [{ field: 'spec.destination.azureEventGridTopic.endpoint', message }];
}

/** What is right and changes nothing, as in KEDA. */
export function uselessOfCloudEventSource(spec: CloudEventSourceSpec): readonly FieldIssue[] {
  const { destination, authenticationRef } = spec;
  if (!destination.http) return [];
  const message = 'has no effect: events go to destination.http';
  return [
    ...(destination.azureEventGridTopic ? [{ field: 'spec.destination.azureEventGridTopic', message }] : []),
    ...(authenticationRef
      ? [{ field: 'spec.authenticationRef', message: `${message}, which asks for no credentials` }]
      : []),
  ];
}
