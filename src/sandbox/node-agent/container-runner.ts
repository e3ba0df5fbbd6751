// The life of one container: start, probe, restart with back-off, stop. What it is doing right now is its status.
import { sleep } from '../../async.ts';
import type { Clock } from '../../async.ts';
import type { Logger } from '../../log.ts';
import { restartDelayMs } from './crash-loop.ts';
import type { CrashLoopLimits } from './crash-loop.ts';
import type { Launch } from './launch.ts';
import { LaunchRefused } from './launch-refused.ts';
import type { LogFile } from './log-file.ts';
import { timestamp } from './pod.ts';
import type { Container, ContainerState, ContainerStatus, RestartPolicy, Terminated } from './pod.ts';
import { runPreStop, watchProbes } from './probing.ts';
import type { ProbeTarget } from './probe-check.ts';
import { startProcess } from './process.ts';
import type { Exit, LocalProcess } from './process.ts';
import type { ProcessLedger } from './process-ledger.ts';

/** One line of a pod's `containerStatuses`, however the container is run. */
export interface Runner {
  readonly name: string;
  status(): ContainerStatus;
  /** Resolves when the container has ended for good. Never rejects. */
  readonly done: Promise<void>;
  /** Resolves when it has started for the first time (its startup probe passed), or has ended for good. */
  readonly started: Promise<void>;
  /** SIGTERM, then SIGKILL after `graceMs`. Called again it can only bring the SIGKILL forward. */
  stop(graceMs: number): Promise<void>;
}

export type RecordEvent = (type: 'Normal' | 'Warning', reason: string, note: string) => void;

export interface ContainerRunnerOptions {
  readonly container: Container;
  readonly restartPolicy: RestartPolicy;
  /** What the agent's earlier run knew about the container. */
  readonly previous: ContainerStatus | undefined;
  readonly ports: ReadonlyMap<number, number>;
  readonly graceMs: number;
  readonly crashLoop: CrashLoopLimits;
  readonly clock: Clock;
  readonly log: Logger;
  readonly ledger: ProcessLedger;
  prepare(): Promise<Launch>;
  openLog(restartCount: number): LogFile;
  readonly event: RecordEvent;
  /** Called whenever status() has something new. */
  changed(): void;
}

/** One start of the container, from spawn to exit. */
interface Run {
  readonly process: LocalProcess;
  readonly target: ProbeTarget;
  /** Aborted when the process has ended. */
  readonly gone: AbortController;
  terminating: boolean;
}

const CREATING: ContainerState = { waiting: { reason: 'ContainerCreating' } };

