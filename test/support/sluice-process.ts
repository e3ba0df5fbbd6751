// `sluice` as a process of its own, which a test may kill at any moment.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export interface SluiceProcess {
  /** What it wrote to standard error so far. */
  stderr(): string;
  stdout(): string;
  /** Resolves when it has ended, with its exit code; undefined when a signal ended it. */
  readonly ended: Promise<number | undefined>;
  /** Sends the signal and waits for the end. */
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | undefined>;
}

/** Nothing of this process's environment reaches it but PATH. */
export function spawnSluice(
  args: readonly string[],
  { env = {}, input }: { readonly env?: Readonly<Record<string, string>>; readonly input?: string } = {},
): SluiceProcess {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
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
    stdout: () => texts.stdout,
    stderr: () => texts.stderr,
    ended,
    kill(signal) {
      child.kill(signal);
      return ended;
    },
  };
}

/** Runs one command to its end. */
export async function runSluiceCommand(
  args: readonly string[],
  options: Parameters<typeof spawnSluice>[1] = {},
): Promise<{ readonly code: number | undefined; readonly stdout: string; readonly stderr: string }> {
  const child = spawnSluice(args, options);
  const code = await child.ended;
  return { code, stdout: child.stdout(), stderr: child.stderr() };
}
