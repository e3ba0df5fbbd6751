// Where brackets and quotes in a path close.

/** Quoted text, an escaped sign, or a sign. */
const TOKENS = /"(?:\\[^]|[^"\\])*"?|\\[^]|[^]/g;

/** The signs of `text` from `start` on that stand in no quotes and after no backslash, and how many brackets are open before each. */
export function* plainSigns(text: string, start = 0): Generator<{ sign: string; at: number; depth: number }> {
  let depth = 0;
  for (const { 0: sign, index } of text.slice(start).matchAll(TOKENS)) {
    if (sign.length > 1) continue;
    if (/[\])}]/.test(sign)) depth--;
    yield { sign, at: start + index, depth };
    if (/[[({]/.test(sign)) depth++;
  }
}

/** The index of the bracket that closes the one at `start`; undefined when none does. */
export function closingBracket(text: string, start: number): number | undefined {
  for (const { sign, at, depth } of plainSigns(text, start)) {
    if (depth === 0 && /[\])}]/.test(sign)) return at;
  }
  return undefined;
}
