// The annotations by which an operator pauses or forces an object, read by KEDA's rules.
import { annotations } from './names.ts';

type Annotated = { readonly metadata: { readonly annotations?: Readonly<Record<string, string>> } };

const FALSE = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False']);

/** Go's strconv.ParseBool, except that whatever it cannot parse, the empty string too, counts as true (KEDA's rule). */
function isSet(object: Annotated, key: string): boolean {
  const value = object.metadata.annotations?.[key];
  return value !== undefined && !FALSE.has(value);
}

/** What the pause annotations ask for. `replicas` wins over `paused`: its mere presence pauses, whatever `paused` says. */
export type Pause =
  | { readonly kind: 'running'; readonly scaleIn: 'allowed' | 'paused'; readonly scaleOut: 'allowed' | 'paused' }
  | { readonly kind: 'paused' }
  | { readonly kind: 'paused-at'; readonly replicas: number }
  | { readonly kind: 'invalid'; readonly annotation: string; readonly value: string };

/** `invalid` when paused-replicas isn't a whole number from 0 to 2147483647; the object is paused then too. */
export function pauseOf(object: Annotated): Pause {
  const wanted = object.metadata.annotations?.[annotations.pausedReplicas];
  if (wanted !== undefined) {
    const replicas = /^\+?\d+$/.test(wanted) ? Number(wanted) : Number.NaN;
    return replicas <= 2 ** 31 - 1
      ? { kind: 'paused-at', replicas }
      : { kind: 'invalid', annotation: annotations.pausedReplicas, value: wanted };
  }
  if (isSet(object, annotations.paused)) return { kind: 'paused' };
  return {
    kind: 'running',
    scaleIn: isSet(object, annotations.pausedScaleIn) ? 'paused' : 'allowed',
    scaleOut: isSet(object, annotations.pausedScaleOut) ? 'paused' : 'allowed',
  };
}

/** The annotation `paused` alone: all that a ScaledJob knows of pausing. */
export function isPaused(object: Annotated): boolean {
  return isSet(object, annotations.paused);
}

/** True when the object counts as active whatever its triggers say. */
export function isForcedActive(object: Annotated): boolean {
  return isSet(object, annotations.forceActivation);
}

/** True when an existing HPA may be taken over; exactly `"true"`, no other spelling. */
export function mayTakeOverHpa(object: Annotated): boolean {
  return object.metadata.annotations?.[annotations.transferHpaOwnership] === 'true';
}

/** The label keys of a comma-separated annotation, untrimmed as KEDA takes them. */
export function excludedLabels(object: Annotated, annotation: string): ReadonlySet<string> {
  return new Set(object.metadata.annotations?.[annotation]?.split(',') ?? []);
}
