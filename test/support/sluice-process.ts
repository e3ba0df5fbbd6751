// `sluice` as a process of its own, which a test may kill at any moment.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export interface SluiceProcess {
  readonly pid: number | undefined;
  /** What it wrote to standard error so far. */
  stderr(): string;
  stdout(): string;
  /** Resolves when it has ended, with its exit code; undefined when a signal ended it. */
  readonly ended: Promise<number | undefined>;
  /** Stops it where it is, and lets it go on. */
  send(signal: 'SIGSTOP' | 'SIGCONT'): void;
  /** Sends the signal and waits for the end. */
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | undefined>;
}

interface ProcessOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** Nothing of this process's environment reaches it but PATH. */
export function spawnSluice(args: readonly string[], options: ProcessOptions = {}): SluiceProcess {
  return spawnProgram(process.execPath, [PROGRAM, ...args], options);
}

export function spawnProgram(
  file: string,
  args: readonly string[],
  { env = {}, input }: ProcessOptions = {},
): SluiceProcess {
  const child = spawn(file, args, {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input ?? '');
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8');
    child[name].on('data', (text: string) => {
      texts[name] += text;
    });
  }
  // It must not outlive the tests, whatever becomes of them.
  const orphan = (): void => void child.kill('SIGKILL');
  process.once('exit', orphan);
  const ended = new Promise<number | undefined>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      process.removeListener('exit', orphan);
      resolve(code ?? undefined);
    });
  });
  return {
    pid: child.pid,
    stdout: () => texts.stdout,
    stderr: () => texts.stderr,
    ended,
    send: (signal) => void child.kill(signal),
    kill(signal) {
      child.kill(signal);
      return ended;
    },
  };
}

/** Runs one command to its end. */
export async function runSluiceCommand(
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<{ readonly code: number | undefined; readonly stdout: string; readonly stderr: string }> {
  const child = spawnSluice(args, options);
  const code = await child.ended;
  return { code, stdout: child.stdout(), stderr: child.stderr() };
}
