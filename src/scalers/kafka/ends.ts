// Where partitions begin and end: each is asked of the broker that leads it, all partitions of one broker at once.
import { type AskDeps, askEach } from './ask-each.ts';
import { LEADER_NOT_AVAILABLE, protocolError, unreadable } from './errors.ts';
import { type EARLIEST, type LATEST, listOffsets, type TopicPartitions } from './requests.ts';

/** A partition, and what the metadata says of its leader. */
export interface LedPartition {
  readonly topic: string;
  readonly partition: number;
  /** Below 0 when it has none. */
  readonly leader: number;
  readonly error: number;
}

export type OffsetLookup = (topic: string, partition: number) => bigint;

/** Resolves to a lookup, which throws a SluiceError for a partition that can't be told. */
export async function listPartitions(
  deps: AskDeps,
  at: typeof EARLIEST | typeof LATEST,
  partitions: readonly LedPartition[],
  signal: AbortSignal,
): Promise<OffsetLookup> {
  const { where } = deps;
  const answers = new Map<string, Map<number, () => bigint>>();
  const answer = (topic: string, partition: number, tell: () => bigint): void => {
    const known = answers.get(topic) ?? new Map<number, () => bigint>();
    answers.set(topic, known.set(partition, tell));
  };
  const fail = (topic: string, partition: number, error: unknown): void =>
    answer(topic, partition, () => {
      throw error;
    });
  const refuse = (topic: string, partition: number, code: number): void => {
    const subject = `partition ${partition} of topic ${JSON.stringify(topic)}`;
    fail(topic, partition, protocolError(where, subject, code));
  };

  const byLeader = new Map(Map.groupBy(partitions, ({ leader }) => leader));
  for (const [leader, led] of byLeader) {
    if (leader >= 0) continue;
    for (const { topic, partition, error } of led) refuse(topic, partition, error || LEADER_NOT_AVAILABLE);
    byLeader.delete(leader);
  }
  await askEach(
    deps,
    byLeader,
    async (broker, led) => {
      for (const { name, partitions: found } of await broker.ask(listOffsets, { at, topics: byTopic(led) }, signal)) {
        for (const { partition, error, offset } of found) {
          if (error === 0) answer(name, partition, () => offset);
          else refuse(name, partition, error);
        }
      }
    },
    ({ topic, partition }, error) => fail(topic, partition, error),
    signal,
  );
  return (topic, partition) => {
    const tell = answers.get(topic)?.get(partition);
    if (tell === undefined) throw unreadable(where);
    return tell();
  };
}

function byTopic(partitions: readonly LedPartition[]): readonly TopicPartitions[] {
  const groups = Map.groupBy(partitions, ({ topic }) => topic);
  return [...groups].map(([name, some]) => ({ name, partitions: some.map(({ partition }) => partition) }));
}
