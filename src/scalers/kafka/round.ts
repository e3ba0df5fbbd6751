// One round of requests for the questions of a moment: what there is and who leads it, what is committed, then where partitions end.
import type { AskDeps } from './ask-each.ts';
import type { Broker } from './broker.ts';
import { type Committed, fetchCommitted } from './committed.ts';
import { type LedPartition, listPartitions, type OffsetLookup } from './ends.ts';
import { protocolError, UNKNOWN_TOPIC_OR_PARTITION } from './errors.ts';
import type { GroupOffsets, KafkaQuestion, PartitionOffsets } from './offsets.ts';
import { EARLIEST, LATEST, type Metadata, metadata } from './requests.ts';

type Topics = ReadonlyMap<string, Metadata['topics'][number]>;

/** Resolves to a lookup, which throws a SluiceError for a question that can't be answered; the others are not concerned. */
export async function askRound(
  deps: AskDeps,
  questions: readonly KafkaQuestion[],
  signal: AbortSignal,
): Promise<(question: KafkaQuestion) => GroupOffsets> {
  const { cluster } = deps;
  const names = questions.flatMap(({ topics }) => (topics === 'committed' ? [] : topics));
  const { broker, topics: named } = await cluster.anyone(
    async (one) => ({ broker: one, topics: await describeTopics(one, names) }),
    signal,
  );
  const groups = [...new Set(questions.map(({ group }) => group))];
  const committed = await fetchCommitted(deps, broker, groups, signal);
  const further = questions.flatMap((question) => namesOf(question, committed)).filter((name) => !named.has(name));
  const topics = further.length === 0 ? named : new Map([...named, ...(await describeTopics(broker, further))]);
  // After the commits: what is committed in between must not be ahead of the end.
  const wanted = distinct(questions.flatMap((question) => led(question, namesOf(question, committed), topics)));
  const ends = await listPartitions(deps, LATEST, wanted, signal);
  const lost = questions.filter(({ wantsStart }) => wantsStart).flatMap((question) => withoutUsableCommit(question));
  const starts = lost.length === 0 ? ends : await listPartitions(deps, EARLIEST, distinct(lost), signal);
  return (question) => answer(deps.where, question, { committed: committed(question.group), topics, ends, starts });

  async function describeTopics(anyone: Broker, some: readonly string[]): Promise<Topics> {
    const found = await anyone.ask(metadata, [...new Set(some)], signal);
    cluster.learn(found.brokers);
    return new Map(found.topics.map((topic) => [topic.name, topic]));
  }

  function withoutUsableCommit(question: KafkaQuestion): readonly LedPartition[] {
    return led(question, namesOf(question, committed), topics).filter(({ topic, partition }) => {
      try {
        return !isUsable(committed(question.group).get(topic)?.get(partition), ends(topic, partition));
      } catch {
        return false;
      }
    });
  }
}

function isUsable(committed: bigint | undefined, end: bigint): boolean {
  return committed !== undefined && committed <= end;
}

/** None when the group can't be told, which fails the question later. */
function namesOf({ topics, group }: KafkaQuestion, committed: (group: string) => Committed): readonly string[] {
  if (topics !== 'committed') return topics;
  try {
    return [...committed(group).keys()];
  } catch {
    return [];
  }
}

function led({ partitions }: KafkaQuestion, names: readonly string[], topics: Topics): readonly LedPartition[] {
  return names.flatMap((topic) =>
    (topics.get(topic)?.partitions ?? [])
      .filter(({ partition }) => partitions?.includes(partition) ?? true)
      .map((one) => ({ ...one, topic })),
  );
}

function distinct(partitions: readonly LedPartition[]): readonly LedPartition[] {
  return [...new Map(partitions.map((one) => [`${one.partition}/${one.topic}`, one])).values()];
}

function answer(
  where: string,
  question: KafkaQuestion,
  known: { committed: Committed; topics: Topics; ends: OffsetLookup; starts: OffsetLookup },
): GroupOffsets {
  const { committed, topics, ends, starts } = known;
  const answers = new Map<string, readonly PartitionOffsets[]>();
  for (const name of namesOf(question, () => committed)) {
    const error = topics.get(name)?.error ?? UNKNOWN_TOPIC_OR_PARTITION;
    if (error === UNKNOWN_TOPIC_OR_PARTITION) continue;
    if (error !== 0) throw protocolError(where, `topic ${JSON.stringify(name)}`, error);
    const partitions = led(question, [name], topics).map(({ partition }) => {
      const [end, done] = [ends(name, partition), committed.get(name)?.get(partition)];
      const start = question.wantsStart && !isUsable(done, end) ? { start: starts(name, partition) } : {};
      return { partition, end, committed: done, ...start };
    });
    answers.set(
      name,
      partitions.sort((a, b) => a.partition - b.partition),
    );
  }
  return { topics: answers };
}
