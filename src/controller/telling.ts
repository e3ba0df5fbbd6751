// What the Events of ScaledObjects and of ScaledJobs have in common.
import type { Condition } from '../api/conditions.ts';
import { isAccessTrouble, type SluiceError } from '../errors.ts';
import type { EventRecorder, EventSubject } from '../kube/events.ts';
import type { KubeObject } from '../kube/client.ts';
import type { Binding } from './binding.ts';
import type { TriggerState } from './decide/observation.ts';
import type { TriggerMemory } from './memory.ts';

/** `error` is what a warning tells of, where that may be what all objects meet. */
export type Tell = (
  object: KubeObject,
  type: 'Normal' | 'Warning',
  reason: string,
  note: string,
  error?: SluiceError,
) => void;

/** Warnings that no look takes back. */
const TOLD_ONCE: ReadonlySet<string> = new Set(['KEDAScalerInfo', 'ScaledObjectDeleted', 'ScaledJobDeleted']);

export function createTell(recorder: EventRecorder): Tell {
  return (object, type, reason, note, error) => {
    const lasts = type === 'Warning' && !TOLD_ONCE.has(reason) ? { lasts: true } : {};
    const known = isAccessTrouble(error) ? { isKnown: true } : {};
    recorder.record({ regarding: subjectOf(object), type, reason, action: reason, note, ...lasts, ...known });
  };
}

/** To be called after a look that met no trouble of its own. */
export type TellInOrder = (object: KubeObject, memory: Pick<TriggerMemory, 'toldFailures' | 'keptDespite'>) => void;

export function createTellInOrder(recorder: EventRecorder): TellInOrder {
  return (object, { toldFailures, keptDespite }) => {
    if (toldFailures.size === 0 && keptDespite === undefined) recorder.settled(subjectOf(object));
  };
}

function subjectOf({ apiVersion, kind, metadata: { namespace, name, uid } }: KubeObject): EventSubject {
  return { apiVersion, kind, namespace, name, uid };
}

/** Where a condition went that was `was` before; undefined when it says the same, or had never been True. */
export function flipOf(was: Condition | undefined, is: Condition | undefined): 'to-true' | 'to-false' | undefined {
  if (is?.status === 'True' && was?.status !== 'True') return 'to-true';
  return is?.status === 'False' && was?.status === 'True' ? 'to-false' : undefined;
}

export interface NewFailure {
  /** Whether the source was asked, or the trigger could not even be put to use. */
  readonly of: 'read' | 'trigger';
  readonly note: string;
}

/** Triggers that began to fail since the last time. */
export function newFailures(
  triggers: readonly TriggerState[],
  memory: Pick<TriggerMemory, 'toldFailures'>,
): readonly NewFailure[] {
  const failing = triggers.flatMap((t) => (t.kind === 'failed' ? [t] : []));
  const told = memory.toldFailures;
  memory.toldFailures = new Set(failing.map(({ metric, code }) => `${metric} ${code}`));
  return failing
    .filter(({ metric, code }) => !told.has(`${metric} ${code}`))
    .map(({ metric, code, message, failures }) => {
      // The message of one that cannot be put to use begins with its place already.
      const what = failures > 0 ? `${metric}: ${message}` : message;
      return { of: failures > 0 ? 'read' : 'trigger', note: `${what} [${code}]` };
    });
}

/** What the author should know of triggers that were put to use. */
export function warningsOf(bindings: readonly Binding[]): readonly string[] {
  return bindings.flatMap((binding) => {
    if (binding.kind === 'broken') return [];
    const place = `triggers[${binding.index}] (${binding.trigger.type})`;
    return binding.warnings.map(({ field, message }) => `${place}: ${field} ${message}`);
  });
}
