// What an external scaler says on its own: "active" counts for the reading that follows, whatever that reading says itself.
import type { Clock } from '../../async.ts';

export interface Pushes {
  /** Takes down what was said. True when a look is worth while: a new activity, or the end of one. */
  note(isActive: boolean): boolean;
  /** To be called when a reading begins; what it returns says, when the reading has succeeded, whether a push makes it active. */
  take(): () => boolean;
}

/** Somebody else may read between a push and the look that it asks for. */
const COUNTS_FOR_MS = 2_000;

/**
 * KEDA acts on each "active" at once without asking IsActive, and takes no notice of "inactive": its next poll finds out. Here a push
 * makes a look happen, so the word has to last until a reading has carried it there; a later "inactive" takes it back.
 */
export function createPushes(clock: Clock): Pushes {
  let last: 'active' | 'inactive' = 'inactive';
  /** The activity that no look has seen yet, as far as is known. */
  let pending: { takenAt: number | undefined } | undefined;

  return {
    note(isActive) {
      const before = last;
      last = isActive ? 'active' : 'inactive';
      if (!isActive) {
        pending = undefined;
        return before === 'active';
      }
      const isNew = pending === undefined || pending.takenAt !== undefined;
      if (isNew) pending = { takenAt: undefined };
      return isNew;
    },
    take() {
      const takenAt = pending?.takenAt;
      if (takenAt !== undefined && Math.abs(clock.now() - takenAt) >= COUNTS_FOR_MS) pending = undefined;
      const begunWith = pending;
      return () => {
        // What came during the reading is for the next one as well.
        if (begunWith && begunWith === pending) begunWith.takenAt ??= clock.now();
        return pending !== undefined;
      };
    },
  };
}
