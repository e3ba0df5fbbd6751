// Keys that stand twice in one mapping: all but the last would be lost without a word.
import { isMap, isPair, isScalar, isSeq, type Scalar } from 'yaml';

/** The first key, in the order of the text, that its mapping has already. */
export function duplicateKey(root: unknown): Scalar | undefined {
  let first: Scalar | undefined;
  const pending = [root];
  while (pending.length > 0) {
    const node = pending.pop();
    if (isPair(node)) pending.push(node.value);
    else if (isMap(node) || isSeq(node)) for (const item of node.items) pending.push(item);
    if (!isMap(node)) continue;
    const repeated = repeatedIn(node.items.map(({ key }) => key));
    if (repeated !== undefined && offsetOf(repeated) < offsetOf(first)) first = repeated;
  }
  return first;
}

function repeatedIn(keys: readonly unknown[]): Scalar | undefined {
  const seen = new Set<unknown>();
  for (const key of keys) {
    if (!isScalar(key) || key.value === '<<') continue;
    if (seen.has(key.value)) return key;
    seen.add(key.value);
  }
  return undefined;
}

const offsetOf = (key: Scalar | undefined): number => key?.range?.[0] ?? Infinity;
