// Sets of fields in the form of metadata.managedFields (FieldsV1): a trie whose edges are `f:name`, `k:{…}`, `v:…`.
import { equal, isList, isObject, type Json, type JsonObject } from '../object.ts';
import { memberSchema, type Schema } from '../schema/schema.ts';

/** An edge `.` says that the node itself is a member, besides what lies under it. An empty node is a member. */
export type FieldSet = JsonObject;

export function isEmptySet(set: FieldSet): boolean {
  return Object.keys(set).length === 0;
}

/** How a value of this schema divides into fields that can have different owners. */
export function shapeOf(schema: Schema | undefined, value: Json | undefined): 'leaf' | 'members' | 'keyed' | 'set' {
  if (isObject(value)) return schema?.['x-kubernetes-map-type'] === 'atomic' ? 'leaf' : 'members';
  if (!isList(value)) return 'leaf';
  const listType = schema?.['x-kubernetes-list-type'];
  return listType === 'map' ? 'keyed' : listType === 'set' ? 'set' : 'leaf';
}

/** The edge of an item of a keyed list, for example `k:{"name":"main"}`. Keys with a default may be absent. */
export function itemEdge(schema: Schema | undefined, item: Json): string {
  const keys = schema?.['x-kubernetes-list-map-keys'] ?? [];
  const identity: Record<string, Json> = {};
  for (const key of [...keys].sort()) {
    const value = isObject(item) ? item[key] : undefined;
    identity[key] = value ?? (key === 'protocol' ? 'TCP' : (memberSchema(schema?.items, key)?.default ?? null));
  }
  return `k:${JSON.stringify(identity)}`;
}

/**
 * Everything that `value` says. An applier owns the members of maps and lists; who brings a map or list into being
 * also owns the `whole`.
 */
export function fieldsOfValue(schema: Schema | undefined, value: Json, owns: 'members' | 'whole'): FieldSet {
  const shape = shapeOf(schema, value);
  if (shape === 'leaf') return {};
  const inside = [...partsOf(schema, value)].map(({ edge, schema: inner, value: part }) => {
    const below = fieldsOfValue(inner, part, owns);
    return [edge, shape === 'keyed' ? { '.': {}, ...below } : below] as const;
  });
  const whole =
    owns === 'whole' && inside.length > 0 && (shape === 'keyed' || schema?.additionalProperties !== undefined);
  return { ...(whole ? { '.': {} } : {}), ...Object.fromEntries(inside) };
}

interface Part {
  readonly edge: string;
  readonly schema: Schema | undefined;
  readonly value: Json;
}

/** What can have an owner of its own inside a value. */
function* partsOf(schema: Schema | undefined, value: Json): Generator<Part> {
  if (isObject(value)) {
    for (const [key, member] of Object.entries(value)) {
      if (member !== undefined) yield { edge: `f:${key}`, schema: memberSchema(schema, key), value: member };
    }
  }
  if (!isList(value)) return;
  const keyed = shapeOf(schema, value) === 'keyed';
  for (const item of value) {
    yield { edge: keyed ? itemEdge(schema, item) : `v:${JSON.stringify(item)}`, schema: schema?.items, value: item };
  }
}

/** The fields whose values differ from `before` to `after`: added and changed ones, not removed ones. */
export function changedFields(schema: Schema | undefined, before: Json | undefined, after: Json): FieldSet | undefined {
  if (before === after || equal(before, after)) return undefined;
  const shape = shapeOf(schema, after);
  if (before === undefined || shape === 'leaf' || shapeOf(schema, before) !== shape) {
    return fieldsOfValue(schema, after, 'whole');
  }
  const old = new Map([...partsOf(schema, before)].map((part) => [part.edge, part.value]));
  const changed = [...partsOf(schema, after)].flatMap((part) => {
    const inner = changedFields(part.schema, old.get(part.edge), part.value);
    if (!inner) return [];
    const added = shape === 'keyed' && !old.has(part.edge);
    return [[part.edge, added ? { '.': {}, ...inner } : inner] as const];
  });
  return changed.length === 0 ? undefined : Object.fromEntries(changed);
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  const out: Record<string, Json | undefined> = { ...a };
  for (const [edge, below] of Object.entries(b)) {
    const mine = out[edge];
    out[edge] = isObject(mine) && isObject(below) ? union(mine, below) : below;
  }
  return out;
}

/** The members of `a` that are not members of `b`. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  const out: Record<string, Json | undefined> = {};
  for (const [edge, below] of Object.entries(a)) {
    const other = b[edge];
    if (!isObject(below)) continue;
    if (!isObject(other)) {
      out[edge] = below;
      continue;
    }
    if (isEmptySet(below)) continue;
    const left = difference(below, other);
    if (!isEmptySet(left)) out[edge] = left;
  }
  return out;
}

/** The members of both. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  const out: Record<string, Json | undefined> = {};
  for (const [edge, below] of Object.entries(a)) {
    const other = b[edge];
    if (!isObject(below) || !isObject(other)) continue;
    if (isEmptySet(below) || isEmptySet(other)) {
      if (isEmptySet(below) && isEmptySet(other)) out[edge] = {};
      else if ((isEmptySet(below) ? other : below)['.'] !== undefined) out[edge] = {};
      continue;
    }
    const both = intersection(below, other);
    if (!isEmptySet(both)) out[edge] = both;
  }
  return out;
}

/** The paths of the members, as conflicts print them: `.spec.template.spec.containers[name="main"].image`. */
export function pathsOf(set: FieldSet, prefix = ''): readonly string[] {
  return Object.entries(set).flatMap(([edge, below]) => {
    if (edge === '.') return [prefix];
    const path = `${prefix}${edgeText(edge)}`;
    return isObject(below) && !isEmptySet(below) ? pathsOf(below, path) : [path];
  });
}

/** An edge as paths print it. */
export function edgeText(edge: string): string {
  const rest = edge.slice(2);
  if (edge.startsWith('f:')) return `.${rest}`;
  if (edge.startsWith('v:')) return `[=${rest}]`;
  const keys = Object.entries(JSON.parse(rest) as JsonObject).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return `[${keys.join(',')}]`;
}
