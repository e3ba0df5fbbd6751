// Kubernetes' strategic merge patch: lists merge by the keys that the schema names, with the `$patch` family of directives.
import { equal, isList, isObject, type Json, type JsonObject, textAt } from '../object.ts';
import { memberSchema, type Schema } from '../schema/schema.ts';
import { badRequest } from '../status.ts';

const DELETE_PRIMITIVES = '$deleteFromPrimitiveList/';
const ORDER = '$setElementOrder/';
const RETAIN_KEYS = '$retainKeys';

/** `target` with `patch` merged in. Without a schema for a list, the list is replaced, as Kubernetes does. */
export function applyStrategicPatch(schema: Schema | undefined, target: JsonObject, patch: JsonObject): JsonObject {
  const directive = patch['$patch'];
  if (directive === 'replace') return withoutDirectives(patch);
  if (directive === 'delete') return {};
  const retained = patch[RETAIN_KEYS];
  const out: Record<string, Json | undefined> = isList(retained)
    ? Object.fromEntries(Object.entries(target).filter(([key]) => retained.includes(key)))
    : { ...target };
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined || key.startsWith('$')) continue;
    if (value === null) delete out[key];
    else out[key] = mergeMember(memberSchema(schema, key), out[key], value, patch, key);
  }
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith(DELETE_PRIMITIVES)) deletePrimitives(out, key.slice(DELETE_PRIMITIVES.length), value);
    if (key.startsWith(ORDER)) reorder(out, key.slice(ORDER.length), value, schema);
  }
  return out;
}

function mergeMember(
  schema: Schema | undefined,
  existing: Json | undefined,
  value: Json,
  patch: JsonObject,
  key: string,
): Json {
  if (isObject(value)) {
    const base = isObject(existing) ? existing : {};
    return applyStrategicPatch(schema, base, value);
  }
  const merges = schema?.['x-kubernetes-patch-strategy']?.split(',').includes('merge') ?? false;
  if (!isList(value) || !merges) return value;
  const list = isList(existing) ? existing : [];
  const mergeKey = schema?.['x-kubernetes-patch-merge-key'];
  if (mergeKey === undefined) return mergePrimitives(list, value);
  return mergeByKey(schema?.items, list, value, mergeKey, patch[`${ORDER}${key}`] !== undefined);
}

function mergePrimitives(existing: readonly Json[], added: readonly Json[]): readonly Json[] {
  return [...existing, ...added.filter((item) => !existing.some((known) => equal(known, item)))];
}

function mergeByKey(
  items: Schema | undefined,
  existing: readonly Json[],
  changes: readonly Json[],
  mergeKey: string,
  ordered: boolean,
): readonly Json[] {
  if (changes.some((change) => isObject(change) && change['$patch'] === 'replace')) {
    return changes.filter((change) => !(isObject(change) && change['$patch'] === 'replace'));
  }
  let out: readonly Json[] = existing;
  const added: Json[] = [];
  for (const change of changes) {
    if (!isObject(change))
      throw badRequest(`expected a list of objects with ${mergeKey}, found ${JSON.stringify(change)}`);
    const identity = change[mergeKey];
    if (identity === undefined)
      throw badRequest(`map: ${JSON.stringify(change)} does not contain declared merge key: ${mergeKey}`);
    const index = out.findIndex((item) => isObject(item) && equal(item[mergeKey], identity));
    if (change['$patch'] === 'delete') {
      out = out.filter((item) => !(isObject(item) && equal(item[mergeKey], identity)));
    } else if (index < 0) {
      added.push(applyStrategicPatch(items, {}, change));
    } else {
      const old = out[index];
      out = out.with(index, applyStrategicPatch(items, isObject(old) ? old : {}, change));
    }
  }
  // Without an order from the client, new items go to the end.
  return ordered || added.length > 0 ? [...out, ...added] : out;
}

function deletePrimitives(out: Record<string, Json | undefined>, key: string, gone: Json | undefined): void {
  const list = out[key];
  if (!isList(list) || !isList(gone)) return;
  out[key] = list.filter((item) => !gone.some((g) => equal(g, item)));
}

/** Items named in the order come in that order; the others keep their place relative to their predecessor. */
function reorder(
  out: Record<string, Json | undefined>,
  key: string,
  order: Json | undefined,
  parent: Schema | undefined,
): void {
  const list = out[key];
  if (!isList(list) || !isList(order)) return;
  const mergeKey = memberSchema(parent, key)?.['x-kubernetes-patch-merge-key'];
  const identityOf = (item: Json): Json | undefined =>
    mergeKey !== undefined && isObject(item) ? item[mergeKey] : item;
  const wanted = order.map(identityOf);
  const rank = (item: Json): number => wanted.findIndex((w) => equal(w, identityOf(item)));
  const named = list.filter((item) => rank(item) >= 0).sort((a, b) => rank(a) - rank(b));
  const merged: Json[] = [];
  for (const item of list) {
    const next = rank(item) < 0 ? item : named.shift();
    if (next !== undefined) merged.push(next);
  }
  out[key] = merged;
}

function withoutDirectives(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !key.startsWith('$')));
}

/** Refuses a patch that names no object (a common mistake with curl). */
export function patchObject(patch: Json): JsonObject {
  if (!isObject(patch))
    throw badRequest(`error decoding patch: expected a JSON object, found ${textAt(patch) ?? typeof patch}`);
  return patch;
}
