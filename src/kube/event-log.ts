// What the log says of warnings: one line when an object's trouble begins, one when it is over, and never a flood.
import type { Clock } from '../async.ts';
import type { Logger } from '../log.ts';
import type { EventRecord, EventSubject } from './event-object.ts';

export interface EventLog {
  /** A series of warnings begins. */
  began(event: EventRecord): void;
  /** One of them goes on, which is news only where the log said last that its object is in order. */
  wentOn(event: EventRecord): void;
  /** Nothing that was told of the object is so any more. */
  settled(subject: EventSubject): void;
  /** Says what is left to be said. */
  close(): void;
}

/** Of one reason within a minute: a broker that goes away takes a thousand objects along. The others are lines for debugging, and counted. */
const MOST_LINES = 100;
const MINUTE_MS = 60_000;
/** What comes and goes is told no more often. */
const AGAIN_MS = 300_000;
const MOST_OBJECTS = 4_096;

/** One whose last line was a warning, or a warning that is not told yet. */
type Trouble = 'told' | EventRecord;

interface Minute {
  lines: number;
  readonly end: () => void;
  readonly cancel: () => void;
}

export function createEventLog({ log, clock }: { readonly log: Logger; readonly clock: Clock }): EventLog {
  const troubles = new Map<string, Trouble>();
  const minutes = new Map<string, Minute>();
  let cancelAgain: (() => void) | undefined;

  function beginMinute(reason: string): Minute {
    const end = (): void => {
      const leftOut = minute.lines - MOST_LINES;
      minutes.delete(reason);
      if (leftOut > 0) log.warn('more warnings of one reason than are told one by one', { reason, leftOut });
    };
    const minute: Minute = { lines: 0, end, cancel: clock.schedule(MINUTE_MS, end) };
    minutes.set(reason, minute);
    return minute;
  }

  function note(id: string, trouble: Trouble): void {
    troubles.delete(id);
    troubles.set(id, trouble);
    const [oldest] = troubles.keys();
    if (troubles.size > MOST_OBJECTS && oldest !== undefined) troubles.delete(oldest);
  }

  function began(event: EventRecord): void {
    const { reason, note: message, regarding } = event;
    const minute = minutes.get(reason) ?? beginMinute(reason);
    const isTold = ++minute.lines <= MOST_LINES;
    (isTold ? log.warn : log.debug)('warning about an object', { reason, ...namesOf(regarding), message });
    // What was left out ends without a line as well.
    if (isTold && event.lasts) note(idOf(regarding), 'told');
  }

  /** Who was in order again and is not any more must not have that for the last word. */
  function tellAgain(): void {
    cancelAgain = undefined;
    const untold = [...troubles].flatMap(([id, trouble]) => (trouble === 'told' ? [] : [{ id, trouble }]));
    for (const { id, trouble } of untold) {
      troubles.delete(id);
      began(trouble);
    }
  }

  return {
    began,
    wentOn(event) {
      const id = idOf(event.regarding);
      if (!event.lasts || troubles.has(id)) return;
      note(id, event);
      cancelAgain ??= clock.schedule(AGAIN_MS, tellAgain);
    },
    settled(subject) {
      const id = idOf(subject);
      if (troubles.get(id) === 'told') log.info('object is in order again', namesOf(subject));
      troubles.delete(id);
    },
    close() {
      cancelAgain?.();
      for (const { cancel, end } of minutes.values()) {
        cancel();
        end();
      }
    },
  };
}

function namesOf({ kind, namespace, name }: EventSubject): Pick<EventSubject, 'kind' | 'namespace' | 'name'> {
  return { kind, namespace, name };
}

function idOf({ uid, kind, namespace = '', name }: EventSubject): string {
  return uid ?? `${kind}/${namespace}/${name}`;
}
