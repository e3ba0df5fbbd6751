// One question to one source: its scaler, its newest reading, and the read in flight that all who ask share.
import { type Clock, backoffMs, withDeadline } from '../async.ts';
import { InternalError, SluiceError, SourceAnswerError, SourceUnavailableError } from '../errors.ts';
import type { PolledTrigger, Reading, Scaler, ScalerDeps } from '../scalers/scaler.ts';
import type { ReadTurn } from './read-turns.ts';
import { createReadTally, type ReadFigures } from './read-tally.ts';
import { observeRead } from '../telemetry/read-observer.ts';
import { createWatching } from './watching.ts';

/** A trigger of an object, ready to be read. */
export interface BoundTrigger {
  /** As the HPA knows it: `s0-…`, unique in the object. */
  readonly metricName: string;
  readonly trigger: PolledTrigger;
  /** Equal for triggers that ask the same source the same question; they share one reading. Holds no secret. */
  readonly question: string;
  readonly readTimeoutMs: number;
}

/** A reading that succeeded, judged by the trigger's own rule. */
export interface GoodReading {
  readonly value: number;
  readonly isActive: boolean;
  /** When the source answered, milliseconds since the epoch. */
  readonly at: number;
  /** When it was asked: what happened before is in the value. */
  readonly askedAt: number;
}

/** A value with its age, or a failure that keeps the last good value with its own. A failure is never a 0. */
export type Sample =
  | ({ readonly ok: true } & GoodReading)
  | {
      readonly ok: false;
      readonly error: SluiceError;
      readonly at: number;
      /** Failed reads in a row, this one included. */
      readonly failures: number;
      readonly last?: GoodReading;
    };

export interface FeedHooks {
  read?(read: { readonly type: string; readonly tookMs: number; readonly error?: SluiceError }): void;
  /** A request over HTTP; `status` is `error` when there was no answer. */
  http?(request: { readonly type: string; readonly status: string; readonly seconds: number }): void;
  /** A driver took no notice of its deadline; its read was left to itself. */
  abandoned?(type: string): void;
  /** A source said that it probably changed. */
  hint?(type: string): void;
  /** A watch ended by itself; without an error when the source ended it in good order. It will be begun again. */
  watchEnded?(watch: { readonly trigger: PolledTrigger; readonly error?: SluiceError }): void;
}

export interface Feed {
  /** See Sampler.sample. Never rejects, except when the program stops. */
  sample(maxAgeMs: number, askedAfter?: number): Promise<Sample>;
  latest(): Sample | undefined;
  figures(): ReadFigures;
  /**
   * Calls `wake` when the source says that it probably changed, for sources that do; what is sampled afterwards is read afterwards.
   * The returned function ends it.
   */
  watch(wake: () => void): () => void;
  close(): Promise<void>;
}

interface FeedOptions {
  readonly deps: ScalerDeps;
  readonly clock: Clock;
  readonly random: () => number;
  readonly shutdown: AbortSignal;
  readonly hooks?: FeedHooks;
}

/** After a refused login the wait grows to this: brokers lock accounts that keep knocking. A changed Secret is a new question, so it need not wait. */
const LONGEST_AUTH_WAIT_MS = 60_000;

