// Whether the app can take work: once it listens, and with health checks as long as it says so.
import { type Clock, sleep, withDeadline } from '../../async.ts';
import type { AppHealthCheck } from './annotations.ts';
import type { AppChannel } from './app-channel.ts';

/** Dapr looks for the app's port this often. */
const PORT_POLL_MS = 50;

/** Resolves when something listens on the app's port, however long that takes; rejects when `signal` aborts. */
export async function waitForApp(app: AppChannel, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!(await app.listens())) await sleep(clock, PORT_POLL_MS, signal);
}

/**
 * Asks the app at each interval and calls `changed` when the verdict changes; the first verdict of an app is a change too.
 * One success makes it healthy, `threshold` failures in a row unhealthy. Ends when `signal` aborts.
 */
export async function watchHealth(
  app: AppChannel,
  check: AppHealthCheck,
  deps: { readonly clock: Clock; readonly changed: (healthy: boolean) => void },
  signal: AbortSignal,
): Promise<void> {
  let healthy: boolean | undefined;
  let failures = 0;
  while (!signal.aborted) {
    const well = await isWell(app, check, deps.clock, signal);
    failures = well ? 0 : failures + 1;
    const verdict = well ? true : failures >= check.threshold ? false : healthy;
    if (verdict !== undefined && verdict !== healthy && !signal.aborted) {
      healthy = verdict;
      deps.changed(verdict);
    }
    await sleep(deps.clock, check.intervalMs, signal).catch(() => {});
  }
}

async function isWell(app: AppChannel, check: AppHealthCheck, clock: Clock, signal: AbortSignal): Promise<boolean> {
  try {
    const { status } = await withDeadline(clock, signal, check.timeoutMs, 'app health check', (ends) =>
      app.call({ method: 'GET', path: check.path }, ends),
    );
    return status >= 200 && status < 300;
  } catch {
    return false;
  }
}
