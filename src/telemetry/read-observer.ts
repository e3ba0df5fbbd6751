// Lets what happens deep inside a read be counted for the trigger that it is read for, without every client on the way knowing of it.
import { AsyncLocalStorage } from 'node:async_hooks';

export interface ReadObserver {
  /** A request over HTTP; `status` is `error` when there was no answer. */
  http(status: string, seconds: number): void;
  /** An answer without a value; `isIgnored` when that counts as 0 (KEDA: ignoreNullValues). */
  emptyAnswer(isIgnored: boolean): void;
}

const observers = new AsyncLocalStorage<ReadObserver>();

export function observeRead<T>(observer: ReadObserver, read: () => Promise<T>): Promise<T> {
  return observers.run(observer, read);
}

/** Of the read that this is a part of; of the first one, where several share the work. */
export function readObserver(): ReadObserver | undefined {
  return observers.getStore();
}