export function createFeed(bound: BoundTrigger, turn: ReadTurn, options: FeedOptions): Feed {
  const { trigger, readTimeoutMs } = bound;
  const { clock, random, shutdown, deps, hooks = {} } = options;
  const what = `${trigger.type} trigger ${trigger.metric.name}`;
  let scaler: Promise<Scaler> | undefined;
  let latest: Sample | undefined;
  let reading: Promise<Sample> | undefined;
  /** The read after the one in flight. */
  let nextReading: Promise<Sample> | undefined;
  /** Hints so far, and how many of them the newest reading and the one in flight may know of. */
  let hints = 0;
  let hintsInLatest = 0;
  let latestAskedAt = 0;
  let readingAskedAt = 0;
  let hintsInReading = 0;
  const listeners = new Set<() => void>();
  /** A source is asked to push only once it has been read: what keeps it from that is told by the read. */
  let hasAnswered = false;
  let notBefore = 0;
  let isClosed = false;
  /** Set while the driver works; still set at the next read when it ignored the deadline of the last one. */
  let working: symbol | undefined;
  const tally = createReadTally((status, seconds) => hooks.http?.({ type: trigger.type, status, seconds }));

  function connect(): Promise<Scaler> {
    if (scaler) return scaler;
    const connecting = trigger.connect(deps);
    scaler = connecting;
    // A failed connect is not remembered.
    connecting.catch(() => {
      if (scaler === connecting) scaler = undefined;
    });
    return connecting;
  }

  const watching = createWatching({
    clock,
    random,
    connect,
    heard() {
      hints++;
      hooks.hint?.(trigger.type);
      for (const wake of listeners) wake();
    },
    ended: (error) => hooks.watchEnded?.({ trigger, ...(error ? { error } : {}) }),
    translate: (thrown) => toFailure(thrown, what),
  });

  async function drop(): Promise<void> {
    const dropped = scaler;
    scaler = undefined;
    watching.restart();
    await dropped?.then((it) => it.close()).catch(() => {});
  }

  async function askDriver(signal: AbortSignal): Promise<Reading> {
    signal.throwIfAborted();
    if (working !== undefined) {
      hooks.abandoned?.(trigger.type);
      void drop();
    }
    const mine = Symbol();
    working = mine;
    try {
      return await observeRead(tally.observer, async () => (await connect()).read(signal));
    } finally {
      if (working === mine) working = undefined;
    }
  }

  async function readOnce(): Promise<Reading> {
    const reading = await withDeadline(clock, shutdown, readTimeoutMs, what, (signal) =>
      // The turn ends at the deadline even if the driver goes on, or a few deaf drivers would take all turns for ever.
      turn(latest?.ok === false, () => Promise.race([askDriver(signal), aborted(signal)])),
    );
    if (!Number.isFinite(reading.value)) {
      throw new SourceAnswerError(`${what}: expected a number, found ${reading.value}`);
    }
    return reading;
  }

  function took(startedAt: number): number {
    const tookMs = Math.max(0, clock.now() - startedAt);
    tally.took(tookMs);
    return tookMs;
  }

  async function read(): Promise<Sample> {
    const startedAt = clock.now();
    hintsInReading = hints;
    readingAskedAt = startedAt;
    try {
      const { value, active } = await readOnce();
      hooks.read?.({ type: trigger.type, tookMs: took(startedAt) });
      if (latest?.ok === false) watching.hurry();
      hasAnswered = true;
      if (listeners.size > 0) watching.start();
      const isActive = active ?? value > trigger.metric.activation;
      notBefore = 0;
      // KEDA: a metric is never negative; activity goes by the raw value.
      return { ok: true, value: Math.max(0, value), isActive, at: clock.now(), askedAt: startedAt };
    } catch (thrown) {
      if (shutdown.aborted) throw thrown;
      const error = toFailure(thrown, what);
      const failures = latest?.ok === false ? latest.failures + 1 : 1;
      const last = latest?.ok === false ? latest.last : latest;
      hooks.read?.({ type: trigger.type, tookMs: took(startedAt), error });
      notBefore = clock.now() + waitAfter(error, failures, random);
      return { ok: false, error, at: clock.now(), failures, ...(last ? { last: goodReading(last) } : {}) };
    }
  }

  function readNow(): Promise<Sample> {
    reading ??= read()
      .then((sample) => {
        latest = sample;
        hintsInLatest = hintsInReading;
        latestAskedAt = readingAskedAt;
        return sample;
      })
      .finally(() => {
        reading = undefined;
        if (isClosed) void drop();
      });
    return reading;
  }

  return {
    latest: () => latest,
    figures: tally.figures,
    sample(maxAgeMs, askedAfter = Number.NEGATIVE_INFINITY) {
      const now = clock.now();
      // A reading from the future tells that the clock was set back, not that it is fresh.
      const isYoung =
        latest !== undefined && hintsInLatest === hints && latestAskedAt > askedAfter && now - latest.at < maxAgeMs;
      if (latest && now >= latest.at && (now < notBefore || isYoung)) return Promise.resolve(latest);
      if (!reading || (hintsInReading === hints && readingAskedAt > askedAfter)) return readNow();
      // The read in flight may have asked before the source changed.
      nextReading ??= reading.then((sample) => {
        nextReading = undefined;
        return isClosed ? sample : readNow();
      });
      return nextReading;
    },
    watch(wake) {
      const listener = (): void => wake();
      listeners.add(listener);
      if (hasAnswered) watching.start();
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) watching.stop();
      };
    },
    async close() {
      isClosed = true;
      listeners.clear();
      watching.stop();
      await reading?.catch(() => {});
      await drop();
    },
  };
}

/** A scaler translates its driver's errors; the text of one that slipped through may hold a secret, so it stays in the cause. */
export function toFailure(thrown: unknown, what: string): SluiceError {
  if (thrown instanceof SluiceError) return thrown;
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  return new InternalError(`${what}: the driver failed with an unforeseen ${name}`, { cause: thrown });
}

/** How long to leave the source alone after a failure; 0 means until the next look. */
function waitAfter(error: SluiceError, failures: number, random: () => number): number {
  if (error instanceof SourceUnavailableError && error.retryAfterMs !== undefined) return error.retryAfterMs;
  if (error.code === 'AUTH_FAILED') return backoffMs(failures - 1, 2_000, LONGEST_AUTH_WAIT_MS, random);
  return 0;
}

function goodReading({ value, isActive, at, askedAt }: GoodReading): GoodReading {
  return { value, isActive, at, askedAt };
}

function aborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => {});
  if (signal.aborted) reject(signal.reason);
  else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  return promise;
}
