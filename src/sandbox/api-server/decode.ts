// From what a client sent to an object of a type: identity, field types, and unknown fields under `fieldValidation`.
import { kindSchema } from './kinds/kind-schemas.ts';
import { isList, isObject, type Json, type JsonObject, objectAt, textAt } from './object.ts';
import { apiVersionOf, type ResourceType } from './resource-type.ts';
import { mapShared, prune } from './schema/prune.ts';
import { memberSchema, type Schema } from './schema/schema.ts';
import { typeOf } from './schema/validate.ts';
import { badRequest, invalid, invalidValue, type StatusError } from './status.ts';

const METADATA = kindSchema('meta.v1.ObjectMeta');

export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

export interface Decoding {
  readonly fieldValidation: FieldValidation;
  /** What was sent: a whole object, or a patch whose result is judged. */
  readonly from: 'body' | 'patch';
  /** Called once for each unknown field, with FieldValidation `Warn`. */
  readonly warn: (text: string) => void;
}

/** Throws 400 when the body is for another API or kind, has a field of the wrong type, or (Strict) one that does not exist. */
export function decodeObject(type: ResourceType, body: Json, decoding: Decoding): JsonObject {
  const object = identified(type, body);
  const kept = type.origin === 'built-in' ? asGoKeeps(type.schema, object) : withMetadataKept(object);
  const unknown: string[] = [];
  const pruned = prune(type.schema, kept, '', (path) => unknown.push(path));
  if (type.origin === 'built-in') checkTypes(type, pruned, decoding);
  if (unknown.length > 0) reportUnknown(type, object, unknown, decoding);
  return isObject(pruned) ? pruned : {};
}

function identified(type: ResourceType, body: Json): JsonObject {
  if (!isObject(body)) throw badRequest(`the body must be a JSON object of kind ${type.kind}`);
  const apiVersion = textAt(body, 'apiVersion') ?? '';
  const kind = textAt(body, 'kind') ?? '';
  const expected = apiVersionOf(type);
  if (apiVersion !== '' && apiVersion !== expected) {
    throw badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${expected})`,
    );
  }
  if (kind !== '' && kind !== type.kind) {
    throw badRequest(
      `${kind} in version "${type.version}" cannot be handled as a ${type.kind}: no kind "${kind}" is registered for this resource`,
    );
  }
  return { ...body, apiVersion: expected, kind: type.kind };
}

/** 400 for a body; 422 about the patched object for a patch, as Kubernetes has it. */
function refusal(type: ResourceType, object: Json, decoding: Decoding, detail: string): StatusError {
  if (decoding.from === 'patch')
    return invalid({ group: '', kind: '' }, '', [invalidValue('patch', JSON.stringify(object), detail)]);
  return badRequest(`${type.kind} in version "${type.version}" cannot be handled as a ${type.kind}: ${detail}`);
}

function reportUnknown(type: ResourceType, object: Json, paths: readonly string[], decoding: Decoding): void {
  const texts = paths.map((path) => `unknown field "${path}"`);
  if (decoding.fieldValidation === 'Warn') for (const text of texts) decoding.warn(text);
  if (decoding.fieldValidation !== 'Strict') return;
  throw refusal(type, object, decoding, `strict decoding error: ${texts.join(', ')}`);
}

/** What Go's decoder and encoder leave of an object: null is absence, and so are empty lists and maps. */
function asGoKeeps(schema: Schema | undefined, value: JsonObject): JsonObject {
  const out: Record<string, Json | undefined> = {};
  let changed = false;
  for (const [key, member] of Object.entries(value)) {
    const inner = memberSchema(schema, key);
    const kept = member === undefined ? null : keptValue(inner, member);
    if (kept !== member) changed = true;
    if (kept !== null && !isEmptyCollection(inner, kept)) out[key] = kept;
    else changed = true;
  }
  return changed ? out : value;
}

function keptValue(schema: Schema | undefined, value: Json): Json {
  if (isList(value)) return mapShared(value, (item) => keptValue(schema?.items, item));
  return isObject(value) ? asGoKeeps(schema, value) : value;
}

/** A struct without members stays: `emptyDir: {}` says something. */
function isEmptyCollection(schema: Schema | undefined, value: Json): boolean {
  if (isList(value)) return value.length === 0 && schema?.type === 'array';
  return isObject(value) && schema?.additionalProperties !== undefined && Object.keys(value).length === 0;
}

/** Custom resources are kept as they came, but for metadata, which is a Go struct everywhere. */
function withMetadataKept(object: JsonObject): JsonObject {
  const metadata = objectAt(object, 'metadata');
  const clean = asGoKeeps(METADATA, metadata);
  return clean === metadata ? object : { ...object, metadata: clean };
}

/** Built-in kinds are Go structs: the first field of the wrong type ends the request, in Go's words. */
function checkTypes(type: ResourceType, value: Json, decoding: Decoding): void {
  const wrong = firstWrong(type.schema, value, { path: '', struct: type.kind });
  if (!wrong) return;
  const detail = `json: cannot unmarshal ${wrong.found} into Go struct field ${wrong.struct}${wrong.path} of type ${wrong.wanted}`;
  throw refusal(type, value, decoding, detail);
}

/** A field and the Go struct it is declared in. */
interface Place {
  readonly path: string;
  readonly struct: string;
}

interface Wrong extends Place {
  readonly found: string;
  readonly wanted: string;
}

function firstWrong(schema: Schema, value: Json, place: Place): Wrong | undefined {
  if (schema['x-kubernetes-int-or-string']) {
    const fine = ['integer', 'string', 'number'].includes(typeOf(value));
    return fine ? undefined : { ...place, found: goName(value), wanted: 'intstr.IntOrString' };
  }
  if (schema.type !== undefined && !fits(schema.type, value))
    return { ...place, found: goName(value), wanted: goType(schema) };
  const struct = schema.title ?? place.struct;
  const inside = isObject(value)
    ? Object.entries(value).map(([key, member]) => [memberSchema(schema, key), member, `${place.path}.${key}`] as const)
    : isList(value)
      ? value.map((item) => [schema.items, item, place.path] as const)
      : [];
  for (const [inner, member, path] of inside) {
    const wrong = inner && member !== undefined ? firstWrong(inner, member, { path, struct }) : undefined;
    if (wrong) return wrong;
  }
  return undefined;
}

function fits(wanted: string, value: Json): boolean {
  const found = typeOf(value);
  return found === wanted || (wanted === 'number' && found === 'integer');
}

function goName(value: Json): string {
  const found = typeOf(value);
  if (found === 'integer') return 'number';
  if (found === 'number') return `number ${JSON.stringify(value)}`;
  return found === 'boolean' ? 'bool' : found;
}

function goType(schema: Schema): string {
  if (schema.type === 'integer' || schema.type === 'number') return schema.format ?? 'int';
  if (schema.type === 'boolean') return 'bool';
  if (schema.type === 'array') return `[]${goType(schema.items ?? {})}`;
  return schema.type === 'object' ? 'struct' : (schema.type ?? 'struct');
}
