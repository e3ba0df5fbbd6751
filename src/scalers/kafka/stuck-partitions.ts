// Remembers which partitions lag without a commit, for excludePersistentLag: an error that a consumer meets again and again.
import type { Clock } from '../../async.ts';
import { hasCommit } from './lag.ts';
import type { GroupOffsets, PartitionOffsets } from './offsets.ts';

/**
 * KEDA calls a lag persistent when the commit is where it was at the poll before, which is seldom less than 15 seconds ago. Ours may
 * be milliseconds ago, and a consumer commits every 5 seconds unless it is told otherwise.
 */
const STUCK_AFTER_MS = 10_000;

export interface StuckPartitions {
  /** Takes note of an answer, and forgets what is not in it: there is one entry at most for each of its partitions that lag. */
  see(topics: GroupOffsets['topics']): void;
  /** True when the commit has stood still, with messages waiting, for so long. */
  has(topic: string, partition: PartitionOffsets): boolean;
}

export function createStuckPartitions(clock: Pick<Clock, 'now'>): StuckPartitions {
  type Standing = { readonly committed: bigint; readonly sinceMs: number };
  let standing: ReadonlyMap<string, Standing> = new Map();
  const keyOf = (topic: string, { partition }: PartitionOffsets): string => `${topic}/${partition}`;

  return {
    see(topics) {
      const nowMs = clock.now();
      const seen = new Map<string, Standing>();
      for (const [topic, partitions] of topics) {
        for (const offsets of partitions) {
          if (!hasCommit(offsets) || offsets.committed === offsets.end) continue;
          const key = keyOf(topic, offsets);
          const before = standing.get(key);
          // A moment yet to come tells that the clock was set back.
          const same = before?.committed === offsets.committed && before.sinceMs <= nowMs ? before : undefined;
          seen.set(key, same ?? { committed: offsets.committed, sinceMs: nowMs });
        }
      }
      standing = seen;
    },
    has(topic, offsets) {
      const since = standing.get(keyOf(topic, offsets));
      return since !== undefined && clock.now() - since.sinceMs >= STUCK_AFTER_MS;
    },
  };
}
