// "Did you mean …?": the word of a list that a misspelt word most probably stands for.

/**
 * Edits (insert, delete, replace, swap two neighbours) that turn `from` into `to`; `limit + 1` as soon as it is clear that
 * there are more than `limit`.
 */
export function editDistance(from: string, to: string, limit: number): number {
  const [a, b] = [Array.from(from), Array.from(to)];
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let [beforeLast, last]: [number[], number[]] = [[], b.map((_, j) => j).concat(b.length)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    if (Math.min(...row) > limit) return limit + 1;
    [beforeLast, last] = [last, row];
  }
  return last[b.length] ?? 0;
}

/**
 * The candidate nearest to `word`, letter case aside, or undefined when none is near enough (more than a third of the word
 * differs). Of equally near ones the first wins.
 */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const plain = word.toLowerCase();
  let nearest: string | undefined;
  let limit = Math.max(1, Math.floor(Math.min(plain.length, 30) / 3));
  for (const candidate of candidates) {
    const distance = editDistance(plain, candidate.toLowerCase(), limit);
    if (distance > limit) continue;
    nearest = candidate;
    limit = distance - 1;
    if (limit < 0) break;
  }
  return nearest;
}
