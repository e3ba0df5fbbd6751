// What a scaler's test brings to the suite: a running broker, and what it may be held to.
import type { TriggerInput } from '../../../src/scalers/scaler.ts';

type Parameters = Pick<TriggerInput, 'metadata' | 'auth'>;

/** A running broker, and how a trigger for it is written. */
export interface BrokerHarness {
  readonly type: string;
  /** Where the proxy sends what it gets. */
  readonly port: number;
  /** Adds up to `messages` to a queue, which is made when it doesn't exist; a hundred thousand within a minute. */
  fill(queue: string, messages: number): Promise<void>;
  /** Takes the messages of a queue out again; offered where a crowd of them makes all that follows slower. */
  empty?(queue: string): Promise<void>;
  /** Everything a scaler could change: queues, messages, groups, as something to compare. */
  contents(): Promise<unknown>;
  /** A trigger that reaches the broker on `port`, with the right password or another one. */
  input(queue: string, port: number, password?: string): Parameters;
  /** What must never show up in an error. */
  readonly secrets: readonly string[];
  readonly tls?: {
    /** Where the broker itself speaks TLS, and who signed its certificate; without it, a relay does so before `port`. */
    readonly own?: { readonly port: number; readonly ca: string };
    /** A trigger that reaches it, and trusts `ca` besides the system's authorities. */
    input(queue: string, port: number, ca: string | undefined): Parameters;
  };
  /** Ends the broker and starts it on the same port; what it held may be lost, and `fill` works again afterwards. */
  restart?(): Promise<void>;
  stop(): Promise<void>;
}

/** What some brokers can't be asked for. */
export type Capability = 'wrong password' | 'hundred thousand' | 'tls' | 'restart';

export interface Promises {
  /** What a queue that doesn't exist is. */
  readonly missingQueue: 'error' | 'zero';
  /** The most connections that any number of triggers may open; 1 where they all fit through one at a time. */
  readonly connections?: number;
  /** Names that a queue may have, where the broker doesn't take any. */
  readonly names?: readonly string[];
  /** Its answers are HTTP's, and so are its refusals. */
  readonly speaks?: 'http';
  /** It says when a queue has changed. */
  readonly watches?: true;
  /** What isn't proven here, and why. */
  readonly without?: Readonly<Partial<Record<Capability, string>>>;
  start(): Promise<BrokerHarness>;
}
