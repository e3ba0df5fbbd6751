// Built-in kinds as structural schemas, made from the field table, so that one engine serves built-in and custom resources.
import { ANYTHING, type Schema } from '../schema/schema.ts';
import { type Field, fieldsOf } from './fields.ts';

const SCALARS: Readonly<Record<string, Schema>> = {
  string: { type: 'string' },
  bool: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  double: { type: 'number', format: 'double' },
  bytes: { type: 'string', format: 'byte' },
  time: { type: 'string', format: 'date-time' },
  microtime: { type: 'string', format: 'date-time' },
  quantity: { 'x-kubernetes-int-or-string': true, format: 'quantity' },
  intstr: { 'x-kubernetes-int-or-string': true, format: 'int-or-string' },
};

const made = new Map<string, Schema>();

/** The schema of a built-in type, for example `apps.v1.Deployment`. Types that contain themselves give cyclic schemas. */
export function kindSchema(type: string): Schema {
  const known = made.get(type);
  if (known) return known;
  const fields = fieldsOf(type);
  if (!fields) return SCALARS[type] ?? ANYTHING;
  const properties: Record<string, Schema> = {};
  const schema: Schema = { title: type.split('.').at(-1) ?? type, type: 'object', properties };
  made.set(type, schema);
  for (const [name, member] of membersOf(fields)) properties[name] = member;
  return schema;
}

/** The schema of a whole object: the type's fields and apiVersion, kind. */
export function objectSchema(type: string): Schema {
  const { properties, ...rest } = kindSchema(type);
  return { ...rest, properties: { apiVersion: { type: 'string' }, kind: { type: 'string' }, ...properties } };
}

function* membersOf(fields: readonly Field[]): Generator<[string, Schema]> {
  for (const field of fields) {
    if (field.inline) yield* membersOf(fieldsOf(field.of) ?? []);
    else yield [field.name, fieldSchema(field, kindSchema(field.of))];
  }
}

/** How a field holds its value: alone, in a list with its merge rules, or in a map. `value` may be a reference. */
export function fieldSchema(field: Field, value: Schema): Schema {
  const patch = {
    ...(field.patchStrategy ? { 'x-kubernetes-patch-strategy': field.patchStrategy } : {}),
    ...(field.patchMergeKey ? { 'x-kubernetes-patch-merge-key': field.patchMergeKey } : {}),
  };
  if (field.shape === 'map') return { type: 'object', additionalProperties: value };
  if (field.shape === 'map-of-lists') {
    return { type: 'object', additionalProperties: { type: 'array', items: value } };
  }
  if (field.shape === 'list') {
    return {
      type: 'array',
      items: value,
      'x-kubernetes-list-type': field.listKeys ? 'map' : field.set ? 'set' : 'atomic',
      ...(field.listKeys ? { 'x-kubernetes-list-map-keys': field.listKeys } : {}),
      ...patch,
    };
  }
  return { ...value, ...(field.atomic ? { 'x-kubernetes-map-type': 'atomic' as const } : {}), ...patch };
}
