// Regular expressions of `matches`: RE2's, as in Go, so that none takes more than its own length times the text's.
import { RE2JS } from 're2js';
import { type Run, spend } from './budget.ts';
import { FormulaError, quoted } from './formula-error.ts';

/** Longer ones can be made to take long to read. */
const MOST_PATTERN = 200;
/** What reading a pattern costs, and trying it on a character, for each of its own characters. */
const PATTERN_COST = 20;

/** Whether the text holds what the pattern says. */
export type Matches = (text: string, pattern: string, run: Run) => boolean;

/** `known` is the pattern where it stands in the formula itself: it is read once. Throws for one that is none. */
export function createMatches(known: string | undefined, at: number): Matches {
  const read = known === undefined ? undefined : patternOf(known, at);
  return (text, pattern, run) => {
    spend(run, PATTERN_COST * (pattern.length + 1) * ((read ? 0 : pattern.length) + text.length + 1), at);
    return (read ?? patternOf(pattern, at)).matcher(text).find();
  };
}

function patternOf(text: string, at: number): RE2JS {
  if (text.length > MOST_PATTERN) throw new FormulaError(at, `a pattern has at most ${MOST_PATTERN} characters`);
  // A repetition is compiled as often as it says.
  if (/\{\d{3,}|\{\d*,\d{3,}/.test(text)) throw new FormulaError(at, 'a pattern repeats at most 99 times');
  try {
    return RE2JS.compile(text);
  } catch {
    throw new FormulaError(at, `${quoted(text)} is no regular expression`);
  }
}
