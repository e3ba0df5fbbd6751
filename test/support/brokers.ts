// Real brokers from the system's packages, each in its own directory and on its own ports, stopped by process id.
import { type ChildProcess, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../src/async.ts';
import { freePort } from '../../src/sandbox/free-port.ts';
import { endGuarded, startGuarded } from '../../src/sandbox/guarded-process.ts';
import { findRabbitMq, startLocalRabbitMq } from '../../src/sandbox/rabbitmq.ts';
import { eventually } from './eventually.ts';
import { scratchDirectory } from './scratch.ts';

export interface Broker {
  readonly port: number;
  stop(): Promise<void>;
}

/** A broker that can be ended and started anew on its port. */
export interface RestartableBroker extends Broker {
  restart(): Promise<void>;
}

export interface RabbitBroker extends RestartableBroker {
  readonly managementPort: number;
}

export const CREDENTIALS = { username: 'sluice', password: 'correct-horse' } as const;

const REDIS = '/usr/bin/redis-server';
const PROMETHEUS = '/usr/bin/prometheus';

export const hasRedis = existsSync(REDIS);
export const hasRabbitMq = findRabbitMq() !== undefined;
export const hasPrometheus = existsSync(PROMETHEUS);

/** `describe` where the broker is installed, else one loud line and `describe.skip`. */
export function whereInstalled<D extends { readonly skip: unknown }>(
  installed: boolean,
  what: string,
  describe: D,
): D | D['skip'] {
  if (installed) return describe;
  console.warn(`SKIPPED: ${what} is not installed, so its scalers are not tested against it`);
  return describe.skip as D['skip'];
}

/** A server whose user `sluice` has a password; `extra` are further lines of its configuration. Started anew it is empty. */
export async function startRedis(extra: readonly string[] = []): Promise<RestartableBroker> {
  const port = await freePort();
  const dir = await scratchDirectory('redis');
  const config = [
    `port ${port}`,
    'bind 127.0.0.1',
    'save ""',
    `dir ${dir}`,
    'databases 4',
    'user default off',
    `user ${CREDENTIALS.username} on >${CREDENTIALS.password} ~* &* +@all`,
    ...extra,
  ];
  await writeFile(join(dir, 'redis.conf'), `${config.join('\n')}\n`);
  const start = async (): Promise<ChildProcess> => {
    const child = startGuarded(REDIS, [join(dir, 'redis.conf')]);
    await eventually('redis-server answers', () => pingRedis(port));
    return child;
  };
  let child = await start();
  return {
    port,
    stop: () => stop(child, dir),
    async restart() {
      await endGuarded(child);
      child = await start();
    },
  };
}

/**
 * A sentinel that watches the server on `masterPort` under the name `master`; it asks for no password itself. `extra` are further lines
 * of its configuration.
 */
export async function startSentinel(
  master: string,
  masterPort: number,
  extra: readonly string[] = [],
): Promise<Broker> {
  const port = await freePort();
  const dir = await scratchDirectory('sentinel');
  const config = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${dir}`,
    `sentinel monitor ${master} 127.0.0.1 ${masterPort} 1`,
    `sentinel auth-user ${master} ${CREDENTIALS.username}`,
    `sentinel auth-pass ${master} ${CREDENTIALS.password}`,
    ...extra,
  ];
  await writeFile(join(dir, 'sentinel.conf'), `${config.join('\n')}\n`);
  const child = startGuarded(REDIS, [join(dir, 'sentinel.conf'), '--sentinel']);
  await eventually('the sentinel answers', () => pingRedis(port, []));
  return { port, stop: () => stop(child, dir) };
}

const LOGIN = ['--no-auth-warning', '--user', CREDENTIALS.username, '--pass', CREDENTIALS.password];

function pingRedis(port: number, login: readonly string[] = LOGIN): boolean {
  return spawnSync('redis-cli', ['-p', String(port), ...login, 'ping'], { encoding: 'utf8' }).stdout.includes('PONG');
}

/** The management plugin takes its samples every second, and tells counts as fresh as that; without this, every five. */
const SAMPLES = ['global', 'basic', 'detailed'].map(
  (kind) => `management.sample_retention_policies.${kind}.minute = 1`,
);

/** A broker with the management plugin, a user `sluice`, and virtual hosts `/`, `team/a` and `team/b`. */
export async function startRabbitMq(
  extra: { readonly configuration?: readonly string[]; readonly plugins?: readonly string[] } = {},
): Promise<RabbitBroker> {
  return startLocalRabbitMq({
    ...extra,
    configuration: [...SAMPLES, ...(extra.configuration ?? [])],
    directory: await scratchDirectory('rabbitmq'),
    env: process.env,
    ...CREDENTIALS,
    vhosts: ['team/a', 'team/b'],
    clock: systemClock,
    signal: new AbortController().signal,
  });
}

/** CREDENTIALS' password in bcrypt, at the lowest cost. */
const BCRYPTED = '$2b$04$abcdefghijklmnopqrstuuPoaPXzWjiVz4HaNq2LJXksWbO79E.S6';

/** A server that reads `http://127.0.0.1:{exporterPort}/metrics` every second, and answers CREDENTIALS alone. `labels` are the target's. */
export async function startPrometheus(
  exporterPort: number,
  labels: Readonly<Record<string, string>> = {},
): Promise<RestartableBroker> {
  const port = await freePort();
  const dir = await scratchDirectory('prometheus');
  const [config, web] = [join(dir, 'prometheus.json'), join(dir, 'web.json')];
  const job = { job_name: 'queues', static_configs: [{ targets: [`127.0.0.1:${exporterPort}`], labels }] };
  await writeFile(config, JSON.stringify({ global: { scrape_interval: '1s' }, scrape_configs: [job] }));
  await writeFile(web, JSON.stringify({ basic_auth_users: { [CREDENTIALS.username]: BCRYPTED } }));
  const authorization = `Basic ${btoa(`${CREDENTIALS.username}:${CREDENTIALS.password}`)}`;
  const start = async (): Promise<ChildProcess> => {
    const child = startGuarded(PROMETHEUS, [
      `--config.file=${config}`,
      `--web.config.file=${web}`,
      `--web.listen-address=127.0.0.1:${port}`,
      `--storage.tsdb.path=${join(dir, 'data')}`,
    ]);
    await eventually('prometheus answers', async () => {
      const response = await fetch(`http://127.0.0.1:${port}/-/ready`, { headers: { authorization } });
      await response.text();
      return response.ok;
    });
    return child;
  };
  let child = await start();
  return {
    port,
    stop: () => stop(child, dir),
    async restart() {
      await endGuarded(child);
      child = await start();
    },
  };
}

/** Nothing in there is worth an orderly end. */
async function stop(child: ChildProcess, dir: string): Promise<void> {
  await endGuarded(child);
  await rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
