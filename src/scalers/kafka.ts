// `kafka` and `apache-kafka`: what a consumer group has yet to read of its topics. KEDA has two clients for it, and two sets of parameters.
import { defineScaler } from './define.ts';
import { ApacheKafka, Kafka, type KafkaTrigger, kafkaSourceId } from './kafka/parameters.ts';
import { reviewKafka, reviewKafkaAlone } from './kafka/review.ts';
import { connectKafka } from './kafka/scaler.ts';

type Topics = readonly string[] | undefined;

const one = (topic: string | undefined): Topics => (topic === undefined ? undefined : [topic]);

function metricOf(config: KafkaTrigger, topics: Topics) {
  return {
    name: `kafka-${topics?.join(',') ?? `${config.consumerGroup}-topics`}`,
    target: config.lagThreshold,
    activation: config.activationLagThreshold,
  };
}

export const kafka = defineScaler({
  type: 'kafka',
  summary: 'Scales on the lag of a Kafka consumer group in one topic, or in all that it reads.',
  config: Kafka,
  measures: ['drainTime'],
  review(config, review) {
    reviewKafka(config, one(config.topic), review);
    reviewKafkaAlone(config, review);
  },
  metric: (c) => metricOf(c, one(c.topic)),
  sourceId: kafkaSourceId,
  batches: () => true,
  connect: (c, deps, context) => connectKafka(c, one(c.topic), deps, context),
});

/** KEDA: this client knows the usual port. */
function withPorts<C extends { readonly bootstrapServers?: readonly string[] | undefined }>(config: C): C {
  const { bootstrapServers } = config;
  if (!bootstrapServers) return config;
  return {
    ...config,
    bootstrapServers: bootstrapServers.map((server) => (HOST.test(server) ? `${server}:9092` : server)),
  };
}
const HOST = /^[^:[\]/\s]+$/;

export const apacheKafka = defineScaler({
  type: 'apache-kafka',
  summary: 'Scales on the lag of a Kafka consumer group in several topics; the same as kafka, with other parameters.',
  config: ApacheKafka,
  measures: ['drainTime'],
  review: (config, review) => reviewKafka(withPorts(config), config.topic, review),
  metric: (c) => metricOf(c, c.topic),
  sourceId: (c, context) => kafkaSourceId(withPorts(c), context),
  batches: () => true,
  connect: (c, deps, context) => connectKafka(withPorts(c), c.topic?.filter(Boolean), deps, context),
});
