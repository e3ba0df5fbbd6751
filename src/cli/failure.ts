// What a person reads when a command fails: one clear message, no stack.
import { CommanderError } from 'commander';
import { ConfigError, SluiceError } from '../errors.ts';

/** Writes the message and gives the exit code: 2 for what the caller wrote, 1 for the rest. */
export function reportFailure(error: unknown, stderr: NodeJS.WritableStream): number {
  // commander has already printed its own message.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof ConfigError) {
    stderr.write(
      `${error.subject}:\n${error.issues.map((i) => `  ${i.field === '' ? '' : `${i.field}: `}${i.message}\n`).join('')}`,
    );
    return 2;
  }
  if (error instanceof SluiceError) stderr.write(`${error.message} [${error.code}]\n`);
  else stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  return 1;
}
