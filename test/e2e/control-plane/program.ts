// One program of the control plane: its output goes to a file, and it never outlives the test.
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { endGuarded, startGuarded } from '../../../src/sandbox/guarded-process.ts';

export interface Program {
  ended(): boolean;
  /** To the program and everything that it started. */
  signal(name: NodeJS.Signals): void;
  /** Of the program itself, which is not the leader of its group; undefined when it does not run. */
  pid(): number | undefined;
  /** SIGTERM to the program alone, as a kubelet does it; resolves when it is gone. */
  terminate(): Promise<void>;
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
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const pid = (): number | undefined => (child.pid === undefined ? undefined : memberOf(child.pid, path));
  return {
    ended: () => child.exitCode !== null || child.signalCode !== null,
    signal: (name) => void (child.pid === undefined || process.kill(-child.pid, name)),
    pid,
    async terminate() {
      const running = pid();
      if (running === undefined) return endGuarded(child);
      process.kill(running, 'SIGTERM');
      await gone;
    },
    kill: () => endGuarded(child),
  };
}

/** Which process of the group runs the file. */
function memberOf(group: number, file: string): number | undefined {
  return readdirSync('/proc')
    .map(Number)
    .find((pid) => {
      try {
        // The second field is the name, in parentheses, and may hold spaces; the group is field 5.
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return Number(fields[2]) === group && readlinkSync(`/proc/${pid}/exe`) === file;
      } catch {
        return false;
      }
    });
}
