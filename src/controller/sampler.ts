// The one way any part of the program learns a trigger's value. Nothing else calls a scaler.
import { type Clock, withDeadline } from '../async.ts';
import { unlessAborted } from '../scalers/coalesce.ts';
import type { DescribedTrigger, PolledTrigger, ScalerDeps } from '../scalers/scaler.ts';
import {
  type BoundTrigger,
  createFeed,
  type Feed,
  type FeedHooks,
  type GoodReading,
  type Sample,
  toFailure,
} from './feed.ts';
import type { ReadFigures } from './read-tally.ts';
import { createReadTurns } from './read-turns.ts';

export interface Sampler {
  /** Which triggers an object has from now on. Readings of questions it had before are kept. */
  bind(object: string, triggers: readonly BoundTrigger[]): void;
  /**
   * The newest reading if it is younger than `maxAgeMs`; otherwise a new one, shared with everybody who asks meanwhile. A failed
   * reading is an answer too. A caller who aborts gets the signal's reason; the reading goes on for the others.
   * Undefined when the object has no such trigger.
   */
  sample(object: string, metricName: string, options: SampleOptions): Promise<Sample | undefined>;
  /** The metrics of a trigger whose source names them. Rejects with what the source failed with, at the latest after `timeoutMs`. */
  describe(
    trigger: DescribedTrigger,
    options: { readonly timeoutMs: number; readonly hasFailed: boolean },
  ): Promise<readonly PolledTrigger[]>;
  /** The newest reading, however old, without asking anyone. */
  latest(object: string, metricName: string): Sample | undefined;
  /** What the reads of a trigger have come to, for its series; undefined when the object has no such trigger. */
  figures(object: string, metricName: string): TriggerReads | undefined;
  /** Has `hinted` called for the object when a source of it says that it probably changed, until `unwatch` or `unbind`. */
  watch(object: string): void;
  unwatch(object: string): void;
  unbind(object: string): void;
  /** Closes every scaler and waits for it. */
  close(): Promise<void>;
  /** Questions that are asked at present, for telemetry. */
  size(): number;
}

export interface TriggerReads extends ReadFigures {
  /** The newest value that was read, however old. */
  readonly last: GoodReading | undefined;
  /** Since the object has this trigger. */
  readonly failedReads: number;
}

export interface SampleOptions {
  readonly maxAgeMs: number;
  /** The source was asked later than this, whatever its reading's age. */
  readonly askedAfter?: number;
  readonly signal: AbortSignal;
}

export interface SamplerOptions {
  readonly deps: ScalerDeps;
  readonly clock: Clock;
  readonly random: () => number;
  /** Ends every read when the program stops. */
  readonly shutdown: AbortSignal;
  readonly hooks?: SamplerHooks;
  /** See Sampler.watch. What the object samples afterwards is read afterwards. */
  readonly hinted?: (object: string) => void;
}

export interface SamplerHooks extends FeedHooks {
  /** A read of a trigger of the object has failed, whoever asked for it. */
  failed?(object: string): void;
}

/** A trigger of an object. */
interface Slot {
  readonly question: string;
  readonly feed: Feed;
  unwatch: (() => void) | undefined;
  /** The newest failure that was counted. */
  counted: Sample | undefined;
  failedReads: number;
}

export function createSampler(options: SamplerOptions): Sampler {
  const turns = createReadTurns();
  const feeds = new Map<string, { readonly feed: Feed; readonly trigger: PolledTrigger; users: number }>();
  const objects = new Map<string, ReadonlyMap<string, Slot>>();
  const watched = new Set<string>();
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

  const slotsOf = (object: string): Iterable<Slot> => objects.get(object)?.values() ?? [];

  function giveBack(slots: Iterable<Slot>): void {
    for (const { question, unwatch } of slots) {
      unwatch?.();
      release(question);
    }
  }

  function watchSlots(object: string): void {
    for (const slot of slotsOf(object)) slot.unwatch ??= slot.feed.watch(() => options.hinted?.(object));
  }

  /** A failure that many look at is one. */
  function count(object: string, slot: Slot, sample: Sample): void {
    if (sample.ok || sample === slot.counted) return;
    slot.counted = sample;
    slot.failedReads++;
    options.hooks?.failed?.(object);
  }

  function unbind(object: string): void {
    const slots = slotsOf(object);
    objects.delete(object);
    watched.delete(object);
    giveBack(slots);
  }

  return {
    bind(object, triggers) {
      // New questions are taken before old ones are given back, so that one that stays keeps its readings and connection.
      const former = objects.get(object);
      const slots = new Map(
        triggers.map((bound): [string, Slot] => {
          const { metricName, question } = bound;
          const { counted, failedReads = 0 } = former?.get(metricName) ?? {};
          return [metricName, { question, feed: acquire(bound), unwatch: undefined, counted, failedReads }];
        }),
      );
      const before = slotsOf(object);
      objects.set(object, slots);
      if (watched.has(object)) watchSlots(object);
      giveBack(before);
    },
    watch(object) {
      if (!objects.has(object) || watched.has(object)) return;
      watched.add(object);
      watchSlots(object);
    },
    unwatch(object) {
      if (!watched.delete(object)) return;
      for (const slot of slotsOf(object)) {
        slot.unwatch?.();
        slot.unwatch = undefined;
      }
    },
    async describe(trigger, { timeoutMs, hasFailed }) {
      const what = `${trigger.type} trigger`;
      const source = { sourceId: trigger.sourceId, batches: false };
      const turn = turns.take(source);
      try {
        return await withDeadline(options.clock, options.shutdown, timeoutMs, what, (signal) =>
          turn(hasFailed, () => unlessAborted(trigger.describe(options.deps, signal), signal)),
        );
      } catch (thrown) {
        throw options.shutdown.aborted ? thrown : toFailure(thrown, what);
      } finally {
        turns.giveBack(source);
      }
    },
    async sample(object, metricName, { maxAgeMs, askedAfter, signal }) {
      const slot = objects.get(object)?.get(metricName);
      if (!slot) return undefined;
      const sample = await untilAborted(slot.feed.sample(maxAgeMs, askedAfter), signal);
      count(object, slot, sample);
      return sample;
    },
    latest: (object, metricName) => objects.get(object)?.get(metricName)?.feed.latest(),
    figures(object, metricName) {
      const slot = objects.get(object)?.get(metricName);
      if (!slot) return undefined;
      const latest = slot.feed.latest();
      const last = latest?.ok === false ? latest.last : latest;
      return { ...slot.feed.figures(), last, failedReads: slot.failedReads };
    },
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
