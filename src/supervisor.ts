// Starts components in order, watches over them, stops them in reverse order.
import type { Component } from './component.ts';
import type { Logger } from './log.ts';

/**
 * Runs until `signal` aborts or a component ends by itself, then stops the rest, last started first. Resolves with the error that
 * ended it, or undefined after a plain stop.
 */
export async function supervise(
  components: readonly Component[],
  options: { signal: AbortSignal; log: Logger },
): Promise<Error | undefined> {
  const { promise: ended, resolve: end } = Promise.withResolvers<Error | undefined>();
  const running: { component: Component; stop: AbortController; done: Promise<void> }[] = [];
  for (const component of components) {
    const stop = new AbortController();
    const done = component.run(stop.signal).then(
      () => end(new Error(`${component.name} ended by itself`)),
      (error: unknown) => end(error instanceof Error ? error : new Error(String(error))),
    );
    running.push({ component, stop, done });
  }
  const onAbort = (): void => end(undefined);
  if (options.signal.aborted) onAbort();
  else options.signal.addEventListener('abort', onAbort, { once: true });
  const reason = await ended;
  for (const { component, stop, done } of running.toReversed()) {
    options.log.debug('stopping', { component: component.name });
    stop.abort(new Error('shutting down'));
    await done;
  }
  return reason;
}
