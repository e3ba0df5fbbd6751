// When what an object's triggers were resolved from is to be read again: a lease, a token, a secret in a store that tells of no change.
import type { Clock } from '../async.ts';
import type { SluiceError } from '../errors.ts';
import type { EventRecorder } from '../kube/events.ts';
import { isLookDue } from './decide/looks.ts';
import type { TriggerState } from './decide/observation.ts';
import type { Renewal, TriggerMemory } from './memory.ts';
import { kindOf, namesOf } from './object-key.ts';

/** Credentials of this trigger could not be read again: it goes on with those it has. */
export type TellKept = (key: string, memory: TriggerMemory, index: number, error: SluiceError) => void;

export function isDue({ renewal }: TriggerMemory, clock: Clock): boolean {
  if (!renewal) return false;
  // One from the future tells that the clock was set back.
  return clock.now() < renewal.fromMs || clock.now() - renewal.fromMs >= renewal.inMs;
}

/** Reads everything again at the next look, although nobody told of a change. */
function renewNow(memory: TriggerMemory): void {
  memory.renewal = { fromMs: 0, inMs: 0 };
}

/** What a broken trigger waits for may have come without anybody telling us, so it is looked for at each poll. */
export function renewWhenBroken(
  memory: TriggerMemory,
  policy: { readonly pollingIntervalMs: number },
  clock: Clock,
): void {
  const isBroken = memory.bindings?.some(({ kind }) => kind === 'broken') ?? false;
  if (isBroken && isLookDue(memory, policy, clock.now())) renewNow(memory);
}

/** A source refuses what a store gave us, so it may have been rotated there. KEDA resolves everything anew after any failed read. */
export function renewWhenRefused(memory: TriggerMemory, triggers: readonly TriggerState[]): void {
  const isRefused = triggers.some((state) => state.kind === 'failed' && state.code === 'AUTH_FAILED');
  if (memory.renewal && isRefused) renewNow(memory);
}

/** A clock that differs from the API server's must not make us ask without a pause. */
const SOONEST_MS = 1_000;

/** Of several times the first counts. */
export function soonest(clock: Clock): { note(inMs: number): void; readonly renewal: Renewal | undefined } {
  let renewal: Renewal | undefined;
  return {
    note(inMs) {
      const next = { fromMs: clock.now(), inMs: Math.max(SOONEST_MS, inMs) };
      if (!renewal || next.fromMs + next.inMs < renewal.fromMs + renewal.inMs) renewal = next;
    },
    get renewal() {
      return renewal;
    },
  };
}

/** Once for each failure, as an Event of the object. */
export function createTellKept({ events }: { readonly events: EventRecorder }): TellKept {
  return (key, memory, index, error) => {
    const told = `${index} ${error.message}`;
    if (memory.keptDespite?.has(told)) return;
    memory.keptDespite = new Set([...(memory.keptDespite ?? []), told]);
    const { namespace, name } = namesOf(key);
    const note = `triggers[${index}] goes on with the parameters that it has, for they cannot be read again: ${error.message} [${error.code}]`;
    const regarding = { apiVersion: 'keda.sh/v1alpha1', kind: kindOf(key), namespace, name, uid: memory.uid };
    const reason = 'KEDAScalerFailed';
    events.record({ regarding, type: 'Warning', reason, action: reason, note, lasts: true });
  };
}
