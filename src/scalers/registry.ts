// Every trigger type there is here. Adding one: its file, and its line in `sources`.
import { didYouMean } from '../did-you-mean.ts';
import { ConfigError } from '../errors.ts';
import { azureQueue } from './azure-queue.ts';
import { azureServiceBus } from './azure-servicebus.ts';
import { bullMq } from './bullmq.ts';
import { celery } from './celery.ts';
import { cpu } from './cpu.ts';
import { cron } from './cron.ts';
import { external, externalPush } from './external.ts';
import { apacheKafka, kafka } from './kafka.ts';
import { KEDA_TRIGGER_TYPES } from './keda-trigger-types.ts';
import { kubernetesResource } from './kubernetes-resource.ts';
import { kubernetesWorkload } from './kubernetes-workload.ts';
import { memory } from './memory.ts';
import { metricsApi } from './metrics-api.ts';
import { prometheus } from './prometheus.ts';
import { rabbitMq } from './rabbitmq.ts';
import { redis, redisCluster, redisSentinel } from './redis.ts';
import { redisClusterStreams, redisSentinelStreams, redisStreams } from './redis-streams.ts';
import type { ParsedTrigger, TriggerInput, TriggerSource } from './scaler.ts';
import { sidekiq } from './sidekiq.ts';

/** In the order of the documentation. */
export const sources: readonly TriggerSource[] = [
  azureQueue,
  azureServiceBus,
  bullMq,
  celery,
  external,
  externalPush,
  kafka,
  apacheKafka,
  metricsApi,
  prometheus,
  rabbitMq,
  redis,
  redisCluster,
  redisSentinel,
  redisStreams,
  redisClusterStreams,
  redisSentinelStreams,
  sidekiq,
  cron,
  kubernetesResource,
  kubernetesWorkload,
  cpu,
  memory,
];

const byType: ReadonlyMap<string, TriggerSource> = new Map(sources.map((source) => [source.type, source]));

/** What is known about a trigger type; undefined when there is no scaler for it. */
export function triggerSource(type: string): TriggerSource | undefined {
  return byType.get(type);
}

/** Throws a ConfigError that names every problem, an unknown type included. */
export function parseTrigger(type: string, input: TriggerInput): ParsedTrigger {
  const source = byType.get(type);
  if (!source) throw new ConfigError('trigger', [{ field: 'type', message: unknownType(type) }]);
  return source.parse(input);
}

function unknownType(type: string): string {
  const name = JSON.stringify(type);
  if (KEDA_TRIGGER_TYPES.includes(type)) {
    return `${name} is a trigger type of KEDA that Sluice has no scaler for yet: see docs/scalers.md for those there are`;
  }
  const meant = didYouMean(type, new Set([...byType.keys(), ...KEDA_TRIGGER_TYPES]));
  return `no trigger type is called ${name}${meant ? `; did you mean ${meant}?` : ': see docs/scalers.md for those there are'}`;
}

export { KEDA_TRIGGER_TYPES };
