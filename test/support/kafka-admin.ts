// What the tests do to a Kafka: topics, messages, commits, rights; with another client than the one under test.
import { Admin, Producer } from '@platformatic/kafka';
import { eventually } from './eventually.ts';

export interface KafkaAdmin {
  /** `only`: index of the broker that has it, and the only one. */
  createTopic(name: string, partitions?: number, only?: number): Promise<void>;
  deleteTopic(name: string): Promise<void>;
  addPartitions(name: string, total: number): Promise<void>;
  /** As many messages into one partition. */
  produce(topic: string, messages: number, partition?: number): Promise<void>;
  /** By partition, what the group has done; needs no member. */
  commit(group: string, topic: string, offsets: readonly number[]): Promise<void>;
  /** Topics with the ends of their partitions, and groups with what they have committed: all that a scaler could change. */
  contents(): Promise<unknown>;
  /** Index of the broker that leads it, undefined while nobody does. */
  leaderOf(topic: string, partition?: number): Promise<number | undefined>;
  /** Index of the broker that knows what the group has committed. */
  coordinatorOf(group: string): Promise<number>;
  /** Lets `username` do `operation` on one resource, by its name. */
  allow(username: string, operation: 'describe' | 'read', on: 'topic' | 'group', name: string): Promise<void>;
  close(): Promise<void>;
}

const OPERATIONS = { read: 3, describe: 8 } as const;
const RESOURCES = { topic: 2, group: 3 } as const;
const BATCH = 10_000;

/** Resolves when all brokers have joined; rejects when `signal` aborts before. */
export async function createKafkaAdmin(
  bootstrapServers: string,
  brokers: number,
  signal: AbortSignal,
): Promise<KafkaAdmin> {
  const options = { clientId: 'tests', bootstrapBrokers: bootstrapServers.split(','), retries: 20, retryDelay: 100 };
  const admin = new Admin(options);
  const producer = new Producer({ ...options, autocreateTopics: false });
  const metadata = (topics: string[]) => admin.metadata({ topics, forceUpdate: true, autocreateTopics: false });
  const close = async (): Promise<void> => void (await Promise.all([admin.close(), producer.close()]));
  try {
    const joined = async () => signal.aborted || (await metadata([])).brokers.size === brokers;
    await eventually('the brokers know each other', joined, 90_000);
    signal.throwIfAborted();
  } catch (error) {
    await close();
    throw error;
  }

  /** The metadata tells of partitions a little earlier than their leader knows that it leads. */
  const untilLed = (name: string, count: number) =>
    eventually(`${name} has ${count} partitions with leaders`, async () => {
      if ((await metadata([name])).topics.get(name)?.partitions.length !== count) return false;
      const partitions = Array.from({ length: count }, (_, partitionIndex) => ({ partitionIndex, timestamp: -1n }));
      await admin.listOffsets({ topics: [{ name, partitions }] });
      return true;
    });

  return {
    async createTopic(name, partitions = 1, only) {
      const assignments = Array.from({ length: partitions }, (_, partition) => ({
        partition,
        brokers: only === undefined ? [] : [only + 1],
      }));
      await admin.createTopics(
        only === undefined
          ? { topics: [name], partitions, replicas: brokers }
          : { topics: [name], partitions: -1, replicas: -1, assignments },
      );
      await untilLed(name, partitions);
    },
    async deleteTopic(name) {
      await admin.deleteTopics({ topics: [name] });
      await eventually(`${name} is gone`, async () => !(await admin.listTopics()).includes(name));
    },
    async addPartitions(name, total) {
      await admin.createPartitions({ topics: [{ name, count: total, assignments: null }] });
      await untilLed(name, total);
    },
    async produce(topic, messages, partition = 0) {
      for (let left = messages; left > 0; left -= BATCH) {
        const size = Math.min(left, BATCH);
        const batch = Array.from({ length: size }, () => ({ topic, partition, value: Buffer.from('m') }));
        await producer.send({ messages: batch, acks: -1 });
      }
    },
    async commit(groupId, name, offsets) {
      const partitionOffsets = offsets.map((offset, partition) => ({ partition, offset: BigInt(offset) }));
      await eventually('the coordinator takes the commit', async () => {
        await admin.alterConsumerGroupOffsets({ groupId, topics: [{ name, partitionOffsets }] });
      });
    },
    async contents() {
      const topics = (await admin.listTopics({ includeInternals: true })).sort();
      const groups = [...(await admin.listGroups()).keys()].sort();
      const own = topics.filter((topic) => !topic.startsWith('__'));
      const { topics: known } = await metadata(own);
      const ends = await admin.listOffsets({
        topics: own.map((name) => ({
          name,
          partitions: (known.get(name)?.partitions ?? []).map((_, partitionIndex) => ({
            partitionIndex,
            timestamp: -1n,
          })),
        })),
      });
      const commits = groups.length === 0 ? [] : await admin.listConsumerGroupOffsets({ groups });
      return JSON.parse(
        JSON.stringify({ topics, groups, ends, commits }, (_, v) => (typeof v === 'bigint' ? String(v) : v)),
      );
    },
    async leaderOf(topic, partition = 0) {
      const leader = (await metadata([topic])).topics.get(topic)?.partitions[partition]?.leader ?? -1;
      return leader > 0 ? leader - 1 : undefined;
    },
    async coordinatorOf(group) {
      const [found] = await admin.findCoordinator({ keyType: 0, keys: [group] });
      return (found?.nodeId ?? 0) - 1;
    },
    async allow(username, operation, on, resourceName) {
      const acl = {
        resourceType: RESOURCES[on],
        resourceName,
        resourcePatternType: 3,
        principal: `User:${username}`,
        host: '*',
        operation: OPERATIONS[operation],
        permissionType: 3,
      };
      await admin.createAcls({ creations: [acl as never] });
    },
    close,
  };
}
