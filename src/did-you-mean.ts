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
  return Math.min(last[b.length] ?? 0, limit + 1);
}

/** True when `word` is `full` with letters left out, and starts like it: dbIndex, databaseIndex. */
function abbreviates(word: string, full: string): boolean {
  if (word.length < 3 || word[0] !== full[0] || full.length > 2 * word.length) return false;
  let at = 0;
  for (const letter of full) if (letter === word[at]) at++;
  return at === word.length;
}

/** True when the words differ in their ending only: minReplicas, minReplicaCount. */
function sharesStem(word: string, full: string): boolean {
  const stem = word.slice(0, Math.max(5, Math.ceil(word.length * 0.75)));
  return word.length >= 5 && full.startsWith(stem);
}

/**
 * The candidate that `word` probably stands for, letter case aside: the nearest one if at most a third of the word differs,
 * else the only one that it abbreviates or shares its stem with, else undefined. Of equally near ones the first wins.
 */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const plain = word.toLowerCase();
  const related: string[] = [];
  let nearest: string | undefined;
  let limit = Math.max(1, Math.floor(Math.min(plain.length, 30) / 3));
  for (const candidate of candidates) {
    const other = candidate.toLowerCase();
    if (abbreviates(plain, other) || sharesStem(plain, other)) related.push(candidate);
    const distance = editDistance(plain, other, limit);
    if (distance > limit) continue;
    nearest = candidate;
    limit = distance - 1;
    if (limit < 0) break;
  }
  return nearest ?? (related.length === 1 ? related[0] : undefined);
}
