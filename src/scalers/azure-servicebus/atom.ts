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
  return [...xml.matchAll(/<entry[\s>][\s\S]*?<\/entry>/g)].map(([entry]) => {
    const count = /<(?:\w+:)?ActiveMessageCount(?:\s[^>]*)?>\s*(\d+)\s*</.exec(entry)?.[1];
    return {
      name: readTitle(entry),
      active: count === undefined ? undefined : Number(count),
      ...(/<TopicDescription[\s>]/.test(entry) ? { kind: 'topic' } : {}),
    };
  });
}

/** True for an Atom document, be it empty. */
export function isAtom(xml: string): boolean {
  return /<(feed|entry)[\s>]/.test(xml);
}

function readTitle(entry: string): string {
  return unescapeXml(/<title[^>]*>([^<]*)<\/title>/.exec(entry)?.[1] ?? '').trim();
}
