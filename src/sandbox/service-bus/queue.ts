// The life of messages in one queue, subscription or dead-letter queue: active, locked, deferred, scheduled. No network.
import type { Clock } from '../../async.ts';
import type { Consumer, Delivery, Lock, MessageState, Outcome, ReceiveMode, StoredMessage } from './delivery.ts';
import { type BrokeredMessage, withProperties } from './message.ts';
import { createReadyList } from './ready-list.ts';

export interface QueueSettings {
  readonly lockDurationMs: number;
  /** After this many failed deliveries a message is dead-lettered. */
  readonly maxDeliveryCount: number;
  /** Longest time a message waits; Infinity for no limit. */
  readonly timeToLiveMs: number;
  readonly deadLetterExpired: boolean;
}

export interface QueueDeps {
  readonly clock: Clock;
  readonly newLockToken: () => string;
  readonly nextSequenceNumber: () => number;
  /** Where messages go that can't be delivered; without it they are discarded. */
  readonly deadLetter?: (message: BrokeredMessage) => void;
}

export interface Counts {
  /** Ready, locked and deferred: what the service calls ActiveMessageCount. */
  readonly active: number;
  readonly scheduled: number;
}

export interface Queue {
  /** Returns the sequence number. */
  enqueue(message: BrokeredMessage): number;
  /** True when there was such a scheduled message. */
  cancelScheduled(sequenceNumber: number): boolean;
  /** Starts deliveries to `consumer`; the returned function ends them. Locks it holds stay until they expire. */
  attach(consumer: Consumer): () => void;
  /** To be called when a consumer's credit has grown. */
  pump(): void;
  /** False when the lock is gone. */
  settle(lockToken: string, outcome: Outcome): boolean;
  /** The new end of the lock, or undefined when it is gone. */
  renew(lockToken: string): number | undefined;
  /** Those of the deferred messages that exist, in the order asked for. */
  receiveDeferred(sequenceNumbers: readonly number[], mode: ReceiveMode): readonly Delivery[];
  peek(fromSequenceNumber: number, limit: number): readonly StoredMessage[];
  counts(): Counts;
  /** Applies to messages that arrive, and locks that begin, from now on. */
  configure(settings: QueueSettings): void;
  /** Cancels every timer and sends the consumers away; the queue must not be used afterwards. */
  close(): void;
}

interface Entry {
  message: BrokeredMessage;
  readonly sequenceNumber: number;
  /** Order of delivery; given when the message becomes active for the first time. */
  place: number;
  state: MessageState;
  /** Where it goes when its lock ends. */
  home: 'active' | 'deferred';
  deliveryCount: number;
  enqueuedAtMs: number;
  expiresAtMs: number;
  lock: Lock | undefined;
  cancelTimer: () => void;
}

const nothing = (): void => {};

