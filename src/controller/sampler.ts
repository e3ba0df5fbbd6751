// The one way any part of the program learns a trigger's value. Nothing else calls a scaler.
import type { Clock } from '../async.ts';
import type { PolledTrigger, ScalerDeps } from '../scalers/scaler.ts';
import { type BoundTrigger, createFeed, type Feed, type FeedHooks, type Sample } from './feed.ts';
import { createReadTurns } from './read-turns.ts';

export interface Sampler {
  /** Which triggers an object has from now on. Readings of questions it had before are kept. */
  bind(object: string, triggers: readonly BoundTrigger[]): void;
  /**
   * The newest reading if it is younger than `maxAgeMs`; otherwise a new one, shared with everybody who asks meanwhile. A failed
   * reading is an answer too. A caller who aborts gets the signal's reason; the reading goes on for the others.
   * Undefined when the object has no such trigger.
   */
  sample(
    object: string,
    metricName: string,
    options: { readonly maxAgeMs: number; readonly signal: AbortSignal },
  ): Promise<Sample | undefined>;
  /** The newest reading, however old, without asking anyone. */
  latest(object: string, metricName: string): Sample | undefined;
  unbind(object: string): void;
  /** Closes every scaler and waits for it. */
  close(): Promise<void>;
  /** Questions that are asked at present, for telemetry. */
  size(): number;
}

export interface SamplerOptions {
  readonly deps: ScalerDeps;
  readonly clock: Clock;
  readonly random: () => number;
  /** Ends every read when the program stops. */
  readonly shutdown: AbortSignal;
  readonly hooks?: FeedHooks;
}

export function createSampler(options: SamplerOptions): Sampler {
  const turns = createReadTurns();
  const feeds = new Map<string, { readonly feed: Feed; readonly trigger: PolledTrigger; users: number }>();
  const objects = new Map<string, ReadonlyMap<string, { readonly question: string; readonly feed: Feed }>>();
  const closing = new Set<Promise<void>>();

  function acquire(bound: BoundTrigger): Feed {
    let entry = feeds.get(bound.question);
    if (!entry) {
      entry = { feed: createFeed(bound, turns.take(bound.trigger), options), trigger: bound.trigger, users: 0 };
      feeds.set(bound.question, entry);
    }
    entry.users++;
    return entry.feed;
  }

  function release(question: string): void {
    const entry = feeds.get(question);
    if (!entry || --entry.users > 0) return;
    feeds.delete(question);
    turns.giveBack(entry.trigger);
    const closed = entry.feed.close().finally(() => closing.delete(closed));
    closing.add(closed);
  }

  function unbind(object: string): void {
    const slots = objects.get(object);
    objects.delete(object);
    for (const { question } of slots?.values() ?? []) release(question);
  }

  return {
    bind(object, triggers) {
      // New questions are taken before old ones are given back, so that one that stays keeps its readings and connection.
      const slots = new Map(
        triggers.map((bound) => [bound.metricName, { question: bound.question, feed: acquire(bound) }]),
      );
      unbind(object);
      objects.set(object, slots);
    },
    async sample(object, metricName, { maxAgeMs, signal }) {
      const feed = objects.get(object)?.get(metricName)?.feed;
      return feed && untilAborted(feed.sample(maxAgeMs), signal);
    },
    latest: (object, metricName) => objects.get(object)?.get(metricName)?.feed.latest(),
    unbind,
    async close() {
      for (const object of objects.keys()) unbind(object);
      await Promise.all(closing);
    },
    size: () => feeds.size,
  };
}

/** Lets a caller go without ending the work, which others share. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    work.catch(() => {});
    return Promise.reject(signal.reason as Error);
  }
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
