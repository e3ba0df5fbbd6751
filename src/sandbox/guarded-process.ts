// A helper process that never outlives the one that started it, however that one ends.
import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import type { Readable } from 'node:stream';

/** When its standard input ends, as it does when we end in whatever way, or the program ends, the whole group goes. */
const GUARD =
  'exec 9<&0; "$0" "$@" </dev/null 9<&- & program=$!; (cat <&9; kill -KILL 0) & wait $program; kill -KILL 0';

/**
 * In a group of its own; the child is the group's leader and ends with the program. Output is lost unless `output` is a file
 * descriptor for it. A program that can't be started shows in what it doesn't do.
 */
export function startGuarded(
  file: string,
  args: readonly string[],
  { output, ...options }: SpawnOptions & { readonly output?: number } = {},
): ChildProcess {
  const child = spawn('/bin/sh', ['-c', GUARD, file, ...args], {
    ...options,
    // Nobody writes to the last one: it ends when every process of the group has let go of it.
    stdio: ['pipe', output ?? 'ignore', output ?? 'ignore', 'pipe'],
    detached: true,
  });
  child.stdio[3]?.on('error', () => {});
  (child.stdio[3] as Readable | null)?.resume();
  child.on('error', () => {});
  return child;
}

/** For programs that keep nothing worth an orderly end: kills the group and waits until it is gone. */
export async function endGuarded(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('close', resolve));
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Gone in between.
  }
  await ended;
}
