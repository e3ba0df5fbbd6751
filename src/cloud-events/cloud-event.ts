// An Event of ours as CloudEvents 1.0, with the attributes that KEDA gives it, and the two forms in which it travels over HTTP.
import type { CloudEventType } from '../api/cloud-event-source.ts';
import type { EventRecord } from '../kube/events.ts';

/** What happened, as it is the same for whoever is told. */
export interface Occurrence {
  /** Unique; a repeated delivery has the same. */
  readonly id: string;
  readonly at: number;
  readonly type: CloudEventType;
  readonly event: Pick<EventRecord, 'regarding' | 'reason' | 'note'>;
}

/** Where it comes from, in the words of the one who is told. */
export interface Origin {
  readonly clusterName: string;
  /** KEDA: the cluster object namespace. */
  readonly namespace: string;
}

/** The JSON format. */
export interface CloudEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly subject: string;
  readonly type: CloudEventType;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly data: { readonly reason: string; readonly message: string };
}

/** The namespace of what has none is empty, so that the parts of a subject keep their places. */
export function cloudEventOf({ id, at, type, event }: Occurrence, { clusterName, namespace }: Origin): CloudEvent {
  const { regarding, reason, note } = event;
  return {
    specversion: '1.0',
    id,
    // A URI reference, which a cluster's name need not be a part of.
    source: encodeURI(`/${clusterName}/${namespace}/keda`),
    subject: `/${clusterName}/${regarding.namespace ?? ''}/${regarding.kind.toLowerCase()}/${regarding.name.toLowerCase()}`,
    type,
    time: new Date(at).toISOString(),
    datacontenttype: 'application/json',
    data: { reason, message: note },
  };
}

/** Binary mode: attributes are headers, the body is the data. */
export function binaryMode(event: CloudEvent): {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
} {
  const { datacontenttype, data, ...attributes } = event;
  const headers = Object.entries(attributes).map(([name, value]) => [`ce-${name}`, headerValue(value)]);
  return {
    headers: { ...Object.fromEntries(headers), 'content-type': datacontenttype },
    body: JSON.stringify(data),
  };
}

/** The HTTP binding: what is no printable ASCII, and blank, quote and percent sign, as percent-encoded UTF-8. */
function headerValue(text: string): string {
  return text.replace(/[^!#$&-~]/gu, (character) => {
    const bytes = Buffer.from(character).toString('hex').toUpperCase();
    return bytes.replace(/../g, '%$&');
  });
}
