// What a queue hands to whoever receives, and what the receiver may answer.
import type { BrokeredMessage, Properties } from './message.ts';

export type MessageState = 'active' | 'locked' | 'deferred' | 'scheduled';

/** A message as it stands in the queue. */
export interface StoredMessage {
  readonly message: BrokeredMessage;
  readonly sequenceNumber: number;
  readonly state: MessageState;
  /** Deliveries that failed so far: 0 at the first one. */
  readonly deliveryCount: number;
  readonly enqueuedAtMs: number;
  /** Infinity when it never expires. */
  readonly expiresAtMs: number;
}

export interface Lock {
  readonly token: string;
  readonly untilMs: number;
}

export interface Delivery {
  readonly stored: StoredMessage;
  /** Absent when the message left the queue with this delivery (receive and delete). */
  readonly lock: Lock | undefined;
}

export type ReceiveMode = 'peek-lock' | 'receive-and-delete';

/** Somebody who takes messages as they come, while credit() is above zero. */
export interface Consumer {
  readonly mode: ReceiveMode;
  credit(): number;
  deliver(delivery: Delivery): void;
  /** Called when the queue is deleted: nothing will come any more. */
  gone(): void;
}

export type Outcome =
  | { readonly type: 'complete' }
  /** Back into the queue; counts as a failed delivery. */
  | { readonly type: 'abandon'; readonly changes?: Properties }
  /** Back into the queue as if it had never been delivered. */
  | { readonly type: 'release' }
  | { readonly type: 'defer'; readonly changes?: Properties }
  | {
      readonly type: 'dead-letter';
      readonly reason?: string | undefined;
      readonly description?: string | undefined;
      readonly changes?: Properties;
    };
