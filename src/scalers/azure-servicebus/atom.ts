// The little of Azure's Atom documents that a scaler needs: the names of entities and how many messages are active in each.
import { unescapeXml } from '../xml-text.ts';

export interface EntityCount {
  readonly name: string;
  /** Messages that can be received or are locked; not dead-lettered, scheduled or in transfer. Undefined when not told. */
  readonly active: number | undefined;
  readonly kind?: 'topic';
}

/** The entities of a feed, or the one of an entry. Empty for any other text. */
export function readEntities(xml: string): readonly EntityCount[] {
  return [...entriesIn(xml)].map((entry) => {
    const count = /<(?:\w+:)?ActiveMessageCount(?:\s[^<>]*)?>\s*(\d+)\s*</.exec(entry)?.[1];
    return {
      name: readTitle(entry),
      active: count === undefined ? undefined : Number(count),
      ...(/<TopicDescription[\s>]/.test(entry) ? { kind: 'topic' } : {}),
    };
  });
}

/** One by one: an entry that does not end is looked for once, and not from each of a million beginnings. */
function* entriesIn(xml: string): Generator<string> {
  const begin = /<entry[\s>]/g;
  for (let found = begin.exec(xml); found; found = begin.exec(xml)) {
    const end = xml.indexOf('</entry>', begin.lastIndex);
    if (end === -1) return;
    yield xml.slice(found.index, end);
    begin.lastIndex = end;
  }
}

/** True for an Atom document, be it empty. */
export function isAtom(xml: string): boolean {
  return /<(feed|entry)[\s>]/.test(xml);
}

function readTitle(entry: string): string {
  return unescapeXml(/<title[^<>]*>([^<]*)<\/title>/.exec(entry)?.[1] ?? '').trim();
}
