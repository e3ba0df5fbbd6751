// One Kafka trigger at its cluster: the question that it stands for, what the answer comes to, and when to ask again.
import { SourceAnswerError } from '../../errors.ts';
import type { TriggerContext } from '../define.ts';
import { createRateMeters, drainSeconds } from '../drain-rate.ts';
import type { Scaler, ScalerDeps } from '../scaler.ts';
import { sourceName } from '../source-id.ts';
import { type LagRules, lagReading, totalLag } from './lag.ts';
import type { GroupOffsets, KafkaQuestion, PartitionOffsets } from './offsets.ts';
import { accessOf, type KafkaTrigger } from './parameters.ts';
import { createKafkaSource } from './source.ts';
import { createStuckPartitions } from './stuck-partitions.ts';

type Topics = GroupOffsets['topics'];

/** `topics` are undefined where the group's own count. */
export async function connectKafka(
  config: KafkaTrigger & LagRules,
  topics: readonly string[] | undefined,
  deps: ScalerDeps,
  context: TriggerContext & { readonly sourceId: string },
): Promise<Scaler> {
  const { clients, clock } = deps;
  const { sourceId, scaleOn } = context;
  const where = sourceName(sourceId);
  const { client, release } = await clients.share(
    sourceId,
    async () => createKafkaSource(accessOf(config, context), where, deps),
    (source) => source.close(),
  );
  const question = questionOf(config, topics);
  const stuck = createStuckPartitions(clock);
  const perSecond = createRateMeters(clock);
  return {
    async read(signal) {
      const measured = measuredTopics(where, question, (await client.ask(question, signal)).topics);
      if (config.excludePersistentLag) stuck.see(measured);
      const reading = lagReading(measured, config, stuck.has);
      if (scaleOn === undefined) return reading;
      const lag = Number(totalLag(measured, config, stuck.has).moving);
      return { ...reading, value: drainSeconds(lag, perSecond(commitsOf(measured)), scaleOn.targetSeconds) };
    },
    async watch(wake, signal) {
      const watched = topics ?? [...(await client.ask(question, signal)).topics.keys()];
      await client.watch(watched, wake, signal);
    },
    close: release,
  };
}

function questionOf(config: KafkaTrigger, topics: readonly string[] | undefined): KafkaQuestion {
  return {
    group: config.consumerGroup,
    topics: topics ?? 'committed',
    partitions: topics && config.partitionLimitation,
    wantsStart: config.offsetResetPolicy === 'earliest' && !config.scaleToZeroOnInvalidOffset,
  };
}

/** A group that has committed nothing at all is to start once, like a partition that it has committed nothing for. */
const NOTHING_COMMITTED: readonly PartitionOffsets[] = [{ partition: 0, end: 1n, committed: undefined }];

/** KEDA passes over a topic of several that does not exist; where there is nothing at all to measure, it is an error here. */
function measuredTopics(where: string, { topics: asked, group }: KafkaQuestion, topics: Topics): Topics {
  if (asked === 'committed') return topics.size > 0 ? topics : new Map([[group, NOTHING_COMMITTED]]);
  const names = asked.map((name) => JSON.stringify(name)).join(', ');
  if (topics.size === 0) {
    throw new SourceAnswerError(`${where}: there is no topic ${names}`, { code: 'SOURCE_NOT_FOUND' });
  }
  if ([...topics.values()].every(({ length }) => length === 0)) {
    throw new SourceAnswerError(`${where}: topic ${names} has none of the partitions that partitionLimitation names`);
  }
  return topics;
}

/** How far the group has come in each partition that it has committed something for. */
function commitsOf(topics: Topics): ReadonlyMap<string, number> {
  const partitions = [...topics].flatMap(([topic, offsets]) => offsets.map((one) => ({ topic, ...one })));
  return new Map(
    partitions.flatMap(({ topic, partition, committed }) =>
      committed === undefined ? [] : [[`${topic}/${partition}`, Number(committed)] as const],
    ),
  );
}
