// What a command gets of the process it runs in; nothing else reaches for it.
import type { Clock } from '../async.ts';
import type { Environment } from '../config.ts';

export interface TerminalStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface CliContext {
  readonly env: Environment;
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: TerminalStream;
  readonly stderr: TerminalStream;
  readonly clock: Clock;
  readonly random: () => number;
  /** Aborts at the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  /** The exit code the process will end with. */
  exitCode(code: number): void;
}
