// What a component can do for the sidecar; each broker implements a part of it in its own file.
import type { Clock } from '../../async.ts';
import type { Logger } from '../../log.ts';
import type { ComponentSpec } from './component.ts';

export type Metadata = Readonly<Record<string, string>>;

export interface InvokeRequest {
  readonly operation: string;
  readonly data: Buffer;
  readonly metadata: Metadata;
}

export interface OutputBinding {
  readonly operations: readonly string[];
  /** Resolves when the broker has taken the message. */
  invoke(request: InvokeRequest, signal: AbortSignal): Promise<void>;
}

export interface Delivered {
  readonly data: Buffer;
  readonly metadata: Metadata;
}

/** Resolves to take the message for good; rejects to let the broker do what it does with failed messages. */
export type Handler = (message: Delivered) => Promise<void>;

export interface Consumption {
  /** Takes nothing new; resolves when what is in flight has been handled and the broker told so. May be called twice. */
  stop(): Promise<void>;
}

export interface InputBinding {
  read(handler: Handler): Promise<Consumption>;
}

export interface PublishRequest {
  readonly topic: string;
  readonly data: Buffer;
  readonly metadata: Metadata;
  /** From the request's `ttlInSeconds`. */
  readonly ttlMs: number | undefined;
}

export interface PubSub {
  /** True when the broker itself drops messages that are too old. */
  readonly nativeTtl: boolean;
  publish(request: PublishRequest, signal: AbortSignal): Promise<void>;
  subscribe(request: { readonly topic: string; readonly metadata: Metadata }, handler: Handler): Promise<Consumption>;
}

/** A component that is connected to its broker. */
export interface Building {
  readonly output?: OutputBinding;
  readonly input?: InputBinding;
  readonly pubsub?: PubSub;
  /** Ends connections without waiting for anything. May be called twice. */
  close(): Promise<void>;
}

export interface BuildContext {
  readonly appId: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Connects; rejects when the broker can't be reached or the settings are wrong. */
export type Build = (component: ComponentSpec, context: BuildContext, signal: AbortSignal) => Promise<Building>;

/** Dapr: the time a message may wait, as request metadata says. */
export function ttlOf(metadata: Metadata): number | undefined {
  const seconds = Number(metadata['ttlInSeconds'] ?? metadata['ttl'] ?? Number.NaN);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined;
}
