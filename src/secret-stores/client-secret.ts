// What a section logs in with: one key of a Secret, which has to be there and hold something.
import type { StoreContext, Value } from './secret-store.ts';

/** Why a section cannot be asked for: something is missing, or out of sight. */
export type Unprepared = Exclude<Value, { kind: 'set' }>;

interface SecretKey {
  readonly valueFrom: { readonly secretKeyRef: { readonly name: string; readonly key: string } };
}

/** Without the line break that an editor or `echo` left around it. `field` is its path in the authentication's spec. */
export async function readClientSecret(key: SecretKey, field: string, context: StoreContext): Promise<Value> {
  const value = await context.secret(key.valueFrom.secretKeyRef);
  if (value.kind === 'missing') return missing(field, value.why);
  if (value.kind !== 'set') return value;
  const trimmed = value.value.trim();
  return trimmed === '' ? missing(field, 'is empty in the Secret') : { kind: 'set', value: trimmed };
}

export function missing(field: string, message: string): Extract<Value, { kind: 'missing' }> {
  return { kind: 'missing', why: `${field}: ${message}` };
}
