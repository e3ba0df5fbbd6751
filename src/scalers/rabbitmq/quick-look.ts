// RabbitMQ tells nobody but consumers that a message came; so empty queues that nobody works on are looked at far more often than
// they are polled. A look is a passive declaration on the connection that is open anyway.
import { type Clock, sleep } from '../../async.ts';

export interface QueueState {
  readonly ready: number;
  readonly consumers: number;
}

/** Calls `wake` when there is something in the queue after there was nothing; see Scaler.watch. */
export type WatchQueue = (queue: string, activation: number, wake: () => void, signal: AbortSignal) => Promise<void>;

/** Looks are taken together, so often, while queues are empty and have no consumer. */
const ROUND_MS = 200;
/** At most so many in a round, in the order of waiting: 200 in a second, however many queues there are. */
const LOOKS_IN_A_ROUND = 40;
/** Between two looks at any other queue; polling does there. */
const BUSY_MS = 5_000;

export function createQuickLooks(options: {
  readonly clock: Clock;
  /** Rejects with a SluiceError. */
  look(queue: string, signal: AbortSignal): Promise<QueueState>;
}): WatchQueue {
  const { clock, look } = options;
  const waiting = new Set<() => void>();
  let cancelRound: (() => void) | undefined;

  function beginRound(): void {
    cancelRound = undefined;
    for (const go of waiting.values().take(LOOKS_IN_A_ROUND)) {
      waiting.delete(go);
      go();
    }
    planRound();
  }

  function planRound(): void {
    if (waiting.size > 0) {
      cancelRound ??= clock.schedule(ROUND_MS, beginRound);
    } else {
      cancelRound?.();
      cancelRound = undefined;
    }
  }

  function turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const stop = (): void => {
        waiting.delete(go);
        planRound();
        reject(signal.reason);
      };
      const go = (): void => {
        signal.removeEventListener('abort', stop);
        resolve();
      };
      signal.addEventListener('abort', stop, { once: true });
      waiting.add(go);
      planRound();
    });
  }

  return async (queue, activation, wake, signal) => {
    let wasActive = true;
    for (let isFirst = true; ; isFirst = false) {
      await turn(signal);
      const { ready, consumers } = await look(queue, signal);
      const isActive = ready > activation;
      if (isFirst || (isActive && !wasActive)) wake();
      wasActive = isActive;
      if (isActive || consumers > 0) await sleep(clock, BUSY_MS, signal);
    }
  };
}
