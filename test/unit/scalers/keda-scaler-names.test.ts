import { describe, expect, it } from '@jest/globals';
import { kedaScalerName } from '../../../src/scalers/keda-scaler-names.ts';
import { KEDA_TRIGGER_TYPES } from '../../../src/scalers/keda-trigger-types.ts';

describe('the name of a scaler in KEDA’s labels', () => {
  it.each([
    ['rabbitmq', 'rabbitMQScaler'],
    ['redis', 'redisScaler'],
    ['redis-sentinel-streams', 'redisStreamsScaler'],
    ['azure-servicebus', 'azureServiceBusScaler'],
    ['aws-sqs-queue', 'awsSqsQueueScaler'],
    ['kafka', 'kafkaScaler'],
    ['apache-kafka', 'apacheKafkaScaler'],
    ['metrics-api', 'metricsAPIScaler'],
    ['kubernetes-workload', 'kubernetesWorkloadScaler'],
    ['gcp-pubsub', 'pubsubScaler'],
    ['postgresql', 'postgreSQLScaler'],
    ['memory', 'cpuMemoryScaler'],
    // One of ours.
    ['bullmq', 'bullmqScaler'],
  ])('of %s is %s', (type, name) => {
    expect(kedaScalerName(type)).toBe(name);
  });

  it('is a word for every type', () => {
    for (const type of KEDA_TRIGGER_TYPES) expect(kedaScalerName(type)).toMatch(/^[A-Za-z]+Scaler$/);
  });
});
