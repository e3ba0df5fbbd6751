// Tells the user: the status, and Events when something has changed.
import { scaledObjects } from '../api/names.ts';
import { readStatus } from '../api/readable-status.ts';
import { type ScaledObject, ScaledObjectStatus } from '../api/scaled-object.ts';
import type { Clock } from '../async.ts';
import type { SluiceError } from '../errors.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Announce } from './announce.ts';
import type { ObjectMemory } from './memory.ts';
import { conditionsAfter, type Outcome } from './outcome.ts';
import { statusAfter } from './status.ts';
import { type Findings, statusFacts } from './status-facts.ts';
import { createStatusWriter } from './status-writer.ts';

export interface Reporter {
  /**
   * Writes the status if that is worth a write, and announces what has changed. Somebody else's write in between is read and
   * written over field by field. Resolves to the object as it is now; an object that is gone is left alone.
   */
  report(
    object: ScaledObject,
    memory: ObjectMemory,
    told: { readonly outcome: Outcome; readonly found: Findings },
    signal: AbortSignal,
  ): Promise<ScaledObject>;
}

export function createReporter(options: {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly announce: Announce;
}): Reporter {
  const { announce } = options;
  const write = createStatusWriter(options);
  return {
    report: (object, memory, { outcome, found }, signal) =>
      write<ScaledObjectStatus, ScaledObject>(
        object,
        {
          resource: scaledObjects,
          memory,
          after: (base) =>
            statusAfter(base.status, {
              ...statusFacts(base, outcome, found),
              conditions: conditionsAfter(base, outcome),
            }),
          readable: (found) => readStatus(ScaledObjectStatus, found).status,
          wrote: (before, after) => announce.conditions(before, after, troubleOf(outcome)),
          refused: announce.updateFailed,
        },
        signal,
      ),
  };
}

/** What alone keeps it from being Ready. */
function troubleOf(outcome: Outcome): SluiceError | undefined {
  if (outcome.kind === 'refused') return outcome.error;
  return outcome.kind === 'decided' && outcome.troubles.length === 1 ? outcome.troubles[0] : undefined;
}
