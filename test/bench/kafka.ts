// What three thousand consumer groups on one Kafka cost: connections, memory, and time and CPU of a poll, in a process of its own.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createLimiter } from '../../src/async.ts';
import { hasKafka, type KafkaCluster, startKafka } from '../support/kafka.ts';
import { type Bench, mebibytes } from './bench.ts';

export const GROUPS = 3_000;
const TOPICS = 300;
const PARTITIONS = 3;
const WIDTH = 32;

export interface KafkaTarget {
  readonly bootstrapServers: string;
  readonly groups: readonly { readonly group: string; readonly topic: string }[];
}

export interface KafkaFigures {
  readonly pollMs: readonly number[];
  readonly cpuMs: number;
  readonly connections: number;
  readonly residentBytes: number;
  /** Live memory that was not there before the triggers were. */
  readonly heldBytes: number;
  /** CPU of ten idle seconds, connected. */
  readonly idleCpuMs: number;
}

export const kafkaBench: Bench = {
  name: 'kafka',
  async run(report) {
    if (!hasKafka) return;
    const kafka = await startKafka();
    try {
      const figures = await measure(await fillCluster(kafka));
      const { pollMs, cpuMs, connections, residentBytes, heldBytes, idleCpuMs } = figures;
      const what = `${GROUPS} groups, ${TOPICS} topics of ${PARTITIONS} partitions`;
      const last = pollMs.slice(1);
      const mean = last.reduce((sum, ms) => sum + ms, 0) / last.length;
      report({ what: `${what}: connections to one broker`, value: String(connections), aim: '1' });
      report({ what: 'memory of the process', value: mebibytes(residentBytes), aim: '< 500 MiB' });
      report({ what: 'live heap that the groups hold', value: mebibytes(heldBytes) });
      report({ what: 'first poll, connecting', value: `${pollMs[0]?.toFixed(0)} ms` });
      report({ what: 'time of a poll; CPU', value: `${mean.toFixed(0)} ms; ${(cpuMs / last.length).toFixed(0)} ms` });
      report({ what: 'CPU of ten idle seconds', value: `${idleCpuMs.toFixed(0)} ms` });
    } finally {
      await kafka.stop();
    }
  },
};

async function fillCluster(kafka: KafkaCluster): Promise<KafkaTarget> {
  const limit = createLimiter(WIDTH);
  const topics = Array.from({ length: TOPICS }, (_, i) => `topic-${i}`);
  await Promise.all(
    topics.map((topic) =>
      limit(async () => {
        await kafka.createTopic(topic, PARTITIONS);
        await kafka.produce(topic, 1);
      }),
    ),
  );
  const groups = Array.from({ length: GROUPS }, (_, i) => ({ group: `group-${i}`, topic: `topic-${i % TOPICS}` }));
  const none = Array.from({ length: PARTITIONS }, () => 0);
  await Promise.all(groups.map(({ group, topic }) => limit(() => kafka.commit(group, topic, none))));
  return { bootstrapServers: kafka.bootstrapServers, groups };
}

async function measure(target: KafkaTarget): Promise<KafkaFigures> {
  const child = fork(new URL('kafka-load.ts', import.meta.url), { execArgv: ['--expose-gc'] });
  child.send(target);
  const [figures] = (await once(child, 'message')) as [KafkaFigures];
  await once(child, 'exit');
  return figures;
}
