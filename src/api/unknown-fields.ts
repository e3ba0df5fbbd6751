// Fields that no schema knows. The API server drops them without a word, so a misspelt or misplaced one would never be noticed.
import { didYouMean } from '../did-you-mean.ts';
import type { StructuralSchema } from './crd/structural.ts';
import { type ApiIssue, type Path, pathText } from './issues.ts';

/** Who has more of them made no slip, and to ask of each what was meant would take seconds. */
const MOST = 100;

/** The keys of `value` that `schema` would drop, with what its author may have meant. `root` is where `value` stands, for example `['spec']`. */
export function unknownFields(schema: StructuralSchema, value: unknown, root: Path): readonly ApiIssue[] {
  const found: { readonly key: string; readonly path: Path; readonly at: StructuralSchema }[] = [];
  const visit = (at: StructuralSchema, part: unknown, path: Path): void => {
    if (Array.isArray(part)) {
      const { items } = at;
      if (items !== undefined) part.forEach((item, index) => visit(items, item, [...path, index]));
      return;
    }
    if (typeof part !== 'object' || part === null) return;
    for (const [key, child] of Object.entries(part)) {
      const known = Object.hasOwn(at.properties ?? {}, key) ? at.properties?.[key] : at.additionalProperties;
      if (known !== undefined) visit(known, child, [...path, key]);
      else if (at.type === 'object' && at['x-kubernetes-preserve-unknown-fields'] !== true)
        found.push({ key, path: [...path, key], at });
    }
  };
  visit(schema, value, root);
  return found.slice(0, MOST + 1).map(({ key, path, at }, index) => ({
    field: pathText(path),
    code: 'UNKNOWN_FIELD',
    message:
      index < MOST
        ? advice(key, at, schema, root)
        : `unknown field, which would be ignored; so would ${found.length - MOST - 1} others`,
  }));
}

/** The same key elsewhere is a slip of indentation; a similar key here is a slip of the finger. */
function advice(key: string, here: StructuralSchema, schema: StructuralSchema, root: Path): string {
  const near = didYouMean(key, Object.keys(here.properties ?? {}));
  if (near?.toLowerCase() === key.toLowerCase())
    return `unknown field, which would be ignored: did you mean ${JSON.stringify(near)}?`;
  const elsewhere = placesOf(key, schema, root);
  if (elsewhere.length === 1 && elsewhere[0] !== undefined)
    return `unknown here, and would be ignored: it belongs at ${elsewhere[0]} (check the indentation)`;
  if (near !== undefined) return `unknown field, which would be ignored: did you mean ${JSON.stringify(near)}?`;
  return 'unknown field, which would be ignored: remove it';
}

function placesOf(key: string, schema: StructuralSchema, path: Path): readonly string[] {
  const here = Object.hasOwn(schema.properties ?? {}, key) ? [pathText([...path, key])] : [];
  const below = Object.entries(schema.properties ?? {}).flatMap(([name, child]) =>
    placesOf(key, child, [...path, name]),
  );
  const inItems =
    schema.items === undefined
      ? []
      : placesOf(key, schema.items, [...path, 0]).map((place) => place.replace(/\[0\]/, '[]'));
  return [...here, ...below, ...inItems];
}
