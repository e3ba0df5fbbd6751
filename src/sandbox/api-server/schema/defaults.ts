// Filling in the defaults that a structural schema declares.
import { isList, isObject, type Json, type JsonObject } from '../object.ts';
import { mapShared } from './prune.ts';
import type { Schema } from './schema.ts';

/**
 * `value` with absent members filled from `default`, all the way down. A null in a member that is not nullable but has a
 * default counts as absent (Kubernetes: defaulting and nullable).
 */
export function applyDefaults(schema: Schema, value: Json): Json {
  if (isList(value)) {
    const { items } = schema;
    return items ? mapShared(value, (item) => applyDefaults(items, item)) : value;
  }
  return isObject(value) ? defaultObject(schema, value) : value;
}

function defaultObject(schema: Schema, value: JsonObject): JsonObject {
  const { properties = {}, additionalProperties } = schema;
  const added: Record<string, Json> = {};
  for (const [key, property] of Object.entries(properties)) {
    const filled = defaultMember(property, value[key]);
    if (filled !== undefined && filled !== value[key]) added[key] = filled;
  }
  if (typeof additionalProperties === 'object') {
    for (const [key, member] of Object.entries(value)) {
      const filled =
        member === undefined || Object.hasOwn(properties, key) ? member : applyDefaults(additionalProperties, member);
      if (filled !== undefined && filled !== member) added[key] = filled;
    }
  }
  return Object.keys(added).length === 0 ? value : { ...value, ...added };
}

function defaultMember(schema: Schema, given: Json | undefined): Json | undefined {
  const absent = given === undefined || (given === null && !schema.nullable && schema.default !== undefined);
  const start = absent ? schema.default : given;
  return start === undefined ? undefined : applyDefaults(schema, start);
}
