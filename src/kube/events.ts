// Kubernetes Events: what `kubectl describe` shows. Repeats become a series, never a flood.
import { randomUUID } from 'node:crypto';
import { type Clock, withDeadline } from '../async.ts';
import type { Component } from '../component.ts';
import { createComplaint } from '../complaint.ts';
import { isAccessTrouble, KubeError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { KubeClient } from './client.ts';
import type { EventLog } from './event-log.ts';
import {
  type EventRecord,
  type EventReporter,
  type EventSubject,
  eventObject,
  type Repetition,
  seriesOf,
} from './event-object.ts';
import { EVENTS } from './resources.ts';

export type { EventRecord, EventSubject } from './event-object.ts';

export interface EventRecorder {
  /** Returns at once; it is sent in the background, and a failure is logged. */
  record(event: EventRecord): void;
  /** No warning that lasts is true of the object any more. Says nothing where none was told. */
  settled(subject: EventSubject): void;
}

export interface EventRecorderOptions extends EventReporter {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly log: Logger;
  /** A series is written at most this often; 5 minutes when not given. */
  readonly seriesIntervalMs?: number;
  /** Where warnings are told besides; nowhere when not given. */
  readonly warnings?: EventLog;
}

const MOST_WAITING = 1_000;
/** Written at one time: a thousand objects that wake together are told of in seconds, and the API server hardly notices. */
const WRITERS = 4;
const MOST_SERIES = 4_096;
/** What still waits at shutdown gets this long. */
const FAREWELL_MS = 2_000;

interface Series extends Repetition {
  readonly event: EventRecord;
  count: number;
  lastAt: number;
  /** Of the Event object; undefined until it was written. */
  name: string | undefined;
  writtenCount: number;
  waiting: boolean;
}

export function createEventRecorder(options: EventRecorderOptions): EventRecorder & Component {
  const { client, clock, log, warnings, seriesIntervalMs = 300_000 } = options;
  const known = new Map<string, Series>();
  const queue: Series[] = [];
  const complaint = createComplaint(options);
  let more = Promise.withResolvers<void>();
  let cancelSweep: (() => void) | undefined;
  /** Events that found no room; the next sweep takes them up, unless newer ones have pushed them out by then. */
  let late = 0;

  function wake(): void {
    more.resolve();
    more = Promise.withResolvers<void>();
  }

  function enqueue(series: Series): void {
    if (series.waiting) return;
    if (queue.length >= MOST_WAITING) {
      late++;
      cancelSweep ??= clock.schedule(seriesIntervalMs, sweep);
      return;
    }
    series.waiting = true;
    queue.push(series);
    wake();
  }

  /** A Map keeps the order in which keys came; a repeat moves its key to the end, so the first is the longest unseen. */
  function remember(key: string, series: Series): void {
    known.delete(key);
    known.set(key, series);
    const [oldest] = known.keys();
    if (known.size > MOST_SERIES && oldest !== undefined) known.delete(oldest);
  }

  /** Writes the counts that changed, and forgets what did not happen again. */
  function sweep(): void {
    cancelSweep = undefined;
    const forgetBefore = clock.now() - 2 * seriesIntervalMs;
    for (const [key, series] of known) {
      if (series.count > series.writtenCount) enqueue(series);
      else if (series.lastAt < forgetBefore) known.delete(key);
    }
  }

  async function write(series: Series, signal: AbortSignal): Promise<void> {
    const { event, name, count } = series;
    const namespace = event.regarding.namespace ?? 'default';
    if (name === undefined || !(await patchSeries({ namespace, name }, series, signal))) {
      const fresh = `${event.regarding.name.slice(0, 200)}.${randomUUID()}`;
      await client.create(EVENTS, eventObject({ namespace, name: fresh }, event, options, series), { signal });
      series.name = fresh;
    }
    series.writtenCount = count;
  }

  /** False when the Event is gone: the API server keeps them for an hour. */
  async function patchSeries(
    key: { namespace: string; name: string },
    series: Series,
    signal: AbortSignal,
  ): Promise<boolean> {
    try {
      await client.patch(EVENTS, key, { type: 'merge', body: { series: seriesOf(series) } }, { signal });
      return true;
    } catch (error) {
      if (error instanceof KubeError && error.code === 'KUBE_NOT_FOUND') return false;
      throw error;
    }
  }

  /** Until the queue is empty. */
  async function drain(signal: AbortSignal): Promise<void> {
    for (let series = queue.shift(); series !== undefined; series = queue.shift()) {
      series.waiting = false;
      try {
        await write(series, signal);
      } catch (error) {
        if (signal.aborted) {
          enqueue(series); // for the farewell
          return;
        }
        const fields = { reason: series.event.reason, error };
        if (isAccessTrouble(error)) log.debug('event could not be written', fields);
        else complaint.raise(error instanceof KubeError ? error.code : 'other', 'event could not be written', fields);
      }
    }
    if (late > 0) log.warn('more events at one time than can wait to be sent; some will be late or missing', { late });
    late = 0;
  }

  async function keepWriting(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const woken = more.promise;
      await drain(signal);
      if (!signal.aborted) await woken;
    }
  }

  return {
    name: 'events',
    ready: () => true,

    record(event) {
      const now = clock.now();
      const { kind, namespace, name, uid } = event.regarding;
      const key = JSON.stringify([kind, namespace, name, uid, event.type, event.reason, event.note]);
      const series = known.get(key);
      if (series === undefined || now - series.lastAt > 2 * seriesIntervalMs) {
        const first: Series = {
          event,
          count: 1,
          firstAt: now,
          lastAt: now,
          name: undefined,
          writtenCount: 0,
          waiting: false,
        };
        remember(key, first);
        enqueue(first);
        if (isForLog(event)) warnings?.began(event);
        return;
      }
      series.count++;
      series.lastAt = now;
      remember(key, series);
      if (isForLog(event)) warnings?.wentOn(event);
      cancelSweep ??= clock.schedule(seriesIntervalMs, sweep);
    },

    settled: (subject) => warnings?.settled(subject),

    async run(signal) {
      signal.addEventListener('abort', wake, { once: true });
      await Promise.all(Array.from({ length: WRITERS }, () => keepWriting(signal)));
      warnings?.close();
      cancelSweep?.();
      sweep();
      await withDeadline(clock, new AbortController().signal, FAREWELL_MS, 'the last events', drain).catch(
        (error: unknown) => log.warn('events are lost at shutdown', { error, waiting: queue.length }),
      );
    },
  };
}

function isForLog({ type, isKnown = false }: EventRecord): boolean {
  return type === 'Warning' && !isKnown;
}
