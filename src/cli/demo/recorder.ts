// Looks at queue, replicas and decision four times a second, and keeps what it saw.
import { type Clock, sleep } from '../../async.ts';
import type { Frame } from './timeline.ts';

export interface Look {
  readonly depth: number;
  readonly wanted: number;
  readonly ready: number;
  readonly handled: number;
  readonly reason: string;
}

export interface Recorder {
  /** Since start(); times count from there. */
  readonly frames: readonly Frame[];
  latest(): Frame | undefined;
  /** Time zero: forgets what was seen before. */
  start(): void;
  /** Until the signal aborts. A look that fails is left out. */
  run(signal: AbortSignal): Promise<void>;
  /** Resolves with the first frame that `test` likes; undefined when the time is over. */
  until(test: (frame: Frame) => boolean, withinMs: number, signal: AbortSignal): Promise<Frame | undefined>;
}

const EVERY_MS = 250;

export function createRecorder(options: {
  readonly look: (signal: AbortSignal) => Promise<Look>;
  readonly onFrame: (frame: Frame) => void;
  readonly clock: Clock;
}): Recorder {
  const { clock } = options;
  let zero = clock.now();
  let frames: Frame[] = [];
  return {
    get frames() {
      return frames;
    },
    latest: () => frames.at(-1),
    start() {
      zero = clock.now();
      frames = [];
    },
    async run(signal) {
      while (!signal.aborted) {
        const seen = await options.look(signal).catch(() => undefined);
        if (seen) {
          const frame = { at: clock.now() - zero, ...seen };
          frames.push(frame);
          options.onFrame(frame);
        }
        await sleep(clock, EVERY_MS, signal).catch(() => {});
      }
    },
    async until(test, withinMs, signal) {
      const deadline = clock.now() + withinMs;
      for (let seen = frames.length; clock.now() < deadline; ) {
        const found = frames.slice(seen).find(test);
        if (found) return found;
        seen = Math.min(seen, frames.length);
        await sleep(clock, EVERY_MS / 2, signal);
      }
      return undefined;
    },
  };
}
