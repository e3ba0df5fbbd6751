// Directories of brokers and clusters, which are gone after the test even when it failed or was killed.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';

/** Reads names until its input ends, as it does when we end in whatever way, and gives what works in them a second to end as well. */
const SWEEP = 'while IFS= read -r directory; do set -- "$@" "$directory"; done; sleep 1; rm -rf -- "$@"';

let sweeper: ChildProcess | undefined;

/** A new directory `sluice-{name}-…`. Whoever asks for it removes it; else it goes when this process ends. */
export async function scratchDirectory(name: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), `sluice-${name}-`));
  sweeper ??= startSweeper();
  sweeper.stdin?.write(`${directory}\n`);
  return directory;
}

/** Nobody waits for it, and who ends our process group doesn't end it. */
function startSweeper(): ChildProcess {
  const child = spawn('/bin/sh', ['-c', SWEEP, 'sweeper'], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  child.on('error', () => {});
  child.stdin.on('error', () => {});
  (child.stdin as Writable & { unref(): void }).unref();
  child.unref();
  return child;
}
