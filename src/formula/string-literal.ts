// What stands between quotes: escapes as Go's strings have them.
import { FormulaError } from './formula-error.ts';

const SIMPLE: ReadonlyMap<string, string> = new Map([
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
]);
const ESCAPE =
  /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|u\{([0-9a-fA-F]{1,6})\}|([0-3][0-7]{2})|(.)|$)/gsu;

/** The text that `raw` stands for; `at` is where `raw` begins in the formula. */
export function unescape(raw: string, at: number): string {
  return raw.replace(ESCAPE, (escape: string, ...found: readonly (string | number | undefined)[]) => {
    const [hex, short, long, braced, octal, letter, offset] = found;
    const code = hex ?? short ?? long ?? braced;
    const point = code === undefined ? Number.parseInt(String(octal), 8) : Number.parseInt(String(code), 16);
    if (Number.isNaN(point)) {
      const plain = SIMPLE.get(String(letter));
      if (plain !== undefined) return plain;
    } else if (point <= 0x10ffff) return String.fromCodePoint(point);
    throw new FormulaError(at + Number(offset), `expected an escape such as \\n, \\" or \\u00e9, found ${escape}`);
  });
}
