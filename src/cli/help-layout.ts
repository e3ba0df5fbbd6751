// How the help of a command is laid out, so that it fits a terminal of 80 columns.
import { Help } from 'commander';

const INDENT = 6;
/** What is said of a flag is not squeezed into less. */
const NARROWEST = 40;

/** Where the flags of a command are too long to stand beside what they mean, they stand above it. */
export function formatItem(term: string, termWidth: number, description: string, help: Help): string {
  const columns = help.helpWidth ?? 80;
  if (description === '' || columns - termWidth - 4 >= NARROWEST)
    return Help.prototype.formatItem.call(help, term, termWidth, description, help);
  const text = help.boxWrap(description, Math.max(NARROWEST, columns - INDENT));
  return `  ${term}\n${text.replaceAll(/^/gm, ' '.repeat(INDENT))}`;
}
