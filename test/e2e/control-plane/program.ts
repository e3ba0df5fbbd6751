// One program of the control plane: its output goes to a file, and it never outlives the test.
import { closeSync, openSync } from 'node:fs';
import { endGuarded, startGuarded } from '../../../src/sandbox/guarded-process.ts';

export interface Program {
  ended(): boolean;
  /** To the program and everything that it started. */
  signal(name: NodeJS.Signals): void;
  /** Resolves when it is gone. */
  kill(): Promise<void>;
}

/** `logFile` is appended to. */
export function startProgram(
  path: string,
  args: readonly string[],
  logFile: string,
  env: Readonly<Record<string, string>> = {},
): Program {
  const output = openSync(logFile, 'a');
  const child = startGuarded(path, args, {
    env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', ...env },
    output,
  });
  closeSync(output);
  return {
    ended: () => child.exitCode !== null || child.signalCode !== null,
    signal: (name) => void (child.pid === undefined || process.kill(-child.pid, name)),
    kill: () => endGuarded(child),
  };
}
