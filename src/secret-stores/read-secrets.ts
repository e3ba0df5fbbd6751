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
export async function readSecrets<S extends { readonly parameter: string }, Whole>(
  secrets: readonly S[],
  {
    key,
    ask,
    pick,
  }: {
    key(secret: S): string;
    ask(secret: S): Promise<Whole>;
    /** What the secret is of all that was found. */
    pick(whole: Whole, secret: S): Found;
  },
): Promise<Pick<StoreAnswer, 'values' | 'gaps'>> {
  const limit = createLimiter(AT_ONCE);
  const asked = new Map<string, Promise<Whole>>();
  const answerTo = (secret: S): Promise<Whole> => {
    const one = key(secret);
    const answer = asked.get(one) ?? limit(() => ask(secret));
    asked.set(one, answer);
    return answer;
  };
  await Promise.allSettled(secrets.map(answerTo));
  const found = new Map<string, Found>();
  for (const secret of secrets) found.set(secret.parameter, pick(await answerTo(secret), secret));
  return {
    values: Object.fromEntries([...found].flatMap(([name, one]) => (one.kind === 'set' ? [[name, one.value]] : []))),
    gaps: [...found].flatMap(([parameter, one]) => (one.kind === 'missing' ? [{ parameter, why: one.why }] : [])),
  };
}

/** For stores in which a secret is one value. */
export const whole = (found: Found): Found => found;
