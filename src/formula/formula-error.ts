// Why a formula cannot be read, or gives nothing: what is wrong, and where in its text.

/** `at` counts from 0; the message says line and column once the error has left this room. */
export class FormulaError extends Error {
  override readonly name = 'FormulaError';
  readonly at: number;
  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

/** What somebody wrote, in quotes and not at any length. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 50 ? `${text.slice(0, 50)}…` : text);
}

/** `column 7: …`, or `line 2, column 7: …` in a text of several lines. Counts characters, not code units. */
export function located({ at, message }: FormulaError, text: string): FormulaError {
  const before = text.slice(0, at).split('\n');
  const column = Array.from(before.at(-1) ?? '').length + 1;
  const line = text.trimEnd().includes('\n') ? `line ${before.length}, ` : '';
  return new FormulaError(at, `${line}column ${column}: ${message}`);
}
