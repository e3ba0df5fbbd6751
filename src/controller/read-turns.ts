// Who may read when: so many reads at once altogether, few on one source, and fewer still on sources that did not answer last time.
import { createLimiter, type Limiter } from '../async.ts';
import type { PolledTrigger } from '../scalers/scaler.ts';

/** Runs a read when its turn comes. `failing` puts it into the slow lane. */
export type ReadTurn = <T>(failing: boolean, read: () => Promise<T>) => Promise<T>;

export interface ReadTurns {
  /** The turns of one trigger's source; to be given back when the trigger is not read any more. */
  take(trigger: Source): ReadTurn;
  giveBack(trigger: Source): void;
}

type Source = Pick<PolledTrigger, 'sourceId' | 'batches'>;

const READS_AT_ONCE = 64;
/** Reads of sources that failed last time wait among themselves: dead brokers must not use up the turns of healthy ones. */
const FAILING_READS_AT_ONCE = 16;
const READS_ON_ONE_SOURCE = 8;

export function createReadTurns(): ReadTurns {
  const healthy = createLimiter(READS_AT_ONCE);
  const failing = createLimiter(FAILING_READS_AT_ONCE);
  const sources = new Map<string, { readonly limiter: Limiter; users: number }>();

  return {
    take({ sourceId, batches }) {
      // Reads that become one call must not wait for each other, or the call would carry eight of a thousand questions.
      if (batches) return (_isFailing, read) => read();
      const source = sources.get(sourceId) ?? { limiter: createLimiter(READS_ON_ONE_SOURCE), users: 0 };
      source.users++;
      sources.set(sourceId, source);
      return (isFailing, read) => source.limiter(() => (isFailing ? failing : healthy)(read));
    },
    giveBack({ sourceId, batches }) {
      if (batches) return;
      const source = sources.get(sourceId);
      if (source && --source.users === 0) sources.delete(sourceId);
    },
  };
}
