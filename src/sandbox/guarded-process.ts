// A helper process that never outlives the one that started it, however that one ends.
import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';

/** Waits until its standard input ends, as it does when we end in whatever way, and takes its group along. */
const GUARD = '"$0" "$@" & cat; kill -KILL 0';

/** In a group of its own, without output. A program that can't be started shows in what it doesn't do. */
export function startGuarded(file: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
  const child = spawn('/bin/sh', ['-c', GUARD, file, ...args], {
    ...options,
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  child.on('error', () => {});
  return child;
}

/** For programs that keep nothing worth an orderly end: kills the group and waits until it is gone. */
export async function endGuarded(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Gone in between.
  }
  await ended;
}
