// An injected sidecar in the shape of a container: it is in the pod's status, has a log, and stops within the grace period.
import { sleep } from '../../async.ts';
import type { Clock } from '../../async.ts';
import type { RecordEvent, Runner } from './container-runner.ts';
import { restartDelayMs } from './crash-loop.ts';
import type { CrashLoopLimits } from './crash-loop.ts';
import type { LogFile } from './log-file.ts';
import { timestamp } from './pod.ts';
import type { ContainerState } from './pod.ts';
import type { InjectedSidecar } from './sidecar.ts';

export interface SidecarRunnerOptions {
  readonly sidecar: InjectedSidecar;
  readonly ports: ReadonlyMap<number, number>;
  readonly clock: Clock;
  readonly crashLoop: CrashLoopLimits;
  readonly file: LogFile;
  readonly event: RecordEvent;
  changed(): void;
}

/** The port has no call for "ready changed", so it is asked this often. */
const LOOK_EVERY_MS = 250;

export function startSidecar(options: SidecarRunnerOptions): Runner {
  const { sidecar, clock, event } = options;
  const name = sidecar.containerName;
  let state: ContainerState = { waiting: { reason: 'ContainerCreating' } };
  let lastState: ContainerState = {};
  let restartCount = 0;
  let isReady = false;
  const end = new AbortController();
  const { promise: started, resolve: markStarted } = Promise.withResolvers<void>();
  sidecar.onLog((line) => {
    // A log that can't be written must not stop what is logged.
    options.file.write(`${line}\n`).catch(() => {});
  });
  const set = (next: ContainerState): void => {
    state = next;
    options.changed();
  };
  const pause = (ms: number): Promise<void> => sleep(clock, ms, end.signal).catch(() => {});

  const startUntilItRuns = async (): Promise<boolean> => {
    let delayMs: number | undefined;
    while (!end.signal.aborted) {
      try {
        await sidecar.start(options.ports);
        return true;
      } catch (error) {
        sidecar.kill();
        const message = error instanceof Error ? error.message : String(error);
        const at = timestamp(clock.now());
        event('Warning', 'Failed', `sidecar ${name}: ${message}`);
        lastState = { terminated: { exitCode: 1, reason: 'Error', message, startedAt: at, finishedAt: at } };
        set({ waiting: { reason: 'CrashLoopBackOff', message } });
        delayMs = restartDelayMs(options.crashLoop, delayMs, 0);
        await pause(delayMs);
        restartCount++;
      }
    }
    return false;
  };
  const live = async (): Promise<void> => {
    if (!(await startUntilItRuns())) return;
    set({ running: { startedAt: timestamp(clock.now()) } });
    event('Normal', 'Started', `Started container ${name}`);
    markStarted();
    while (!end.signal.aborted) {
      if (sidecar.ready() !== isReady) {
        isReady = !isReady;
        options.changed();
      }
      await pause(LOOK_EVERY_MS);
    }
  };

  const living = live().finally(markStarted);
  const { promise: done, resolve: markDone } = Promise.withResolvers<void>();
  let stopping: Promise<void> | undefined;
  const finish = (exit: { exitCode: number; signal?: number; reason: string }): void => {
    if (state.terminated) return;
    isReady = false;
    const startedAt = state.running?.startedAt ?? null;
    set({ terminated: { ...exit, startedAt, finishedAt: timestamp(clock.now()) } });
    markDone();
  };
  const stopOnce = async (): Promise<void> => {
    end.abort();
    await sidecar
      .stop()
      .catch((error: unknown) => event('Warning', 'Failed', `sidecar ${name} did not stop: ${error}`));
    await living;
    await options.file.close().catch(() => {});
    finish({ exitCode: 0, reason: 'Completed' });
  };
  return {
    name,
    done,
    started,
    status: () => ({ name, image: '', imageID: '', ready: isReady, started: isReady, restartCount, state, lastState }),
    async stop(graceMs) {
      const cancel = clock.schedule(graceMs, () => {
        sidecar.kill();
        finish({ exitCode: 137, signal: 9, reason: 'Error' });
      });
      stopping ??= stopOnce();
      await done;
      cancel();
    },
  };
}
