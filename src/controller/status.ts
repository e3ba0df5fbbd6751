// The status of a ScaledObject or a ScaledJob: what it becomes, and whether the difference is worth a write. Pure.
import type { Condition } from '../api/conditions.ts';
import type { ScaledObjectStatus } from '../api/scaled-object.ts';

/** What a reconcile found out. A field that is left out stays as it was; null removes it. */
export type StatusFacts<S = ScaledObjectStatus> = { readonly [Field in keyof S]?: S[Field] | null };

/** A status that may have been written by anybody, so every part of it may be missing. */
export function statusAfter<S extends ScaledObjectStatus>(before: S | undefined, facts: StatusFacts<S>): S {
  const after = new Map<string, unknown>(Object.entries(before ?? {}));
  for (const [field, value] of Object.entries(facts)) {
    if (value === null) after.delete(field);
    else if (value !== undefined) after.set(field, value);
  }
  return Object.fromEntries(after) as S;
}

/** The body of a JSON merge patch from one status to another; undefined when they say the same. */
export function mergePatch(before: unknown, after: unknown): unknown {
  if (!isRecord(before) || !isRecord(after)) return isEqual(before, after) ? undefined : after;
  const patch: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (!Object.hasOwn(after, key)) patch[key] = null;
    else if (!Object.hasOwn(before, key)) patch[key] = after[key];
    else {
      const part = mergePatch(before[key], after[key]);
      if (part !== undefined) patch[key] = part;
    }
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}

/** Details (a message's wording, a counter, the time of an activity that goes on) are written at most this often. */
const DETAIL_INTERVAL_MS = 60_000;

/** True when the status should be written now; a difference in details alone can wait, but not for a clock that was set back. */
export function isWorthWriting(
  before: ScaledObjectStatus | undefined,
  after: ScaledObjectStatus,
  sinceLastWriteMs: number,
): boolean {
  if (!isEqual(essence(before ?? {}), essence(after))) return true;
  const activeFor = Date.parse(after.lastActiveTime ?? '') - Date.parse(before?.lastActiveTime ?? '');
  if (Math.abs(activeFor) >= DETAIL_INTERVAL_MS) return true;
  if (sinceLastWriteMs >= 0 && sinceLastWriteMs < DETAIL_INTERVAL_MS) return false;
  return !isEqual({ ...before, lastActiveTime: '' }, { ...after, lastActiveTime: '' });
}

/** A ScaledJob's has one more. */
type WithDetails = ScaledObjectStatus & { readonly lastJobNumber?: number };

/** The status without details. What the author has to mend is none: they wait for the message that their last edit deserves. */
function essence(status: WithDetails): unknown {
  const { conditions, health, lastActiveTime, lastJobNumber: _, ...rest } = status;
  return {
    ...rest,
    hasBeenActive: lastActiveTime !== undefined,
    conditions: conditions?.map(({ type, status, reason, message }) =>
      reason === 'ScaledObjectCheckFailed' || reason === 'ScaledJobCheckFailed'
        ? { type, status, reason, message }
        : { type, status, reason },
    ),
    health: Object.fromEntries(Object.entries(health ?? {}).map(([metric, { status }]) => [metric, status])),
  };
}

/** RFC 3339 in seconds as Kubernetes writes it; rounded up, so that a cooldown never ends early by it. */
export function timestamp(atMs: number): string {
  return new Date(Math.ceil(atMs / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}

/** Of a time as Kubernetes writes it; undefined for one that cannot be read. */
export function timeOf(text: string | undefined): number | undefined {
  const at = Date.parse(text ?? '');
  return Number.isNaN(at) ? undefined : at;
}

/** The condition of that type. */
export function conditionIn(status: ScaledObjectStatus | undefined, type: string): Condition | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Deep equality of JSON values; the order of keys does not count. */
function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => isEqual(item, b[i]));
  if (!isRecord(a) || !isRecord(b)) return false;
  const keys = Object.keys(a).filter((key) => a[key] !== undefined);
  return (
    keys.length === Object.keys(b).filter((key) => b[key] !== undefined).length &&
    keys.every((key) => isEqual(a[key], b[key]))
  );
}
