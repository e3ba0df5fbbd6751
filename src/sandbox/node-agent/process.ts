// One container as a local process: its own process group, so that everything it starts is signalled and ended with it.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { sleep } from '../../async.ts';
import type { Clock } from '../../async.ts';
import { LaunchRefused } from './launch-refused.ts';

export interface ProcessSpec {
  readonly argv: readonly string[];
  readonly directory: string;
  /** The whole environment; nothing of ours is added. */
  readonly env: Readonly<Record<string, string>>;
}

export interface Exit {
  /** As a shell says it: 128 + the signal's number when a signal ended it. */
  readonly exitCode: number;
  readonly signal?: number;
}

export interface LocalProcess {
  readonly pid: number;
  /** Resolves when the process has ended, its group is gone and its output has been handed on. Never rejects. */
  readonly exited: Promise<Exit>;
  /** Signals the whole group; a group that is gone is no error. */
  signal(name: NodeJS.Signals): void;
}

/** Waits for `onOutput` (must not reject) before it reads more, so a fast writer is slowed down, not buffered. Throws LaunchRefused. */
export async function startProcess(
  spec: ProcessSpec,
  clock: Clock,
  onOutput: (text: string, stream: string) => Promise<void>,
): Promise<LocalProcess> {
  const [program = '', ...args] = spec.argv;
  const child = spawn(program, args, {
    cwd: spec.directory,
    env: { ...spec.env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => resolve(exitOf(code, signal)));
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) =>
      reject(
        new LaunchRefused('RunContainerError', `can't start ${program} in ${spec.directory}: ${error.message}`, {
          cause: error,
        }),
      ),
    );
  });
  const pid = child.pid ?? 0;
  const outputs = [child.stdout, child.stderr];
  const drained = Promise.all(outputs.map((stream, n) => drain(stream, (text) => onOutput(text, String(n)))));
  return {
    pid,
    exited: ended.then(async (exit) => {
      signalGroup(pid, 'SIGKILL');
      // Somebody who left the group may hold our pipe open for ever; a container's end doesn't wait for him.
      await within(clock, DRAIN_MS, drained);
      for (const stream of outputs) stream.destroy();
      return exit;
    }),
    signal: (name) => signalGroup(pid, name),
  };
}

const DRAIN_MS = 1000;

/** Signals a process group; true when there was one. */
export function signalGroup(pid: number, name: NodeJS.Signals): boolean {
  try {
    process.kill(-pid, name);
    return true;
  } catch {
    return false;
  }
}

function exitOf(code: number | null, signal: NodeJS.Signals | null): Exit {
  if (signal === null) return { exitCode: code ?? 0 };
  const number = constants.signals[signal];
  return { exitCode: 128 + number, signal: number };
}

async function drain(stream: NodeJS.ReadableStream, onOutput: (text: string) => Promise<void>): Promise<void> {
  stream.setEncoding('utf8');
  try {
    for await (const text of stream) await onOutput(String(text));
  } catch {
    // The stream was destroyed because its holder outlived the container: what it says no longer belongs to a container.
  }
}

async function within(clock: Clock, ms: number, work: Promise<unknown>): Promise<void> {
  const stop = new AbortController();
  await Promise.race([work, sleep(clock, ms, stop.signal).catch(() => {})]);
  stop.abort();
}
