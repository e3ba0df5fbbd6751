// What the lag rules ask of a Kafka cluster, and what it answers: the contract between the connection and the scalers.

export interface PartitionOffsets {
  readonly partition: number;
  /** Where the next message will be written: the high watermark. */
  readonly end: bigint;
  /** Undefined when the group has committed nothing for it. Read before `end`: beyond it only when the topic was made anew. */
  readonly committed: bigint | undefined;
  /** The oldest message there still is; told only for partitions without a usable commit of a question that wants it. */
  readonly start?: bigint;
}

export interface GroupOffsets {
  /** By topic name, partitions in order; a topic that does not exist is absent. */
  readonly topics: ReadonlyMap<string, readonly PartitionOffsets[]>;
}

export interface KafkaQuestion {
  readonly group: string;
  /** By name; or every topic that the group has committed offsets for. */
  readonly topics: readonly string[] | 'committed';
  /** Only these partitions of each topic, as far as they exist; all when undefined. */
  readonly partitions: readonly number[] | undefined;
  /** Whether to tell the start of partitions where nothing is committed, or more than there is (a second ListOffsets for these alone). */
  readonly wantsStart: boolean;
}

export interface KafkaSource {
  /** Rejects with a SluiceError when any offset that was asked for cannot be told. */
  ask(question: KafkaQuestion, signal: AbortSignal): Promise<GroupOffsets>;
  /**
   * Calls `wake` when it begins to listen, and whenever something was written to one of the topics, until `signal` aborts. Rejects when
   * it cannot go on. Reads nothing as a member of a group.
   */
  watch(topics: readonly string[], wake: () => void, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
