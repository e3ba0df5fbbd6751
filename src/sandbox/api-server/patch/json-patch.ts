// RFC 6902 JSON patch on immutable JSON.
import { equal, isList, isObject, type Json, type JsonObject, textAt } from '../object.ts';
import { badRequest, StatusError } from '../status.ts';

/** Applies every operation in order; throws 400 for a malformed patch, 422 for one that does not fit the document. */
export function applyJsonPatch(document: Json, operations: Json): Json {
  if (!isList(operations)) throw badRequest('error decoding patch: a JSON patch is a list of operations');
  return operations.reduce<Json>((here, operation, index) => applyOne(here, operation, index), document);
}

function applyOne(document: Json, operation: Json, index: number): Json {
  if (!isObject(operation)) throw badRequest(`error decoding patch: operation ${index} is no object`);
  const path = pointer(textAt(operation, 'path'), index);
  switch (textAt(operation, 'op') ?? '') {
    case 'add':
      return write(document, path, given(operation, index), 'insert');
    case 'replace':
      read(document, path);
      return write(document, path, given(operation, index), 'replace');
    case 'remove':
      read(document, path);
      return write(document, path, undefined, 'replace');
    case 'test':
      if (!equal(read(document, path, 'null if absent'), operation['value'] ?? null)) {
        throw unfit(`testing path ${textAt(operation, 'path')}: test failed`);
      }
      return document;
    case 'copy':
      return write(document, path, read(document, pointer(textAt(operation, 'from'), index)), 'insert');
    case 'move': {
      const from = pointer(textAt(operation, 'from'), index);
      const moved = read(document, from);
      return write(write(document, from, undefined, 'replace'), path, moved, 'insert');
    }
    default:
      throw badRequest(`error decoding patch: operation ${index} has unknown op ${JSON.stringify(operation['op'])}`);
  }
}

function given(operation: JsonObject, index: number): Json {
  const { value } = operation;
  if (value === undefined) throw badRequest(`error decoding patch: operation ${index} has no value`);
  return value;
}

function pointer(text: string | undefined, index: number): readonly string[] {
  if (text === '') return [];
  if (!text?.startsWith('/')) throw badRequest(`error decoding patch: operation ${index} has no valid path`);
  return text
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function unfit(why: string): StatusError {
  return new StatusError(422, 'Invalid', `the server rejected our request due to an error in our request: ${why}`, {
    details: {},
  });
}

function read(document: Json, path: readonly string[], absent: 'fails' | 'null if absent' = 'fails'): Json {
  let here: Json | undefined = document;
  for (const key of path) {
    if (isList(here)) here = here[indexIn(here, key)];
    else here = isObject(here) && Object.hasOwn(here, key) ? here[key] : undefined;
  }
  if (here === undefined && absent === 'fails') throw unfit(`path ${shown(path)} does not exist`);
  return here ?? null;
}

function shown(path: readonly string[]): string {
  return `/${path.join('/')}`;
}

function indexIn(list: readonly Json[], key: string): number {
  return /^(0|[1-9]\d*)$/.test(key) && Number(key) < list.length ? Number(key) : -1;
}

/** `insert` puts a new item into a list at the index (or `-`, its end); undefined removes. */
function write(here: Json, path: readonly string[], value: Json | undefined, how: 'insert' | 'replace'): Json {
  const [key, ...rest] = path;
  if (key === undefined) return value ?? null;
  if (isList(here)) return writeItem(here, key, rest, value, how);
  if (!isObject(here)) throw unfit(`path ${shown(path)} does not exist`);
  if (rest.length > 0) {
    const inner = here[key];
    if (inner === undefined) throw unfit(`path ${shown(path)} does not exist`);
    return { ...here, [key]: write(inner, rest, value, how) };
  }
  const { [key]: _old, ...others } = here;
  return value === undefined ? others : { ...here, [key]: value };
}

function writeItem(
  list: readonly Json[],
  key: string,
  rest: readonly string[],
  value: Json | undefined,
  how: 'insert' | 'replace',
): Json {
  const inserting = rest.length === 0 && how === 'insert';
  const atEnd = inserting && (key === '-' || key === String(list.length));
  const index = atEnd ? list.length : indexIn(list, key);
  if (index < 0) throw unfit(`index ${key} is outside of a list of ${list.length}`);
  if (rest.length > 0) return list.with(index, write(list[index] ?? null, rest, value, how));
  if (inserting) return list.toSpliced(index, 0, value ?? null);
  return value === undefined ? list.toSpliced(index, 1) : list.with(index, value);
}
