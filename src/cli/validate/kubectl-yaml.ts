// YAML as kubectl reads it, which is neither quite 1.1 nor 1.2.
import {
  type Document,
  type DocumentOptions,
  type LineCounter,
  type ParseOptions,
  parseAllDocuments,
  type ScalarTag,
  type SchemaOptions,
} from 'yaml';

/** kubectl reads YAML 1.1 as far as these scalars go, where YAML 1.2 has strings and decimal numbers. */
const OLD_SCALARS: readonly ScalarTag[] = [
  {
    tag: 'tag:yaml.org,2002:bool',
    default: true,
    test: /^(?:y|n|yes|no|on|off|Y|N|Yes|No|On|Off|YES|NO|ON|OFF)$/,
    resolve: (text) => /^(y|yes|on)$/i.test(text),
  },
  {
    tag: 'tag:yaml.org,2002:int',
    default: true,
    test: /^[-+]?(?:0[0-7_]+|0b[01_]+|[1-9][0-9]*_[0-9_]*)$/,
    resolve: (text) => {
      const digits = text.replaceAll('_', '').replace(/^[-+]/, '');
      const size = Number(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits);
      return text.startsWith('-') ? -size : size;
    },
  },
];
const OPTIONS: ParseOptions & SchemaOptions & DocumentOptions = {
  prettyErrors: false,
  merge: true,
  // The library compares every key with every other one, which takes minutes for a large mapping; duplicate-keys.ts does not.
  uniqueKeys: false,
  logLevel: 'error',
  customTags: (tags) => [...OLD_SCALARS, ...tags],
};

/** A part of a file between two lines of `---`, and the number of lines above it. */
export interface Chunk {
  readonly text: string;
  readonly linesAbove: number;
}

/** kubectl splits a file before it parses, so that one broken document leaves the others alone. */
export function* splitDocuments(text: string): Generator<Chunk> {
  let [start, linesAbove] = [0, 0];
  for (const { index } of text.matchAll(/^---(?=\s)/gm)) {
    if (index === start) continue;
    const chunk = text.slice(start, index);
    yield { text: chunk, linesAbove };
    linesAbove += chunk.split('\n').length - 1;
    start = index;
  }
  yield { text: text.slice(start), linesAbove };
}

/** Every document of the chunk (more than one only after a line of `...`), with its errors and the positions of its nodes. */
export function parseDocuments({ text }: Chunk, lineCounter: LineCounter): readonly Document.Parsed[] {
  const parsed = parseAllDocuments(text, { ...OPTIONS, lineCounter });
  return Array.isArray(parsed) ? parsed : [];
}
