// `redis-streams`, `redis-cluster-streams`, `redis-sentinel-streams`: what a Redis stream holds for a consumer group.
import { z } from 'zod';
import { defineScaler, type Review } from './define.ts';
import { field, integer, text } from './fields.ts';
import { type RedisKind, redisServer, redisSourceId, reviewRedis } from './redis/parameters.ts';
import { leaseRedis } from './redis/source.ts';
import { streamMeasure, streamQuestion } from './redis/streams.ts';

const RedisStreams = z.object({
  stream: field(text(), 'Stream that is measured.'),
  consumerGroup: field(
    text().optional(),
    'Consumer group whose share is measured, the lag if lagCount is set, else what is pending; without a group it is the length of the stream.',
  ),
  lagCount: field(
    integer({ min: 0 }).prefault('0'),
    'Entries not yet delivered to the group that one replica is meant to handle; 0 counts as not set; needs Redis 7.',
  ),
  pendingEntriesCount: field(
    integer().prefault('5'),
    'Entries delivered to the group and not acknowledged that one replica is meant to handle; none is pending until a consumer reads.',
  ),
  streamLength: field(
    integer().prefault('5'),
    'Entries of the stream that one replica is meant to handle; acknowledged ones count until they are deleted or trimmed.',
  ),
  activationLagCount: field(
    integer().prefault('0'),
    'The workload is active above this many entries, whichever of the three is measured: with 1 it takes two.',
  ),
  ...redisServer,
});
type RedisStreams = z.output<typeof RedisStreams>;

function reviewMeasure(config: Partial<RedisStreams>, report: Review): void {
  const measure = streamMeasure(config);
  const target = config[measure];
  if (target !== undefined && target < 1) report.refuse(measure, `expected at least 1, found ${target}`);
  for (const other of ['lagCount', 'pendingEntriesCount', 'streamLength'] as const) {
    if (other === measure || !report.given(other) || config[other] === 0) continue;
    if (measure === 'streamLength') report.warn(other, 'has no effect without consumerGroup: streamLength counts');
    else report.warn(other, `has no effect: the group's ${measure} comes first`);
  }
}

const defineRedisStreams = (type: string, kind: RedisKind, summary: string) =>
  defineScaler({
    type,
    summary,
    config: RedisStreams,
    review(config, report) {
      reviewRedis(kind, '-streams', config, report);
      reviewMeasure(config, report);
    },
    metric: (c) => ({
      name: `redis-streams-${c.stream}`,
      target: c[streamMeasure(c)],
      activation: c.activationLagCount,
    }),
    sourceId: (c) => redisSourceId(kind, c),
    batches: () => true,
    async connect(c, deps, { sourceId }) {
      const { client, release } = await leaseRedis(kind, c, sourceId, deps);
      const question = streamQuestion(c);
      return { read: async (signal) => ({ value: await client.ask(question, signal) }), close: release };
    },
  });

export const redisStreams = defineRedisStreams(
  'redis-streams',
  'server',
  'Scales on the lag, the pending entries or the length of a Redis stream.',
);
export const redisClusterStreams = defineRedisStreams(
  'redis-cluster-streams',
  'cluster',
  'Scales on the lag, the pending entries or the length of a stream in a Redis Cluster.',
);
export const redisSentinelStreams = defineRedisStreams(
  'redis-sentinel-streams',
  'sentinel',
  'Scales on the lag, the pending entries or the length of a stream at the Redis master that sentinels name.',
);
