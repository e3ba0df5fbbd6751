// Kafka behind the demo: a real one, whose topic has a partition for each replica.
import { join } from 'node:path';
import { requireFiles, type DemoBroker, type DemoBrokerOptions } from './demo-broker.ts';

const TOPIC = 'msgqueue';
/** The consumer group of the example's input binding. */
const GROUP = 'consumer';
const PARTITIONS = 10;

export async function startKafkaBroker(options: DemoBrokerOptions): Promise<DemoBroker> {
  const { directory, clock, signal } = options;
  const jars = requireFiles(options.files, 'kafka');
  const { startLocalKafka } = await import('../../sandbox/kafka.ts');
  const login = { username: 'sluice', password: 'demo' };
  const kafka = await startLocalKafka({ directory: join(directory, 'kafka'), jars, ...login, clock, signal });
  await kafka.createTopic(TOPIC, PARTITIONS).catch(async (error: unknown) => {
    await kafka.stop();
    throw error;
  });
  return {
    title: 'Kafka',
    secret: { name: 'kafka', stringData: login },
    addresses: { 'kafka:9092': kafka.address },
    setsAside: false,
    depth: async () => ({ waiting: await kafka.lag(GROUP, TOPIC), setAside: 0 }),
    peek: () => kafka.first(TOPIC),
    // It keeps what was sent; whoever has a group of its own is not disturbed.
    purge: async () => {},
    stop: () => kafka.stop(),
  };
}