export function createQueue(initial: QueueSettings, deps: QueueDeps): Queue {
  const { clock } = deps;
  let settings = initial;
  const entries = new Map<number, Entry>();
  const ready = createReadyList<Entry>();
  const locked = new Map<string, Entry>();
  const consumers = new Set<Consumer>();
  let scheduled = 0;
  let places = 0;

  /** An entry waits for one thing at a time: its hour, its expiry, or the end of its lock. */
  function armTimer(entry: Entry, atMs: number, run: () => void): void {
    entry.cancelTimer();
    entry.cancelTimer = atMs === Infinity ? nothing : clock.schedule(atMs - clock.now(), run);
  }

  function drop(entry: Entry): void {
    entry.cancelTimer();
    if (entry.state === 'active') ready.remove(entry);
    if (entry.state === 'scheduled') scheduled--;
    if (entry.lock) locked.delete(entry.lock.token);
    entries.delete(entry.sequenceNumber);
  }

  function bury(entry: Entry, reason: string | undefined, description: string | undefined): void {
    drop(entry);
    deps.deadLetter?.(
      withProperties(entry.message, {
        ...(reason === undefined ? {} : { DeadLetterReason: reason }),
        ...(description === undefined ? {} : { DeadLetterErrorDescription: description }),
      }),
    );
  }

  function expire(entry: Entry): void {
    if (settings.deadLetterExpired) {
      bury(entry, 'TTLExpiredException', 'The message expired and was dead lettered.');
    } else drop(entry);
  }

  /** Puts an entry where it can be received: into the ready list, or among the deferred. */
  function settleDown(entry: Entry, state: 'active' | 'deferred'): void {
    entry.lock = undefined;
    entry.state = state;
    entry.home = state;
    if (entry.expiresAtMs <= clock.now()) return expire(entry);
    if (state === 'active') ready.add(entry);
    armTimer(entry, entry.expiresAtMs, () => expire(entry));
  }

  function activate(entry: Entry): void {
    if (entry.state === 'scheduled') scheduled--;
    entry.state = 'active';
    entry.place = ++places;
    entry.enqueuedAtMs = clock.now();
    entry.expiresAtMs = clock.now() + Math.min(entry.message.timeToLiveMs ?? Infinity, settings.timeToLiveMs);
    settleDown(entry, 'active');
    pump();
  }

  function giveBack(entry: Entry, counted: boolean): void {
    if (entry.lock) locked.delete(entry.lock.token);
    if (counted && ++entry.deliveryCount >= settings.maxDeliveryCount) {
      const attempts = entry.deliveryCount;
      return bury(
        entry,
        'MaxDeliveryCountExceeded',
        `Message could not be consumed after ${attempts} delivery attempts.`,
      );
    }
    settleDown(entry, entry.home);
    pump();
  }

  function lockFor(entry: Entry): Lock {
    const lock = { token: entry.lock?.token ?? deps.newLockToken(), untilMs: clock.now() + settings.lockDurationMs };
    entry.state = 'locked';
    entry.lock = lock;
    locked.set(lock.token, entry);
    armTimer(entry, lock.untilMs, () => giveBack(entry, true));
    return lock;
  }

  /** Hands an entry out, once it is in no list any more. */
  function handOut(entry: Entry, mode: ReceiveMode): Delivery {
    if (mode === 'peek-lock') {
      const lock = lockFor(entry);
      return { stored: { ...entry }, lock };
    }
    entry.state = 'locked';
    drop(entry);
    return { stored: { ...entry }, lock: undefined };
  }

  function nextConsumer(): Consumer | undefined {
    for (const consumer of consumers) {
      if (consumer.credit() <= 0) continue;
      // To the end of the line, so that consumers take turns.
      consumers.delete(consumer);
      consumers.add(consumer);
      return consumer;
    }
    return undefined;
  }

  function pump(): void {
    while (ready.size() > 0) {
      const consumer = nextConsumer();
      if (!consumer) return;
      const entry = ready.shift();
      if (entry) consumer.deliver(handOut(entry, consumer.mode));
    }
  }

  return {
    pump,
    enqueue(message) {
      const entry: Entry = {
        message,
        sequenceNumber: deps.nextSequenceNumber(),
        place: 0,
        state: 'active',
        home: 'active',
        deliveryCount: 0,
        enqueuedAtMs: clock.now(),
        expiresAtMs: Infinity,
        lock: undefined,
        cancelTimer: nothing,
      };
      entries.set(entry.sequenceNumber, entry);
      const dueMs = message.scheduledAtMs ?? 0;
      if (dueMs > clock.now()) {
        entry.state = 'scheduled';
        scheduled++;
        armTimer(entry, dueMs, () => activate(entry));
      } else activate(entry);
      return entry.sequenceNumber;
    },
    cancelScheduled(sequenceNumber) {
      const entry = entries.get(sequenceNumber);
      if (entry?.state !== 'scheduled') return false;
      drop(entry);
      return true;
    },
    attach(consumer) {
      consumers.add(consumer);
      pump();
      return () => void consumers.delete(consumer);
    },
    settle(lockToken, outcome) {
      const entry = locked.get(lockToken);
      if (!entry) return false;
      if ('changes' in outcome) entry.message = withProperties(entry.message, outcome.changes ?? {});
      if (outcome.type === 'complete') drop(entry);
      else if (outcome.type === 'dead-letter') bury(entry, outcome.reason, outcome.description);
      else if (outcome.type === 'defer') {
        locked.delete(lockToken);
        settleDown(entry, 'deferred');
      } else giveBack(entry, outcome.type === 'abandon');
      return true;
    },
    renew(lockToken) {
      const entry = locked.get(lockToken);
      return entry && lockFor(entry).untilMs;
    },
    receiveDeferred(sequenceNumbers, mode) {
      return sequenceNumbers
        .flatMap((number) => entries.get(number) ?? [])
        .filter((entry) => entry.state === 'deferred')
        .map((entry) => handOut(entry, mode));
    },
    peek: (from, limit) =>
      [...entries.values()]
        .filter((entry) => entry.sequenceNumber >= from)
        .slice(0, limit)
        .map((entry) => ({ ...entry })),
    counts: () => ({ active: entries.size - scheduled, scheduled }),
    configure: (changed) => void (settings = changed),
    close() {
      for (const entry of entries.values()) entry.cancelTimer();
      const left = [...consumers];
      consumers.clear();
      for (const consumer of left) consumer.gone();
    },
  };
}
