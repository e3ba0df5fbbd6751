// As much of a list as somebody reads in a condition: an object may have hundreds of triggers, and all of them may fail.

const MOST_CHARACTERS = 2_000;

/** Each text once, the first ones whole, and how many more there are. */
export function enoughOf(texts: readonly string[], separator = '; '): string {
  const distinct = [...new Set(texts)];
  const told: string[] = [];
  let length = 0;
  for (const text of distinct) {
    length += text.length + separator.length;
    if (told.length > 0 && length > MOST_CHARACTERS) break;
    told.push(clipped(text));
  }
  const untold = distinct.length - told.length;
  return [...told, ...(untold > 0 ? [`and ${untold} more`] : [])].join(separator);
}

function clipped(text: string): string {
  return text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS - 1)}…`;
}