export function startContainer(options: ContainerRunnerOptions): Runner {
  const { container, clock, event } = options;
  const { name } = container;
  const earlier = takeUp(options);
  let { state, lastState, restartCount } = earlier;
  let running: Run | undefined;
  let isStarted = false;
  let isReady = false;
  const end = new AbortController();
  const kills: (() => void)[] = [];
  const { promise: started, resolve: markStarted } = Promise.withResolvers<void>();

  const set = (next: ContainerState): void => {
    state = next;
    options.changed();
  };
  const killAfter = (run: Run, ms: number): void => {
    kills.push(clock.schedule(ms, () => run.process.signal('SIGKILL')));
  };
  const terminate = async (run: Run, graceMs: number): Promise<void> => {
    if (run.terminating) return killAfter(run, graceMs);
    run.terminating = true;
    event('Normal', 'Killing', `Stopping container ${name}`);
    const leftMs = await runPreStop(run.target, graceMs, run.gone.signal, (note) =>
      event('Warning', 'FailedPreStopHook', note),
    );
    if (run.gone.signal.aborted) return;
    killAfter(run, leftMs);
    run.process.signal('SIGTERM');
  };

  const runOnce = async (launch: Launch): Promise<{ exit: Exit; ranMs: number }> => {
    const file = options.openLog(restartCount);
    const lost = (error: unknown): void => options.log.warn('container record lost', { container: name, error });
    const process = await startProcess(launch, clock, (text, stream) => file.write(text, stream).catch(lost));
    const target: ProbeTarget = {
      container,
      ports: options.ports,
      directory: launch.directory,
      env: launch.env,
      clock,
    };
    const run: Run = { process, target, gone: new AbortController(), terminating: false };
    running = run;
    const startedAt = clock.now();
    await options.ledger.record(process.pid).catch(lost);
    if (end.signal.aborted) process.signal('SIGKILL');
    event('Normal', 'Started', `Started container ${name}`);
    const probes = watchProbes(target, run.gone.signal, {
      event,
      started() {
        isStarted = true;
        markStarted();
        options.changed();
      },
      ready(value) {
        isReady = value;
        options.changed();
      },
      unhealthy: (graceMs) => void terminate(run, graceMs ?? options.graceMs),
    });
    set({ running: { startedAt: timestamp(startedAt) } });
    const exit = await process.exited;
    run.gone.abort();
    await probes;
    running = undefined;
    for (const cancel of kills.splice(0)) cancel();
    isStarted = false;
    isReady = false;
    await file.close().catch(lost);
    await options.ledger.forget(process.pid).catch(lost);
    set({ terminated: terminated(exit, startedAt, clock.now()) });
    return { exit, ranMs: clock.now() - startedAt };
  };

  /** Waits and tries again while the container can't be started; undefined when it was told to stop. */
  const startWhenPossible = async (): Promise<{ exit: Exit; ranMs: number } | undefined> => {
    for (let delayMs = options.crashLoop.baseMs; !end.signal.aborted; ) {
      try {
        const launch = await options.prepare();
        for (const note of launch.warnings) event('Warning', 'SandboxLimit', note);
        return await runOnce(launch);
      } catch (error) {
        if (end.signal.aborted) return undefined;
        const reason = error instanceof LaunchRefused ? error.reason : 'CreateContainerError';
        const message = error instanceof Error ? error.message : String(error);
        event('Warning', 'Failed', message);
        set({ waiting: { reason, message } });
        await pause(delayMs);
        delayMs = Math.min(options.crashLoop.maxMs, delayMs * 2);
      }
    }
    return undefined;
  };
  const pause = async (ms: number): Promise<void> => {
    await sleep(clock, ms, end.signal).catch(() => {});
  };

  const live = async (): Promise<void> => {
    let delayMs: number | undefined;
    for (;;) {
      const ended = await startWhenPossible();
      if (!ended || end.signal.aborted || !restarts(options.restartPolicy, ended.exit)) return;
      delayMs = restartDelayMs(options.crashLoop, delayMs, ended.ranMs);
      lastState = state;
      if (delayMs > 0) {
        const message = `waiting ${Math.round(delayMs / 1000)} s before container ${name} starts again`;
        event('Warning', 'BackOff', `container ${name} ends again and again and waits before it starts`);
        set({ waiting: { reason: 'CrashLoopBackOff', message } });
        await pause(delayMs);
        if (end.signal.aborted) return;
      }
      restartCount++;
    }
  };

  const done = (earlier.finished ? Promise.resolve() : live()).finally(markStarted);
  return {
    name,
    done,
    started,
    status: () => ({
      name,
      image: container.image ?? '',
      imageID: '',
      ...(running && { containerID: `process://${running.process.pid}` }),
      ready: isReady,
      started: isStarted,
      restartCount,
      state,
      lastState,
    }),
    async stop(graceMs) {
      end.abort();
      if (running) await terminate(running, graceMs);
      await done;
    },
  };
}

function restarts(policy: RestartPolicy, exit: Exit): boolean {
  return policy === 'Always' || (policy === 'OnFailure' && exit.exitCode !== 0);
}

function terminated(exit: Exit, startedAtMs: number, finishedAtMs: number): Terminated {
  return {
    ...exit,
    reason: exit.exitCode === 0 ? 'Completed' : 'Error',
    startedAt: timestamp(startedAtMs),
    finishedAt: timestamp(finishedAtMs),
  };
}

interface TakenUp {
  readonly state: ContainerState;
  readonly lastState: ContainerState;
  readonly restartCount: number;
  readonly finished: boolean;
}

/** Where an earlier run of the agent left the container: its process was ended with the agent, or had ended before. */
function takeUp({ previous, restartPolicy, clock }: ContainerRunnerOptions): TakenUp {
  if (!previous) return { state: CREATING, lastState: {}, restartCount: 0, finished: false };
  const lost: Terminated | undefined = previous.state.running && {
    exitCode: 137,
    reason: 'ContainerStatusUnknown',
    message: 'the node agent was restarted, and with it the container',
    startedAt: previous.state.running.startedAt,
    finishedAt: timestamp(clock.now()),
  };
  const last = lost ?? previous.state.terminated;
  const { restartCount } = previous;
  if (!last) return { state: CREATING, lastState: previous.lastState, restartCount, finished: false };
  if (!restarts(restartPolicy, last)) {
    return { state: { terminated: last }, lastState: previous.lastState, restartCount, finished: true };
  }
  return { state: CREATING, lastState: { terminated: last }, restartCount: restartCount + 1, finished: false };
}
