// One Dapr sidecar: its API, its components, the work it brings to the app, and the order in which all that starts and ends.
import { createServer, type Server } from 'node:http';
import { type Clock, sleep } from '../../async.ts';
import type { Logger } from '../../log.ts';
import type { SidecarSettings } from './annotations.ts';
import { type AppChannel, createAppChannel } from './app-channel.ts';
import { waitForApp, watchHealth } from './app-health.ts';
import { type ComponentSet, loadComponents } from './component-set.ts';
import type { DaprObjects } from './dapr-objects.ts';
import { createApi } from './http-api.ts';
import { createIntake, type Intake } from './intake.ts';

export interface SidecarOptions {
  readonly settings: SidecarSettings;
  /** The port of the API; reserved by the caller. */
  readonly httpPort: number;
  readonly loadObjects: (signal: AbortSignal) => Promise<DaprObjects>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly newId: () => string;
  readonly log: Logger;
}

export interface Sidecar {
  /** Resolves when the components work; what depends on the app follows when the app listens on `appPort`. */
  start(appPort: number | undefined): Promise<void>;
  /** As Dapr's /v1.0/healthz: components and, where there is one, the app. */
  ready(): boolean;
  /** Finishes what is in flight within the graceful period, after the block phase if there is one. */
  stop(): Promise<void>;
  /** Ends at once; start() may be called again. */
  kill(): void;
}

const HOST = '127.0.0.1';
const CLOSE_MS = 2000;

/** Everything that lives between a start and its end. */
interface Run {
  readonly end: AbortController;
  readonly server: Server;
  components: ComponentSet | undefined;
  app: AppChannel | undefined;
  intake: Intake | undefined;
  /** Undefined while nobody knows. */
  appHealthy: boolean | undefined;
  ready: boolean;
  /** Called when the app's health check says unhealthy. */
  onUnhealthy: () => void;
}

export function createSidecar(options: SidecarOptions): Sidecar {
  const { settings, clock, log } = options;
  let run: Run | undefined;

  async function begin(appPort: number | undefined): Promise<void> {
    const current = await openApi(options, () => void stop());
    run = current;
    const { signal } = current.end;
    const { components, subscriptions } = await options.loadObjects(signal);
    current.components = await loadComponents(components, { appId: settings.appId, clock, log }, signal);
    if (appPort === undefined) {
      current.ready = true;
      return;
    }
    const app = createAppChannel(HOST, appPort, settings.appMaxConcurrency);
    current.app = app;
    current.intake = createIntake({
      settings,
      components: current.components,
      declared: subscriptions,
      app,
      clock,
      random: options.random,
      newId: options.newId,
      log,
      signal,
    });
    // Not waited for: the app starts at the same time as its sidecar.
    serveApp(current, app).catch((error: unknown) => {
      if (!signal.aborted) log.error('the app can not be served', { error });
    });
  }

  async function serveApp(current: Run, app: AppChannel): Promise<void> {
    const { signal } = current.end;
    await waitForApp(app, clock, signal);
    log.info('app is in touch', { appId: settings.appId });
    current.ready = true;
    if (!settings.healthCheck) return current.intake?.start();
    const changed = (healthy: boolean): void => {
      current.appHealthy = healthy;
      log.info('app health changed', { healthy });
      if (!healthy) current.onUnhealthy();
      const next = healthy ? current.intake?.start() : current.intake?.stop();
      next?.catch(() => {});
    };
    await watchHealth(app, settings.healthCheck, { clock, changed }, signal);
  }

  /** Dapr: on the signal to end, first no more work is taken, then the API stays up for a while, then all is closed. */
  async function end(current: Run): Promise<void> {
    const { signal } = current.end;
    const stopped = current.intake?.stop() ?? Promise.resolve();
    // A stop that comes while the intake starts must not be undone by the app's health.
    current.intake = undefined;
    if (settings.blockShutdownMs !== undefined) {
      await untilKilled(stopped, signal);
      await blockPhase(current, settings.blockShutdownMs);
    }
    await within(settings.gracefulShutdownMs, untilKilled(stopped, signal));
    close(current);
    await within(CLOSE_MS, current.components?.close() ?? Promise.resolve());
  }

  /** Resolves with `work` or after `ms`: a client whose broker is away may take a minute to close. */
  async function within(ms: number, work: Promise<void>): Promise<void> {
    const over = new AbortController();
    await Promise.race([work, sleep(clock, ms, over.signal).catch(() => {})]);
    over.abort();
  }

  async function blockPhase(current: Run, blockMs: number): Promise<void> {
    if (settings.healthCheck && current.appHealthy === false) return;
    const unhealthy = new Promise<void>((resolve) => {
      current.onUnhealthy = resolve;
    });
    log.info('shutdown is blocked until its time is up or the app is unhealthy', { blockMs });
    await within(blockMs, untilKilled(unhealthy, current.end.signal));
  }

  function close(current: Run): void {
    current.ready = false;
    current.end.abort();
    current.server.close();
    current.server.closeAllConnections();
    current.app?.close().catch(() => {});
  }

  let stopping: Promise<void> | undefined;
  function stop(): Promise<void> {
    const current = run;
    if (!current) return Promise.resolve();
    stopping ??= end(current).finally(() => {
      if (run === current) run = undefined;
      stopping = undefined;
    });
    return stopping;
  }

  return {
    async start(appPort) {
      try {
        await begin(appPort);
      } catch (error) {
        kill();
        throw error;
      }
    },
    ready: () => run?.ready === true,
    stop,
    kill,
  };

  function kill(): void {
    const current = run;
    run = undefined;
    if (!current) return;
    close(current);
    current.components?.close().catch(() => {});
  }
}

/** Resolves with `work`, or as soon as the sidecar is killed. */
async function untilKilled(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise: killed, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) return;
  const onKill = (): void => resolve();
  signal.addEventListener('abort', onKill, { once: true });
  await Promise.race([work, killed]);
  signal.removeEventListener('abort', onKill);
}

async function openApi(options: SidecarOptions, shutDown: () => void): Promise<Run> {
  const { settings, clock, random, newId, log } = options;
  const end = new AbortController();
  const api = createApi({
    appId: settings.appId,
    components: () => run.components,
    ready: () => run.ready,
    shutDown,
    now: () => clock.now(),
    random,
    newId,
    log,
    signal: end.signal,
  });
  const server = createServer(api);
  const run: Run = {
    end,
    server,
    components: undefined,
    app: undefined,
    intake: undefined,
    appHealthy: undefined,
    ready: false,
    onUnhealthy: () => {},
  };
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.httpPort, HOST, resolve);
  });
  return run;
}
