// A private RabbitMQ from the installed rabbitmq-server: its own directory, ports and cookie, ended with its process group.
import { existsSync } from 'node:fs';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ConfigError, SourceUnavailableError } from '../errors.ts';
import { freePort } from './free-port.ts';
import { endGuarded, startGuarded } from './guarded-process.ts';
import { untilAnswers, type Waiting } from './until-answers.ts';

export interface LocalRabbitMq {
  readonly amqpUrl: string;
  readonly managementUrl: string;
  readonly port: number;
  readonly managementPort: number;
  /** As after a crash: durable queues and persistent messages are there again. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface LocalRabbitMqOptions extends Waiting {
  /** Emptied by stop(). */
  readonly directory: string;
  /** Of the person who starts it: PATH and LANG are taken from it, nothing else. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly username: string;
  readonly password: string;
  /** Beside `/`. */
  readonly vhosts?: readonly string[];
  /** Further lines of rabbitmq.conf. */
  readonly configuration?: readonly string[];
  /** Beside rabbitmq_management. */
  readonly plugins?: readonly string[];
}

/** The script itself; Debian's /usr/sbin/rabbitmq-server wraps it to change the user, which only root may. */
const SCRIPTS = [
  '/usr/lib/rabbitmq/bin/rabbitmq-server',
  '/opt/homebrew/sbin/rabbitmq-server',
  '/usr/sbin/rabbitmq-server',
];

/** Where rabbitmq-server is on this machine; undefined when it isn't installed. */
export function findRabbitMq(): string | undefined {
  return SCRIPTS.find((path) => existsSync(path));
}

/** Resolves when broker and management API answer. Rejects when it isn't installed or doesn't come up. */
export async function startLocalRabbitMq(options: LocalRabbitMqOptions): Promise<LocalRabbitMq> {
  const script = findRabbitMq();
  if (script === undefined) {
    throw new ConfigError('RabbitMQ', [
      {
        field: '',
        message: `expected rabbitmq-server at ${SCRIPTS.join(' or ')}, found none: install the package rabbitmq-server`,
      },
    ]);
  }
  const { username, password, signal } = options;
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  // Erlang resolves paths against directories of its own.
  const directory = resolve(options.directory);
  const [port, managementPort, distributionPort, mapperPort] = await Promise.all([
    freePort(),
    freePort(),
    freePort(),
    freePort(),
  ]);
  await writeConfiguration({ ...options, directory }, port, managementPort);
  const { PATH = '/usr/sbin:/usr/bin:/sbin:/bin', LANG = 'C.UTF-8' } = options.env;
  const env = {
    PATH,
    LANG,
    HOME: directory,
    RABBITMQ_NODENAME: `sluice${port}@localhost`,
    RABBITMQ_MNESIA_BASE: join(directory, 'mnesia'),
    RABBITMQ_LOG_BASE: join(directory, 'log'),
    RABBITMQ_CONFIG_FILE: join(directory, 'rabbitmq.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(directory, 'enabled_plugins'),
    RABBITMQ_CONF_ENV_FILE: join(directory, 'none'),
    RABBITMQ_PID_FILE: join(directory, 'pid'),
    RABBITMQ_DIST_PORT: String(distributionPort),
    // Idle schedulers that spin would cost more than the broker's work.
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none',
    ERL_EPMD_PORT: String(mapperPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
  };
  // The broker would start the port mapper as a daemon that nobody ends.
  const mapper = startGuarded('epmd', ['-port', String(mapperPort), '-address', '127.0.0.1'], { env: { PATH } });
  const startBroker = () => startGuarded(script, [], { env, cwd: directory });
  let broker = startBroker();
  const stop = async (): Promise<void> => {
    await Promise.all([endGuarded(broker), endGuarded(mapper)]);
    await rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  const managementUrl = `http://127.0.0.1:${managementPort}`;
  const ready = async (): Promise<void> => {
    for (const check of ['alarms', `port-listener/${port}`]) {
      await untilAnswers('rabbitmq-server', options, async () => {
        const { ok, status } = await fetch(`${managementUrl}/api/health/checks/${check}`, {
          headers: { authorization },
          signal,
        });
        if (!ok) throw new SourceUnavailableError(`the check ${check} answered ${status}`);
      });
    }
  };
  try {
    await ready();
  } catch (error) {
    await stop();
    throw error;
  }
  const userInfo = `${encodeURIComponent(username)}:${encodeURIComponent(password)}`;
  return {
    amqpUrl: `amqp://${userInfo}@127.0.0.1:${port}/`,
    managementUrl: `http://${userInfo}@127.0.0.1:${managementPort}/`,
    port,
    managementPort,
    async restart() {
      await endGuarded(broker);
      broker = startBroker();
      await ready();
    },
    stop,
  };
}

async function writeConfiguration(options: LocalRabbitMqOptions, port: number, managementPort: number): Promise<void> {
  const { directory, username: user, password } = options;
  const vhosts = ['/', ...(options.vhosts ?? [])];
  const definitions = {
    users: [{ name: user, password, tags: 'administrator' }],
    vhosts: vhosts.map((name) => ({ name })),
    permissions: vhosts.map((vhost) => ({ user, vhost, configure: '.*', write: '.*', read: '.*' })),
  };
  const configuration = [
    `listeners.tcp.1 = 127.0.0.1:${port}`,
    'management.tcp.ip = 127.0.0.1',
    `management.tcp.port = ${managementPort}`,
    `load_definitions = ${join(directory, 'definitions.json')}`,
    'collect_statistics_interval = 500',
    ...(options.configuration ?? []),
    '',
  ];
  await mkdir(directory, { recursive: true });
  await Promise.all([
    writeFile(join(directory, '.erlang.cookie'), 'sluice'),
    writeFile(
      join(directory, 'enabled_plugins'),
      `[${['rabbitmq_management', ...(options.plugins ?? [])].join(', ')}].`,
    ),
    writeFile(join(directory, 'definitions.json'), JSON.stringify(definitions)),
    writeFile(join(directory, 'rabbitmq.conf'), configuration.join('\n')),
  ]);
  await chmod(join(directory, '.erlang.cookie'), 0o400);
}
