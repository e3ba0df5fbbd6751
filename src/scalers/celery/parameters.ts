// What a user may write in a Celery trigger, the rules between the parameters, and the broker they describe.
import { z } from 'zod';
import type { Review } from '../define.ts';
import { field, flag, integer, intList, list, secret, text } from '../fields.ts';
import { parseHost } from '../rabbitmq/host.ts';
import { type RedisKind, type RedisServer, redisServer, reviewRedis } from '../redis/parameters.ts';
import { reviewTls } from '../tls.ts';
import { type CeleryBroker, parseBrokerUrl, uselessParts } from './broker-url.ts';

const anywhere = { from: ['metadata', 'auth', 'env'] } as const;
const { username, password, sentinelMaster, sentinelUsername, sentinelPassword } = redisServer;
const { unsafeSsl, ca, cert, key, keyPassword } = redisServer;

export const Celery = z.object({
  brokerUrl: field(
    secret(),
    'The broker as in Celery’s broker_url: redis, rediss, sentinel, amqp, amqps or pyamqp.',
    anywhere,
  ),
  queueName: field(
    list().prefault('celery'),
    'Name of the queue, or of several with commas in between, whose tasks are added up.',
    { aliases: ['queueNames'] },
  ),
  waitingTasks: field(integer({ min: 1 }).prefault('5'), 'Tasks that one replica is meant to handle.'),
  activationWaitingTasks: field(integer({ min: 0 }).prefault('0'), 'The workload is active above this many tasks.'),
  includeUnacked: field(
    flag().prefault('false'),
    'Whether tasks that workers hold count as well: on Redis those of all queues together, on RabbitMQ it needs managementUrl.',
  ),
  priorities: field(intList().optional(), 'Priorities of prioritySteps that are counted; all when left out. On Redis.'),
  prioritySteps: field(
    intList().prefault('0,3,6,9'),
    'The transport option priority_steps: a list of tasks for each of them. On Redis.',
  ),
  sep: field(
    text().optional(),
    'The transport option sep, between queue and priority in a key; the characters 6 and 22 when left out. On Redis.',
  ),
  globalKeyPrefix: field(text().optional(), 'The transport option global_keyprefix, before every key. On Redis.'),
  managementUrl: field(
    secret().optional(),
    'RabbitMQ’s management API, http or https, with user and password where they are not those of brokerUrl.',
    anywhere,
  ),
  username,
  password,
  sentinelMaster,
  sentinelUsername,
  sentinelPassword,
  unsafeSsl,
  ca,
  cert,
  key,
  keyPassword,
});
export type Celery = z.output<typeof Celery>;

const REDIS_ONLY = ['priorities', 'prioritySteps', 'sep', 'globalKeyPrefix'] as const;

export function brokerOf({ brokerUrl }: Celery): CeleryBroker {
  const broker = parseBrokerUrl(brokerUrl);
  if (!broker) throw new TypeError('review() lets no malformed brokerUrl through');
  return broker;
}

/** A Redis broker in the words of the Redis triggers. */
export function redisOf(
  config: Partial<Celery>,
  { redis }: Extract<CeleryBroker, { kind: 'redis' }>,
): { readonly kind: RedisKind; readonly server: RedisServer } {
  return {
    kind: redis.kind,
    server: {
      ...config,
      address: [...redis.addresses],
      databaseIndex: redis.database ?? 0,
      username: config.username ?? redis.username,
      password: config.password ?? redis.password,
      enableTLS: redis.secure,
      unsafeSsl: redis.unsafeSsl || config.unsafeSsl === true,
    },
  };
}

export function reviewCelery(config: Partial<Celery>, report: Review): void {
  if (config.queueName?.includes('')) report.refuse('queueName', 'expected a name between the commas');
  if (config.brokerUrl === undefined) return;
  const broker = parseBrokerUrl(config.brokerUrl);
  if (!broker) {
    report.refuse(
      'brokerUrl',
      'expected a URL such as redis://:password@host:6379/0, sentinel://host:26379/0;sentinel://host:26379 or amqp://user:password@host:5672/vhost',
    );
    return;
  }
  for (const part of uselessParts(config.brokerUrl)) report.warn('brokerUrl', part);
  if (broker.kind === 'redis') reviewOnRedis(config, broker, report);
  else reviewOnRabbit(config, broker, report);
}

function reviewOnRedis(
  config: Partial<Celery>,
  broker: Extract<CeleryBroker, { kind: 'redis' }>,
  report: Review,
): void {
  const { kind, server } = redisOf(config, broker);
  reviewRedis(kind, '', server, report);
  if (report.given('managementUrl')) report.warn('managementUrl', 'has no effect: the broker is Redis');
  const { prioritySteps = [], priorities = [] } = config;
  if (priorities.some((priority) => !prioritySteps.includes(priority))) {
    report.refuse('priorities', `expected some of prioritySteps: ${prioritySteps.join(', ')}`);
  }
}

function reviewOnRabbit(
  config: Partial<Celery>,
  { rabbit }: Extract<CeleryBroker, { kind: 'amqp' }>,
  report: Review,
): void {
  const { refuse, warn, given } = report;
  for (const name of REDIS_ONLY) {
    if (!given(name)) continue;
    const why = 'RabbitMQ keeps all priorities in one queue and does not tell them apart';
    if (name === 'priorities') refuse(name, `expected none: ${why}`);
    else warn(name, 'has no effect: the broker is RabbitMQ');
  }
  if (config.includeUnacked && config.managementUrl === undefined) {
    refuse('managementUrl', 'is required with includeUnacked: only the management API tells what workers hold');
  }
  if (config.managementUrl !== undefined && parseHost(config.managementUrl)?.protocol !== 'http') {
    refuse('managementUrl', 'expected a URL such as http://user:password@host:15672/');
  }
  if (given('managementUrl') && config.includeUnacked === false)
    warn('managementUrl', 'has no effect without includeUnacked');
  if (rabbit.secure) reviewTls(config, report);
}
