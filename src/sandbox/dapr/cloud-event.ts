// The CloudEvents envelope that Dapr puts around published data, takes from publishers and hands to subscribers.
import type { TraceContext } from './trace-context.ts';

export type CloudEvent = Readonly<Record<string, unknown>>;

export const CLOUD_EVENT_TYPE = 'application/cloudevents+json';
const DEFAULT_TYPE = 'com.dapr.event.sent';

export interface Publication {
  readonly topic: string;
  readonly pubsub: string;
  readonly data: Buffer;
  readonly contentType: string;
  /** Request metadata; `cloudevent.*` overrides fields of the envelope. */
  readonly metadata: Readonly<Record<string, string>>;
  /** App-id of the publisher. */
  readonly source: string;
  readonly trace: TraceContext;
  readonly id: string;
  readonly nowMs: number;
}

/** The event to publish. Data that says it is a CloudEvent is completed; throws a SyntaxError when it is no JSON object. */
export function toCloudEvent(publication: Publication): CloudEvent {
  const { contentType, topic, pubsub, data, trace, nowMs } = publication;
  if (isCloudEvent(contentType)) {
    const given: unknown = JSON.parse(data.toString('utf8'));
    if (typeof given !== 'object' || given === null || Array.isArray(given)) {
      throw new SyntaxError('a CloudEvent is a JSON object');
    }
    const event = given as Record<string, unknown>;
    return {
      specversion: '1.0',
      source: 'Dapr',
      type: DEFAULT_TYPE,
      time: rfc3339(nowMs),
      // An event that has a trace of its own keeps it.
      ...(event['traceid'] === undefined ? { traceid: trace.traceparent, traceparent: trace.traceparent } : {}),
      tracestate: trace.tracestate ?? '',
      ...event,
      topic,
      pubsubname: pubsub,
    };
  }
  return { ...envelope(publication), ...dataFields(data, contentType) };
}

function envelope({ metadata, source, topic, pubsub, contentType, trace, id, nowMs }: Publication): CloudEvent {
  const given = new Map(Object.entries(metadata).map(([name, value]) => [name.toLowerCase(), value]));
  const override = (field: string): string | undefined => given.get(`cloudevent.${field}`);
  const traceparent = override('traceparent') ?? override('traceid') ?? trace.traceparent;
  const subject = override('subject');
  return {
    id: override('id') ?? id,
    specversion: '1.0',
    datacontenttype: contentType,
    source: override('source') ?? source,
    type: override('type') ?? DEFAULT_TYPE,
    topic,
    pubsubname: pubsub,
    traceid: traceparent,
    traceparent,
    tracestate: override('tracestate') ?? trace.tracestate ?? '',
    time: rfc3339(nowMs),
    ...(subject === undefined ? {} : { subject }),
  };
}

/** The event a subscriber gets when the publisher sent bare data (`rawPayload`). */
export function fromRawPayload(data: Buffer, topic: string, pubsub: string, id: string): CloudEvent {
  return {
    id,
    specversion: '1.0',
    datacontenttype: 'application/octet-stream',
    source: 'Dapr',
    type: DEFAULT_TYPE,
    topic,
    pubsubname: pubsub,
    data_base64: data.toString('base64'),
  };
}

/** The event of a message that was published with an envelope; throws a SyntaxError when it has none. */
export function parseCloudEvent(data: Buffer): CloudEvent {
  const event: unknown = JSON.parse(data.toString('utf8'));
  if (typeof event !== 'object' || event === null || Array.isArray(event)) {
    throw new SyntaxError('expected a JSON object, the envelope of a CloudEvent');
  }
  return event as CloudEvent;
}

/** For brokers that know no time to live: the event says itself when it ends. */
export function withExpiration(event: CloudEvent, ttlMs: number, nowMs: number): CloudEvent {
  return { ...event, expiration: rfc3339(nowMs + ttlMs) };
}

export function hasExpired(event: CloudEvent, nowMs: number): boolean {
  const { expiration } = event;
  return typeof expiration === 'string' && expiration !== '' && Date.parse(expiration) < nowMs;
}

function isCloudEvent(contentType: string): boolean {
  return mediaType(contentType) === CLOUD_EVENT_TYPE;
}

function dataFields(data: Buffer, contentType: string): CloudEvent {
  const type = mediaType(contentType);
  if (type === 'application/octet-stream') return { data_base64: data.toString('base64') };
  const text = data.toString('utf8');
  if (type !== 'application/json' && !type.endsWith('+json')) return { data: text };
  try {
    return { data: JSON.parse(text) as unknown };
  } catch {
    // Dapr: data that is not the JSON it claims to be travels as text.
    return { data: text };
  }
}

function mediaType(contentType: string): string {
  return (contentType.split(';')[0] ?? '').trim().toLowerCase();
}

/** Whole seconds, as Go's RFC 3339 format has it. */
function rfc3339(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
