// Where the partitions of topics end, and which broker leads them: what a watch begins from.
import type { AskDeps } from './ask-each.ts';
import { type LedPartition, listPartitions } from './ends.ts';
import { protocolError, UNKNOWN_TOPIC_OR_PARTITION } from './errors.ts';
import { LATEST, metadata } from './requests.ts';

export interface Position extends LedPartition {
  readonly end: bigint;
}

export interface Positions {
  readonly positions: readonly Position[];
  /** Topics that cannot be followed now, and why. */
  readonly troubles: ReadonlyMap<string, { readonly error: unknown; readonly isMissing: boolean }>;
}

/** Rejects when no broker can be asked at all. `where` names the cluster in errors. */
export async function findPositions(deps: AskDeps, names: readonly string[], signal: AbortSignal): Promise<Positions> {
  const { cluster, where } = deps;
  const { brokers, topics } = await cluster.anyone((broker) => broker.ask(metadata, names, signal), signal);
  cluster.learn(brokers);
  const troubles = new Map<string, { readonly error: unknown; readonly isMissing: boolean }>();
  for (const { name, error } of topics) {
    if (error === 0) continue;
    const isMissing = error === UNKNOWN_TOPIC_OR_PARTITION;
    troubles.set(name, { error: protocolError(where, `topic ${JSON.stringify(name)}`, error), isMissing });
  }
  const led = topics.flatMap(({ name, error, partitions }) =>
    error === 0 ? partitions.map((one) => ({ ...one, topic: name })) : [],
  );
  const ends = await listPartitions(deps, LATEST, led, signal);
  const positions = led.flatMap((one): readonly Position[] => {
    try {
      return [{ ...one, end: ends(one.topic, one.partition) }];
    } catch (error) {
      troubles.set(one.topic, { error, isMissing: false });
      return [];
    }
  });
  return { positions: positions.filter(({ topic }) => !troubles.has(topic)), troubles };
}
