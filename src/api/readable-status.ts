// A status as far as it can be read. Another program, another version or a hand may have written it: that must not keep an object from working.
import type { z } from 'zod';

export interface ReadableStatus<Status> {
  /** Undefined where there is none that could be read. */
  readonly status: Status | undefined;
  /** The fields that do not fit the schema; they are left out. */
  readonly unreadable: readonly string[];
  readonly issues: readonly z.core.$ZodIssue[];
}

/** Field by field: one that cannot be read takes no other with it. Never throws. */
export function readStatus<Schema extends z.ZodObject>(
  schema: Schema,
  found: unknown,
): ReadableStatus<z.infer<Schema>> {
  if (found === undefined) return { status: undefined, unreadable: [], issues: [] };
  const parsed = schema.safeParse(found);
  if (parsed.success) return { status: parsed.data, unreadable: [], issues: [] };
  const { issues } = parsed.error;
  const unreadable = [...new Set(issues.flatMap(({ path: [field] }) => (field === undefined ? [] : [String(field)])))];
  if (unreadable.length === 0 || typeof found !== 'object' || found === null) {
    return { status: undefined, unreadable, issues };
  }
  const rest = Object.fromEntries(Object.entries(found).filter(([field]) => !unreadable.includes(field)));
  return { status: schema.safeParse(rest).data, unreadable, issues };
}
