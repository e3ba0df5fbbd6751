// `redis`, `redis-cluster`, `redis-sentinel`: the length of a Redis list, set, sorted set or hash.
import type { Cluster, Redis } from 'ioredis';
import { SourceAnswerError } from '../errors.ts';
import { createSharing } from './coalesce.ts';
import { defineScaler } from './define.ts';
import { isTranslated } from './network-errors.ts';
import { openRedis, type RedisConnectionOptions } from './redis/connection.ts';
import { translateRedisError } from './redis/errors.ts';
import { connectionOf, type RedisKind, RedisList, redisSourceId, reviewRedis } from './redis/parameters.ts';
import { createReopening } from './reopening.ts';
import type { ScalerDeps } from './scaler.ts';

/** A number, or the name of a type that has no length here. KEDA measures by the type of the key as well. */
const MEASURE = `local kind = redis.call('TYPE', KEYS[1]).ok
local command = ({ none = 'LLEN', list = 'LLEN', set = 'SCARD', zset = 'ZCARD', hash = 'HLEN' })[kind]
return command and redis.call(command, KEYS[1]) or kind`;

const OPEN_DEADLINE_MS = 10_000;

/** All questions to one server: equal ones that wait share an answer, different ones travel in one pipeline. */
function createMeter(options: RedisConnectionOptions, where: string, deps: ScalerDeps) {
  const share = createSharing();
  const connection = createReopening<Redis | Cluster>({
    clock: deps.clock,
    deadlineMs: OPEN_DEADLINE_MS,
    what: where,
    open: (lost, signal) => openRedis(options, lost, signal),
    shut: async (client) => client.disconnect(),
  });
  async function length(key: string): Promise<number> {
    const client = await connection.get();
    const answer = await client.eval(MEASURE, 1, key);
    if (typeof answer === 'number' && Number.isSafeInteger(answer) && answer >= 0) return answer;
    const hint = answer === 'stream' ? '; streams have the type redis-streams' : '';
    const kind = typeof answer === 'string' && /^[a-zA-Z-]{1,40}$/.test(answer) ? answer : 'something else';
    throw new SourceAnswerError(
      `${where}: expected key ${JSON.stringify(key)} to be a list, set, zset or hash, found ${kind}${hint}`,
    );
  }
  return {
    async measure(key: string, signal: AbortSignal): Promise<number> {
      try {
        return await share(key, () => length(key), signal);
      } catch (error) {
        if (isTranslated(error, signal)) throw error;
        throw translateRedisError(where, error);
      }
    },
    close: () => connection.close(),
  };
}

const defineRedis = (type: string, kind: RedisKind, summary: string) =>
  defineScaler({
    type,
    summary,
    config: RedisList,
    review: (config, report) => reviewRedis(kind, config, report),
    metric: (c) => ({ name: `redis-${c.listName}`, target: c.listLength, activation: c.activationListLength }),
    sourceId: (c) => redisSourceId(kind, c),
    batches: () => true,
    async connect(c, deps, { sourceId: key }) {
      const where = key.slice(0, key.lastIndexOf('#'));
      const { client, release } = await deps.clients.share(
        key,
        async () => createMeter(connectionOf(kind, c), where, deps),
        (meter) => meter.close(),
      );
      return {
        read: async (signal) => ({ value: await client.measure(c.listName, signal) }),
        close: release,
      };
    },
  });

export const redis = defineRedis('redis', 'server', 'Scales on the length of a Redis list, set, sorted set or hash.');
export const redisCluster = defineRedis(
  'redis-cluster',
  'cluster',
  'Scales on the length of a list in a Redis Cluster.',
);
export const redisSentinel = defineRedis(
  'redis-sentinel',
  'sentinel',
  'Scales on the length of a list at the Redis master that sentinels name.',
);
