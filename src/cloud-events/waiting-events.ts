// Events that wait for their turn, in order. There is room for so many; the oldest make way.
import type { CloudEvent } from './cloud-event.ts';

export interface WaitingEvent {
  readonly event: CloudEvent;
  readonly since: number;
  /** How often it was refused when it went by itself. */
  refusals: number;
}

export interface WaitingEvents {
  add(entry: WaitingEvent): void;
  /** Takes out up to `most`, oldest first. */
  take(most: number): WaitingEvent[];
  /** What was taken and not delivered takes its place again. */
  putBack(entries: readonly WaitingEvent[]): void;
  size(): number;
  /** Resolves when there is something, or `signal` aborts. */
  filled(signal: AbortSignal): Promise<void>;
}

/** `pushedOut` is told of what made way. */
export function createWaitingEvents(
  room: number,
  pushedOut: (entries: readonly WaitingEvent[]) => void,
): WaitingEvents {
  let waiting: WaitingEvent[] = [];
  let wake = (): void => {};

  function hold(entries: WaitingEvent[]): void {
    const excess = Math.max(0, entries.length - room);
    waiting = excess === 0 ? entries : entries.slice(excess);
    if (excess > 0) pushedOut(entries.slice(0, excess));
    wake();
  }

  return {
    add(entry) {
      waiting.push(entry);
      hold(waiting);
    },
    take: (most) => waiting.splice(0, most),
    putBack: (entries) => hold([...entries, ...waiting]),
    size: () => waiting.length,
    filled: (signal) =>
      new Promise((resolve) => {
        if (waiting.length > 0 || signal.aborted) return resolve();
        const done = (): void => {
          signal.removeEventListener('abort', done);
          wake = () => {};
          resolve();
        };
        wake = done;
        signal.addEventListener('abort', done, { once: true });
      }),
  };
}
