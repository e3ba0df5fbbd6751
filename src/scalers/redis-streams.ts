// `redis-streams`, `redis-cluster-streams`, `redis-sentinel-streams`: what a Redis stream holds for a consumer group.
import { z } from 'zod';
import type { Clock } from '../async.ts';
import { defineScaler, type Review } from './define.ts';
import { createRateMeter, drainSeconds } from './drain-rate.ts';
import { field, integer, text } from './fields.ts';
import { type RedisKind, redisServer, redisSourceId, reviewRedis } from './redis/parameters.ts';
import { leaseRedis, type RedisSource } from './redis/source.ts';
import { streamProgressQuestion, streamTimesQuestion } from './redis/stream-times.ts';
import { streamMeasure, streamQuestion } from './redis/streams.ts';
import type { ScaleOn, Scaler } from './scaler.ts';

const RedisStreams = z.object({
  stream: field(text(), 'Stream that is measured.'),
  consumerGroup: field(
    text().optional(),
    'Consumer group whose share is measured, the lag if lagCount is set, else what is pending; without a group it is the length of the stream.',
  ),
  lagCount: field(
    integer().prefault('0'),
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

/** Depth, or seconds that say by the depth whether there is anything to do. */
function streamReader(
  config: RedisStreams,
  client: RedisSource,
  clock: Clock,
  scaleOn: ScaleOn | undefined,
): Scaler['read'] {
  const activation = config.activationLagCount;
  if (scaleOn === undefined) {
    const question = streamQuestion(config);
    return async (signal) => ({ value: await client.ask(question, signal) });
  }
  if (scaleOn.measure === 'oldestAge') {
    const question = streamTimesQuestion(config);
    return async (signal) => {
      const { waiting, ageSeconds } = await client.ask(question, signal);
      return { value: ageSeconds, active: waiting > activation };
    };
  }
  const question = streamProgressQuestion(config);
  const meter = createRateMeter(clock);
  return async (signal) => {
    const { waiting, done } = await client.ask(question, signal);
    return { value: drainSeconds(waiting, meter.perSecond(done), scaleOn.targetSeconds), active: waiting > activation };
  };
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
    measures: ['oldestAge', 'drainTime'],
    async connect(c, deps, { sourceId, scaleOn }) {
      const { client, release } = await leaseRedis(kind, c, sourceId, deps);
      const watched = { keys: [c.stream], events: 't' };
      return {
        read: streamReader(c, client, deps.clock, scaleOn),
        watch: (wake, signal) => client.watch(watched, wake, signal),
        close: release,
      };
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
