// Sluice itself, as its own process, the way a cluster runs it.
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { type Clock, sleep } from '../../async.ts';
import { InternalError } from '../../errors.ts';

export interface SluiceProcess {
  /** http://127.0.0.1:PORT of its diagnostics. */
  readonly diagnosticsUrl: string;
  readonly pid: number;
  /** From start to ready, milliseconds. */
  readonly readyAfterMs: number;
  /** SIGTERM, then SIGKILL after ten seconds. */
  stop(): Promise<void>;
}

export interface SluiceProcessOptions {
  /** Node and the program's file. */
  readonly command: readonly [string, string];
  readonly args: readonly string[];
  readonly diagnosticsPort: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logFile: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const READY_WITHIN_MS = 30_000;
const GRACE_MS = 10_000;

/** Resolves when /readyz says ok; rejects, naming the log, when the process ends first or takes too long. */
export async function startSluice(options: SluiceProcessOptions): Promise<SluiceProcess> {
  const { command, args, clock, signal, logFile } = options;
  const started = clock.now();
  const [node, program] = command;
  // In a group of its own: Ctrl-C in a terminal reaches the demo, which then stops everything in order.
  const child = spawn(node, [program, 'run', ...args], {
    env: options.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const log = createWriteStream(logFile);
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  let ended: number | string | undefined;
  child.once('exit', (code, killedBy) => {
    ended = killedBy ?? code ?? 0;
    log.end();
  });
  const diagnosticsUrl = `http://127.0.0.1:${options.diagnosticsPort}`;
  try {
    while (!(await isReady(diagnosticsUrl, signal))) {
      if (ended !== undefined)
        throw new InternalError(`sluice run ended with ${ended} before it was ready; see ${logFile}`);
      if (clock.now() - started > READY_WITHIN_MS)
        throw new InternalError(`sluice run was not ready within ${READY_WITHIN_MS / 1000} s; see ${logFile}`);
      await sleep(clock, 20, signal);
    }
  } catch (error) {
    await end(child, clock);
    throw error;
  }
  return { diagnosticsUrl, pid: child.pid ?? 0, readyAfterMs: clock.now() - started, stop: () => end(child, clock) };
}

async function isReady(url: string, signal: AbortSignal): Promise<boolean> {
  return fetch(`${url}/readyz`, { signal }).then(
    (answer) => answer.ok,
    () => false,
  );
}

async function end(child: ChildProcess, clock: Clock): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const cancel = clock.schedule(GRACE_MS, () => child.kill('SIGKILL'));
  await ended;
  cancel();
}
