// A private Azurite from its npm package: the queue service alone, in memory, ended with its process group.
import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { freePort } from './free-port.ts';
import { endGuarded, startGuarded } from './guarded-process.ts';
import { untilAnswers, type Waiting } from './until-answers.ts';

export interface LocalAzurite {
  /** Without the account: a request goes to `ENDPOINT/ACCOUNT/QUEUE`. */
  readonly endpoint: string;
  stop(): Promise<void>;
}

export interface LocalAzuriteOptions extends Waiting {
  /** Emptied by stop(). */
  readonly directory: string;
  /** Where the package is: a directory with `node_modules/azurite` in it. */
  readonly files: string;
  readonly account: string;
  /** In base64. */
  readonly key: string;
}

/** Resolves when it answers. */
export async function startLocalAzurite(options: LocalAzuriteOptions): Promise<LocalAzurite> {
  const directory = resolve(options.directory);
  const port = await freePort();
  await mkdir(directory, { recursive: true });
  const main = join(options.files, 'node_modules/azurite/dist/src/queue/main.js');
  const flags = ['--inMemoryPersistence', '--extentMemoryLimit', '256', '--silent', '--disableTelemetry'];
  const server = startGuarded(
    process.execPath,
    // daprd's client may speak a newer version of the API than Azurite knows by name.
    [main, '--queueHost', '127.0.0.1', '--queuePort', String(port), '--skipApiVersionCheck', ...flags],
    { cwd: directory, env: { AZURITE_ACCOUNTS: `${options.account}:${options.key}` } },
  );
  const stop = async (): Promise<void> => {
    await endGuarded(server);
    await rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  const endpoint = `http://127.0.0.1:${port}`;
  try {
    // That it refuses us is an answer.
    await untilAnswers('Azurite', options, async () => (await fetch(endpoint, { signal: options.signal })).text());
  } catch (error) {
    await stop();
    throw error;
  }
  return { endpoint, stop };
}
