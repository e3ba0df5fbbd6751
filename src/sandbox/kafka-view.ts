// What the demo wants to know of its Kafka, and does to it.

export interface KafkaView {
  createTopic(name: string, partitions: number): Promise<void>;
  topics(): Promise<readonly string[]>;
  /** What was written to the topic and the group has not committed; all of it while the group has committed nothing. */
  lag(group: string, topic: string): Promise<number>;
  /** The first message of the topic that is still kept, as a member of no group that counts; undefined when there is none. */
  first(topic: string): Promise<string | undefined>;
  close(): Promise<void>;
}

/** Does not connect before it is asked something. */
export async function createKafkaView(address: string): Promise<KafkaView> {
  const { Admin, Consumer } = await import('@platformatic/kafka');
  const options = { clientId: 'demo', bootstrapBrokers: [address], retries: 3, retryDelay: 100 };
  const admin = new Admin(options);
  const ends = async (name: string, timestamp: bigint): Promise<readonly bigint[]> => {
    const { topics } = await admin.metadata({ topics: [name], autocreateTopics: false });
    const count = topics.get(name)?.partitionsCount ?? 0;
    const partitions = Array.from({ length: count }, (_, partitionIndex) => ({ partitionIndex, timestamp }));
    const [listed] = await admin.listOffsets({ topics: [{ name, partitions }] });
    return (listed?.partitions ?? [])
      .toSorted((a, b) => a.partitionIndex - b.partitionIndex)
      .map(({ offset }) => offset);
  };
  return {
    async createTopic(name, partitions) {
      await admin.createTopics({ topics: [name], partitions, replicas: 1 });
    },
    topics: () => admin.listTopics(),
    async lag(group, topic) {
      const [newest, committed] = await Promise.all([
        ends(topic, -1n),
        admin.listConsumerGroupOffsets({ groups: [group] }).catch(() => []),
      ]);
      const done = committed[0]?.topics.find(({ name }) => name === topic)?.partitions ?? [];
      const sum = (values: readonly bigint[]): number => Number(values.reduce((total, value) => total + value, 0n));
      return sum(newest) - sum(done.map(({ committedOffset }) => (committedOffset < 0n ? 0n : committedOffset)));
    },
    async first(topic) {
      const [oldest, newest] = await Promise.all([ends(topic, -2n), ends(topic, -1n)]);
      if (oldest.every((offset, partition) => offset === newest[partition])) return undefined;
      const consumer = new Consumer({ ...options, groupId: 'demo', autocommit: false });
      try {
        const stream = await consumer.consume({ topics: [topic], mode: 'earliest' });
        for await (const { value } of stream) return value?.toString();
        return undefined;
      } finally {
        await consumer.close(true);
      }
    },
    close: () => admin.close(),
  };
}
