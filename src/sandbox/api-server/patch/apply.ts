// Server-side apply: merges what an applier wants into the live object, field by field, and removes what it no longer wants.
import { type ApiObject, isList, isObject, type Json, type JsonObject, type ManagedFieldsEntry } from '../object.ts';
import { memberSchema, type Schema } from '../schema/schema.ts';
import { StatusError } from '../status.ts';
import { changedFields, difference, type FieldSet, fieldsOfValue, itemEdge, shapeOf } from './field-set.ts';
import { afterApply, type Conflict, conflictsOf, ownable, ownership, type Writer } from './managed-fields.ts';

export interface Applied {
  readonly object: JsonObject;
  readonly managedFields: readonly ManagedFieldsEntry[];
}

/** Throws 409 that lists every other owner of a field the apply would change, unless `force` takes those fields. */
export function applyServerSide(
  schema: Schema,
  live: ApiObject | undefined,
  wanted: JsonObject,
  writer: Writer,
  force: boolean,
): Applied {
  const entries = live?.metadata.managedFields ?? [];
  const applied = ownable(fieldsOfValue(schema, wanted, 'members'));
  const { mine, others } = ownership(entries, writer);
  const merged = mergeApplied(schema, live ?? {}, wanted);
  const changed = live ? ownable(changedFields(schema, live, merged) ?? {}) : {};
  const conflicts = conflictsOf(entries, changed, writer);
  if (conflicts.length > 0 && !force) throw applyConflict(conflicts);
  const dropped = difference(difference(mine, applied), others);
  const object = removeFields(schema, merged, dropped);
  return {
    object: isObject(object) ? object : {},
    managedFields: afterApply(entries, applied, changed, writer),
  };
}

/** `wanted` merged over `live`: members and keyed items merge, sets unite, everything else is replaced. */
function mergeApplied(schema: Schema | undefined, live: Json | undefined, wanted: Json): Json {
  const shape = shapeOf(schema, wanted);
  if (shape === 'leaf' || shapeOf(schema, live) !== shape) return wanted;
  if (isObject(wanted) && isObject(live)) {
    const out: Record<string, Json | undefined> = { ...live };
    for (const [key, value] of Object.entries(wanted)) {
      if (value !== undefined) out[key] = mergeApplied(memberSchema(schema, key), live[key], value);
    }
    return out;
  }
  if (!isList(wanted) || !isList(live)) return wanted;
  const edge = (item: Json): string => (shape === 'keyed' ? itemEdge(schema, item) : JSON.stringify(item));
  const coming = new Map(wanted.map((item) => [edge(item), item]));
  const kept = live.map((item) => {
    const change = coming.get(edge(item));
    coming.delete(edge(item));
    return change === undefined ? item : mergeApplied(schema?.items, item, change);
  });
  return [...kept, ...coming.values()];
}

function removeFields(schema: Schema | undefined, value: Json, gone: FieldSet): Json {
  if (isObject(value)) {
    const out: Record<string, Json | undefined> = { ...value };
    for (const [edge, below] of Object.entries(gone)) {
      const key = edge.slice(2);
      const member = out[key];
      if (!edge.startsWith('f:') || member === undefined || !isObject(below)) continue;
      if (isLeaf(below)) delete out[key];
      else out[key] = removeFields(memberSchema(schema, key), member, below);
    }
    return out;
  }
  if (!isList(value)) return value;
  const shape = shapeOf(schema, value);
  return value.flatMap((item) => {
    const edge = shape === 'keyed' ? itemEdge(schema, item) : `v:${JSON.stringify(item)}`;
    const below = gone[edge];
    if (!isObject(below)) return [item];
    return isLeaf(below) || below['.'] !== undefined ? [] : [removeFields(schema?.items, item, below)];
  });
}

function isLeaf(set: FieldSet): boolean {
  return Object.keys(set).length === 0;
}

function applyConflict(conflicts: readonly Conflict[]): StatusError {
  const count = conflicts.reduce((sum, c) => sum + c.paths.length, 0);
  // Of who applied, the name says enough; of who wrote otherwise, the version and the time help to find it.
  const by = ({ owner: { manager, subresource, operation, apiVersion, time } }: Conflict): string =>
    [
      `"${manager}"`,
      subresource ? ` with subresource "${subresource}"` : '',
      operation === 'Update' ? ` using ${apiVersion}${time ? ` at ${time}` : ''}` : '',
    ].join('');
  const text =
    count === 1
      ? `conflict with ${conflicts.map((c) => `${by(c)}: ${c.paths.join('')}`).join('')}`
      : conflicts.map((c) => `conflicts with ${by(c)}:\n${c.paths.map((path) => `- ${path}`).join('\n')}`).join('\n');
  return new StatusError(409, 'Conflict', `Apply failed with ${count} conflict${count === 1 ? '' : 's'}: ${text}`, {
    details: {
      causes: conflicts.flatMap((c) =>
        c.paths.map((field) => ({ reason: 'FieldManagerConflict', message: `conflict with ${by(c)}`, field })),
      ),
    },
  });
}
