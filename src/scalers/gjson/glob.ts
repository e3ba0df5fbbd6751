// Patterns with `*` and `?`, as GJSON has them in keys and queries.

/** `*` is any text, `?` any sign, a backslash takes the meaning from the next. Time grows with text × pattern, never worse. */
export function matchesGlob(text: string, pattern: string): boolean {
  const signs = [...pattern.matchAll(/\\([^])|[^]/gu)].map(([whole, escaped]) => ({
    sign: escaped ?? whole,
    plain: escaped !== undefined,
  }));
  const letters = text.match(/[^]/gu) ?? [];
  let [at, next, star, from] = [0, 0, -1, 0];
  while (at < letters.length) {
    const { sign, plain } = signs[next] ?? { sign: '', plain: true };
    if (sign === '*' && !plain) {
      star = next++;
      from = at;
    } else if (sign === letters[at] || (sign === '?' && !plain)) {
      at++;
      next++;
    } else if (star >= 0) {
      next = star + 1;
      at = ++from;
    } else return false;
  }
  return signs.slice(next).every(({ sign, plain }) => sign === '*' && !plain);
}
