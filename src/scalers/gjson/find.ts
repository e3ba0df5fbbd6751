// What is at a place in a JSON or YAML document.
import { type JsonPath, parseJsonPath } from './path.ts';
import { valueAtPath } from './value.ts';

/** Undefined when nothing is there; throws or rejects when the text is no such document. */
export type Find = (text: string) => unknown;

/** `location` is a GJSON path; throws a SyntaxError that says what is wrong with it. */
export function findInJson(location: string): Find {
  const path = parseJsonPath(location);
  return (text) => valueAtPath(JSON.parse(text), path);
}

/** `location` is names and list indexes between dots. Looks at the first document. */
export function findInYaml(location: string): Find {
  const path = plainPath(location);
  return async (text) => valueAtPath(await readYaml(text), path);
}

/** KEDA: names and list indexes between dots, without any escape. */
export function plainPath(location: string): JsonPath {
  return [location.split('.').map((name) => ({ kind: 'key', name, glob: false }) as const)];
}

async function readYaml(text: string): Promise<unknown> {
  const { parseAllDocuments } = await import('yaml');
  const documents = parseAllDocuments(text, { merge: true, logLevel: 'silent' });
  const [first] = Array.isArray(documents) ? documents : [];
  if (!first || first.errors.length > 0) throw new SyntaxError('no YAML');
  return first.toJS();
}
