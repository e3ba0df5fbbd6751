// Regular expressions of triggers: RE2's, as in Go, so that none takes more than its own length times the text's.
import { RE2JS } from 're2js';

const MOST_CHARACTERS = 500;

/** `flags` are RE2JS's. Throws a SyntaxError that says what was expected. */
export function compilePattern(pattern: string, flags = 0): RE2JS {
  if (pattern.length > MOST_CHARACTERS) throw new SyntaxError(`a pattern of at most ${MOST_CHARACTERS} characters`);
  // A repetition is compiled as often as it says.
  if (/\{\d{3,}|\{\d*,\d{3,}/.test(pattern)) throw new SyntaxError('a pattern that repeats at most 99 times');
  try {
    return RE2JS.compile(pattern, flags);
  } catch {
    throw new SyntaxError('a pattern in RE2 syntax');
  }
}
