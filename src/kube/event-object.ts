// One Event as events.k8s.io/v1 wants it, within the limits that the API server validates.
import type { KubeObject } from './client.ts';

export interface EventSubject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly uid?: string | undefined;
}

export interface EventRecord {
  readonly regarding: EventSubject;
  readonly type: 'Normal' | 'Warning';
  /** CamelCase, for machines. */
  readonly reason: string;
  readonly action: string;
  /** For people. */
  readonly note: string;
  /** Of a warning: it is so until the object is told to be in order again. */
  readonly lasts?: boolean;
  /** It comes of what all objects meet, such as an API server that is away: the log has told that once. */
  readonly isKnown?: boolean;
}

export interface EventReporter {
  /** Qualified name of the program, for example `keda.sh/sluice`. */
  readonly reportingController: string;
  /** Name of the pod or host. */
  readonly reportingInstance: string;
}

/** How often something happened; times in milliseconds since the epoch. */
export interface Repetition {
  readonly count: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

export interface EventSeries {
  readonly count: number;
  readonly lastObservedTime: string;
}

interface EventObject extends KubeObject, EventReporter, Omit<EventRecord, 'lasts' | 'isKnown'> {
  readonly eventTime: string;
  readonly series?: EventSeries;
}

/** Bytes, from the validation of events.k8s.io/v1. */
const NOTE_BYTES = 1024;
const FIELD_BYTES = 128;

export function eventObject(
  key: { readonly name: string; readonly namespace: string },
  event: EventRecord,
  reporter: EventReporter,
  times: Repetition,
): EventObject {
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: key,
    eventTime: microTime(times.firstAt),
    reportingController: reporter.reportingController,
    reportingInstance: cut(reporter.reportingInstance, FIELD_BYTES),
    action: cut(event.action, FIELD_BYTES),
    reason: cut(event.reason, FIELD_BYTES),
    note: cut(event.note, NOTE_BYTES),
    type: event.type,
    regarding: event.regarding,
    ...(times.count > 1 ? { series: seriesOf(times) } : {}),
  };
}

export function seriesOf({ count, lastAt }: Repetition): EventSeries {
  return { count, lastObservedTime: microTime(lastAt) };
}

/** metav1.MicroTime. */
function microTime(atMs: number): string {
  return new Date(atMs).toISOString().replace('Z', '000Z');
}

/** At most `bytes` of UTF-8, never half a character. */
export function cut(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  const bytesOf = Buffer.from(text);
  let end = bytes - Buffer.byteLength('…');
  while (((bytesOf[end] ?? 0) & 0xc0) === 0x80) end--; // a continuation byte: its character began earlier
  return `${bytesOf.subarray(0, end)}…`;
}
