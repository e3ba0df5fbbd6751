// How long a search may take: whoever writes a path may have the text as well, and everything else waits meanwhile.

/** Looks at the whole text that a path may take: each of its parts looks at what the one before has found. */
const LOOKS = 8;
/** Small texts may be looked at more often. */
const LEAST_CHARACTERS = 2 ** 20;

/** What is left for the search under way; searches end before others begin. */
let left = Number.POSITIVE_INFINITY;

/** Does the search in `text`; what it looks at and makes is told by look(). Throws a RangeError when that is too much. */
export function withEffort<T>(text: string, search: () => T): T {
  left = LOOKS * text.length + LEAST_CHARACTERS;
  try {
    return search();
  } finally {
    left = Number.POSITIVE_INFINITY;
  }
}

/** To be called before the piece is looked at. */
export function look(piece: string): void {
  left -= piece.length;
  if (left < 0) throw new RangeError('the path asks for too much');
}
