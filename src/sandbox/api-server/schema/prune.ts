// Dropping what a schema does not know, and naming it, as Kubernetes does on every write.
import { isList, isObject, type Json, type JsonObject } from '../object.ts';
import type { Schema } from './schema.ts';

/** Called with the path of every dropped member, for example `spec.template.spec.containers[0].imge`. */
export type OnUnknown = (path: string) => void;

/**
 * `value` without members that `schema` does not know. Shares what did not change. Embedded resources keep apiVersion,
 * kind and metadata. (Kubernetes: field pruning of structural schemas.)
 */
export function prune(schema: Schema, value: Json, path: string, onUnknown: OnUnknown): Json {
  if (isList(value)) {
    const { items } = schema;
    return items ? mapShared(value, (item, index) => prune(items, item, `${path}[${index}]`, onUnknown)) : value;
  }
  if (!isObject(value)) return value;
  return pruneObject(schema, value, path, onUnknown);
}

function pruneObject(schema: Schema, value: JsonObject, path: string, onUnknown: OnUnknown): JsonObject {
  const out: Record<string, Json | undefined> = {};
  let changed = false;
  for (const [key, member] of Object.entries(value)) {
    const where = path === '' ? key : `${path}.${key}`;
    const inner = knownMember(schema, key);
    if (inner === 'drop') {
      changed = true;
      onUnknown(where);
      continue;
    }
    const kept = inner === 'keep' || member === undefined ? member : prune(inner, member, where, onUnknown);
    if (kept !== member) changed = true;
    out[key] = kept;
  }
  return changed ? out : value;
}

/** The schema of a member; or whether one that has none is kept. */
export function knownMember(schema: Schema, key: string): Schema | 'keep' | 'drop' {
  const { properties, additionalProperties } = schema;
  if (properties && Object.hasOwn(properties, key)) return properties[key] ?? 'keep';
  if (typeof additionalProperties === 'object') return additionalProperties;
  if (additionalProperties === true || schema['x-kubernetes-preserve-unknown-fields']) return 'keep';
  if (schema['x-kubernetes-embedded-resource'] && ['apiVersion', 'kind', 'metadata'].includes(key)) return 'keep';
  return 'drop';
}

/** Array.map that gives the same array back when nothing changed. */
export function mapShared(list: readonly Json[], change: (item: Json, index: number) => Json): readonly Json[] {
  let changed = false;
  const out = list.map((item, index) => {
    const made = change(item, index);
    if (made !== item) changed = true;
    return made;
  });
  return changed ? out : list;
}
