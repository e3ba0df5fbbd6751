// From the offsets of partitions to a trigger's value: KEDA's rules. Pure; offsets are 64 bits wide, and a number only at the end.
import type { Reading } from '../scaler.ts';
import type { GroupOffsets, PartitionOffsets } from './offsets.ts';

export interface LagRules {
  readonly lagThreshold: number;
  readonly activationLagThreshold: number;
  readonly offsetResetPolicy: 'latest' | 'earliest';
  readonly allowIdleConsumers: boolean;
  readonly limitToPartitionsWithLag: boolean;
  readonly ensureEvenDistributionOfPartitions: boolean;
  readonly scaleToZeroOnInvalidOffset: boolean;
}

type Topics = GroupOffsets['topics'];

/** Whether the lag of a partition has lasted without a commit, so that more consumers would not help. */
export type IsStuck = (topic: string, offsets: PartitionOffsets) => boolean;

/**
 * What counts as waiting in one partition, never below 0. Without a commit it depends on where a consumer would begin: at the end
 * there is nothing, so that 1 stands for "start one, to make it commit"; at the start there is all there is. A commit beyond the
 * end is of a topic that was made anew: the broker will not take it from the consumer, which begins as if there were none.
 */
export function partitionLag(
  offsets: PartitionOffsets,
  { offsetResetPolicy, scaleToZeroOnInvalidOffset }: Pick<LagRules, 'offsetResetPolicy' | 'scaleToZeroOnInvalidOffset'>,
): bigint {
  if (hasCommit(offsets)) return offsets.end - offsets.committed;
  if (scaleToZeroOnInvalidOffset) return 0n;
  return offsetResetPolicy === 'latest' ? 1n : offsets.end - (offsets.start ?? 0n);
}

/** Whether a consumer could go on from where the group has committed. */
export function hasCommit(offsets: PartitionOffsets): offsets is PartitionOffsets & { readonly committed: bigint } {
  return offsets.committed !== undefined && offsets.committed <= offsets.end;
}

export interface TotalLag {
  /** Of all partitions. */
  readonly whole: bigint;
  /** Without those that are stuck. */
  readonly moving: bigint;
  readonly partitions: number;
  /** Those that add to `moving`. */
  readonly withLag: number;
}

export function totalLag(topics: Topics, rules: LagRules, isStuck: IsStuck): TotalLag {
  const all = [...topics].flatMap(([topic, partitions]) =>
    partitions.map((offsets) => ({ lag: partitionLag(offsets, rules), isStuck: isStuck(topic, offsets) })),
  );
  const moving = all.filter(({ lag, isStuck: stuck }) => lag > 0n && !stuck);
  const sum = (some: readonly { readonly lag: bigint }[]): bigint => some.reduce((total, { lag }) => total + lag, 0n);
  return { whole: sum(all), moving: sum(moving), partitions: all.length, withLag: moving.length };
}

/** The value that replicas are counted from, capped as the rules say; whether it is active tells the whole lag, uncapped and stuck ones included. */
export function lagReading(topics: Topics, rules: LagRules, isStuck: IsStuck): Required<Reading> {
  const total = totalLag(topics, rules, isStuck);
  return { value: Number(capped(total, rules)), active: total.whole > BigInt(rules.activationLagThreshold) };
}

/** A consumer without a partition is idle, so that by default there are no more replicas than partitions. */
function capped({ moving: lag, partitions, withLag }: TotalLag, rules: LagRules): bigint {
  const { allowIdleConsumers, limitToPartitionsWithLag, ensureEvenDistributionOfPartitions } = rules;
  if (allowIdleConsumers && !limitToPartitionsWithLag && !ensureEvenDistributionOfPartitions) return lag;
  const threshold = BigInt(rules.lagThreshold);
  const even = ensureEvenDistributionOfPartitions ? evenReplicas(lag, partitions, threshold) * threshold : lag;
  const most = BigInt(limitToPartitionsWithLag ? withLag : partitions);
  return even / threshold > most ? most * threshold : even;
}

/** The smallest number of consumers that is enough for the lag and gives each as many partitions as the others; at least 1. */
function evenReplicas(lag: bigint, partitions: number, threshold: bigint): bigint {
  for (let count = 1; count < partitions; count++) {
    if (partitions % count === 0 && BigInt(count) * threshold >= lag) return BigInt(count);
  }
  return BigInt(partitions);
}
