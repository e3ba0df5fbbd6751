// The secrets of one section: each is asked for once, however many parameters come of it, and a few at the same time.
import { createLimiter } from '../async.ts';
import type { StoreAnswer, Value } from './secret-store.ts';

/** One secret that is there, or is not: what goes for its parameter alone. */
export type Found = Exclude<Value, { kind: 'unresolved' }>;

const AT_ONCE = 4;

/**
 * Secrets of one `key` are one question to the store. `ask` throws what goes for all of them; whatever is under way is waited for then.
 * Of two secrets for one parameter the later counts.
 */
export async function readSecrets<S extends { readonly parameter: string }>(
  secrets: readonly S[],
  {
    key,
    ask,
    pick = (found) => found,
  }: {
    key(secret: S): string;
    ask(secret: S): Promise<Found>;
    /** What the secret is of all that was found. */
    pick?(found: Found, secret: S): Found;
  },
): Promise<StoreAnswer> {
  const limit = createLimiter(AT_ONCE);
  const asked = new Map<string, Promise<Found>>();
  for (const secret of secrets) {
    const one = key(secret);
    if (!asked.has(one))
      asked.set(
        one,
        limit(() => ask(secret)),
      );
  }
  await Promise.allSettled(asked.values());
  const found = new Map<string, Found>();
  for (const secret of secrets) {
    const whole = await asked.get(key(secret));
    if (whole) found.set(secret.parameter, pick(whole, secret));
  }
  return {
    values: Object.fromEntries([...found].flatMap(([name, one]) => (one.kind === 'set' ? [[name, one.value]] : []))),
    gaps: [...found].flatMap(([parameter, one]) => (one.kind === 'missing' ? [{ parameter, why: one.why }] : [])),
  };
}
