// `redis`, `redis-cluster`, `redis-sentinel`: the length of a Redis list, set, sorted set or hash.
import { z } from 'zod';
import { SourceAnswerError } from '../errors.ts';
import { defineScaler } from './define.ts';
import { field, integer, text } from './fields.ts';
import { notPermitted } from './redis/errors.ts';
import { type RedisKind, redisServer, redisSourceId, reviewRedis } from './redis/parameters.ts';
import { leaseRedis, type RedisQuestion } from './redis/source.ts';

const RedisList = z.object({
  listName: field(text(), 'Key whose length is measured: a list, set, sorted set or hash; a missing key counts 0.'),
  listLength: field(integer({ min: 1 }).prefault('5'), 'Items that one replica is meant to handle.'),
  activationListLength: field(integer().prefault('0'), 'The workload is active above this many items.'),
  ...redisServer,
});

/** A number, or the name of a type that has no length here. KEDA measures by the type of the key as well. */
const MEASURE = `local kind = redis.call('TYPE', KEYS[1]).ok
local command = ({ none = 'LLEN', list = 'LLEN', set = 'SCARD', zset = 'ZCARD', hash = 'HLEN' })[kind]
return command and redis.call(command, KEYS[1]) or kind`;

const lengthOf = (key: string): RedisQuestion => ({
  key: JSON.stringify(['list', key]),
  refusals: [notPermitted('EVAL, TYPE, LLEN, SCARD, ZCARD and HLEN')],
  async ask(client, where) {
    const answer = await client.eval(MEASURE, 1, key);
    if (typeof answer === 'number' && Number.isSafeInteger(answer) && answer >= 0) return answer;
    const hint = answer === 'stream' ? '; streams have the type redis-streams' : '';
    const kind = typeof answer === 'string' && /^[a-zA-Z-]{1,40}$/.test(answer) ? answer : 'something else';
    throw new SourceAnswerError(
      `${where}: expected key ${JSON.stringify(key)} to be a list, set, zset or hash, found ${kind}${hint}`,
    );
  },
});

const defineRedis = (type: string, kind: RedisKind, summary: string) =>
  defineScaler({
    type,
    summary,
    config: RedisList,
    targetField: 'listLength',
    review: (config, report) => reviewRedis(kind, '', config, report),
    metric: (c) => ({ name: `redis-${c.listName}`, target: c.listLength, activation: c.activationListLength }),
    sourceId: (c) => redisSourceId(kind, c),
    batches: () => true,
    async connect(c, deps, { sourceId }) {
      const { client, release } = await leaseRedis(kind, c, sourceId, deps);
      const question = lengthOf(c.listName);
      const watched = { keys: [c.listName], events: 'lszh' };
      return {
        read: async (signal) => ({ value: await client.ask(question, signal) }),
        watch: (wake, signal) => client.watch(watched, wake, signal),
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
