#!/usr/bin/env node
// The program: hands the process (streams, environment, signals, exit code) to the command line. No logic.
import { systemClock } from './async.ts';
import { createProgram } from './cli/program.ts';
import { reportFailure } from './cli/failure.ts';
import { processEnvironment } from './config.ts';

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    // A second signal means now: components that hang must not keep a person waiting.
    if (stop.signal.aborted) process.exit(130);
    stop.abort(new Error(`received ${name}`));
  });
}

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const program = createProgram({
  env: processEnvironment(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  clock: systemClock,
  random: Math.random,
  signal: stop.signal,
  exitCode: (code) => {
    process.exitCode = code;
  },
});

try {
  await program.parseAsync(process.argv);
} catch (error) {
  process.exitCode = reportFailure(error, process.stderr);
}
