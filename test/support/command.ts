// A command of `sluice` in this process: what it prints, and its exit code.
import { Writable } from 'node:stream';
import { type Clock, systemClock } from '../../src/async.ts';
import { createProgram } from '../../src/cli/program.ts';
import { reportFailure } from '../../src/cli/failure.ts';

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export async function runCommand(args: readonly string[], clock: Clock = systemClock): Promise<CommandResult> {
  const texts = { stdout: '', stderr: '' };
  const sink = (name: 'stdout' | 'stderr'): Writable =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        texts[name] += chunk.toString();
        done();
      },
    });
  let code = 0;
  const stderr = sink('stderr');
  const program = createProgram({
    env: {},
    stdin: process.stdin,
    stdout: sink('stdout'),
    stderr,
    clock,
    random: Math.random,
    signal: new AbortController().signal,
    exitCode: (wanted) => {
      code = wanted;
    },
  });
  await program.parseAsync(['node', 'sluice', ...args]).catch((error: unknown) => {
    code = reportFailure(error, stderr);
  });
  return { code, ...texts };
}
