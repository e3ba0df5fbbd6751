// Which of the example's brokers are installed, and where those are that no package of the system installs.
import type { BrokerName } from '../../../src/cli/demo/broker.ts';
import { brokerDirectory } from '../../brokers/cache.ts';
import { hasAzurite } from '../../support/azurite.ts';
import { hasRabbitMq, hasRedis } from '../../support/brokers.ts';
import { hasKafka } from '../../support/kafka.ts';

export const HAS: Readonly<Record<BrokerName, boolean>> = {
  servicebus: true,
  rabbitmq: hasRabbitMq,
  kafka: hasKafka,
  storagequeue: hasAzurite,
  redis: hasRedis,
};

/** The directory that the demo calls --broker-files. */
export function filesOf(broker: BrokerName): string | undefined {
  if (broker === 'kafka') return brokerDirectory('kafka', process.env);
  return broker === 'storagequeue' ? brokerDirectory('azurite', process.env) : undefined;
}
