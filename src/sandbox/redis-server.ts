// A private Redis from the installed redis-server: its own directory and port, nothing kept, ended with its process group.
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ConfigError } from '../errors.ts';
import { freePort } from './free-port.ts';
import { endGuarded, startGuarded } from './guarded-process.ts';
import { untilAnswers, type Waiting } from './until-answers.ts';

export interface LocalRedis {
  /** `host:port` */
  readonly address: string;
  /** One command; rejects with the server's error. */
  call(command: string, ...args: readonly (string | number)[]): Promise<unknown>;
  stop(): Promise<void>;
}

export interface LocalRedisOptions extends Waiting {
  /** Emptied by stop(). */
  readonly directory: string;
  readonly password: string;
}

const PROGRAMS = ['/usr/bin/redis-server', '/usr/local/bin/redis-server', '/opt/homebrew/bin/redis-server'];

/** Resolves when it answers. Rejects when it isn't installed. */
export async function startLocalRedis({ password, ...options }: LocalRedisOptions): Promise<LocalRedis> {
  const program = PROGRAMS.find((path) => existsSync(path));
  if (program === undefined) {
    const message = `expected redis-server at ${PROGRAMS.join(' or ')}, found none: install the package redis-server`;
    throw new ConfigError('Redis', [{ field: '', message }]);
  }
  const { Redis } = await import('ioredis');
  const directory = resolve(options.directory);
  const port = await freePort();
  await mkdir(directory, { recursive: true });
  const file = join(directory, 'redis.conf');
  const lines = ['bind 127.0.0.1', `port ${port}`, 'save ""', `dir ${directory}`, `requirepass ${password}`, ''];
  await writeFile(file, lines.join('\n'), { mode: 0o600 });
  const server = startGuarded(program, [file]);
  const connection = new Redis({ host: '127.0.0.1', port, password, protocol: 2, maxRetriesPerRequest: 0 });
  connection.on('error', () => {});
  const stop = async (): Promise<void> => {
    connection.disconnect();
    await endGuarded(server);
    await rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  try {
    await untilAnswers('redis-server', options, () => connection.ping());
  } catch (error) {
    await stop();
    throw error;
  }
  return { address: `127.0.0.1:${port}`, call: (command, ...args) => connection.call(command, ...args), stop };
}
