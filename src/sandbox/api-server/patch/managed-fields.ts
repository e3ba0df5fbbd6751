// Who owns which field: keeps metadata.managedFields true on every write, and says who conflicts with an apply.
import { type ApiObject, at, isObject, type JsonObject, type ManagedFieldsEntry } from '../object.ts';
import type { Schema } from '../schema/schema.ts';
import { changedFields, difference, type FieldSet, intersection, isEmptySet, pathsOf, union } from './field-set.ts';

/** The one who writes, and through which door. */
export interface Writer {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource: 'status' | 'scale' | undefined;
  readonly time: string;
}

/** Fields nobody owns, since the server writes them. */
const SERVER_OWNED: FieldSet = {
  'f:apiVersion': {},
  'f:kind': {},
  'f:metadata': Object.fromEntries(
    [
      'name',
      'namespace',
      'generateName',
      'uid',
      'resourceVersion',
      'generation',
      'creationTimestamp',
      'deletionTimestamp',
      'deletionGracePeriodSeconds',
      'selfLink',
      'managedFields',
    ].map((name) => [`f:${name}`, {}]),
  ),
};

/** Removes what nobody owns; a whole subtree of a server-owned field goes with it. */
export function ownable(set: FieldSet): FieldSet {
  const { 'f:apiVersion': _v, 'f:kind': _k, ...rest } = set;
  const metadata = rest['f:metadata'];
  const serverOwned = SERVER_OWNED['f:metadata'];
  if (!isObject(metadata) || !isObject(serverOwned)) return rest;
  const own = Object.fromEntries(
    Object.entries(metadata).filter(([edge]) => edge !== '.' && serverOwned[edge] === undefined),
  );
  const { 'f:metadata': _m, ...others } = rest;
  return isEmptySet(own) ? others : { 'f:metadata': own, ...others };
}

function sameDoor(entry: ManagedFieldsEntry, writer: Writer): boolean {
  return (
    entry.manager === writer.manager &&
    entry.operation === writer.operation &&
    entry.apiVersion === writer.apiVersion &&
    entry.subresource === writer.subresource
  );
}

function entryOf(writer: Writer, fields: FieldSet): ManagedFieldsEntry {
  return {
    manager: writer.manager,
    operation: writer.operation,
    apiVersion: writer.apiVersion,
    time: writer.time,
    fieldsType: 'FieldsV1',
    fieldsV1: fields,
    ...(writer.subresource ? { subresource: writer.subresource } : {}),
  };
}

/**
 * Entries after a create, replace or patch: the writer takes what it changed, the others lose it, removed fields lose all
 * owners. A client may also send other entries than there were (kubectl does, to hand its fields on): those count then.
 */
export function afterUpdate(
  schema: Schema,
  before: ApiObject | undefined,
  after: JsonObject,
  writer: Writer,
): readonly ManagedFieldsEntry[] {
  const existing = startingEntries(before, after);
  const changed = ownable(changedFields(schema, before ?? {}, after) ?? {});
  const removed = before ? ownable(changedFields(schema, after, before) ?? {}) : {};
  const gone = difference(removed, changed);
  if (isEmptySet(changed) && isEmptySet(gone)) return existing;
  const left = (entry: ManagedFieldsEntry): FieldSet =>
    difference(sameDoor(entry, writer) ? entry.fieldsV1 : difference(entry.fieldsV1, changed), gone);
  const others = existing
    .filter((entry) => !sameDoor(entry, writer))
    .map((entry) => ({ ...entry, fieldsV1: left(entry) }))
    .filter((entry) => !isEmptySet(entry.fieldsV1));
  const own = existing.find((entry) => sameDoor(entry, writer));
  const mine = union(own ? left(own) : {}, changed);
  return isEmptySet(mine) ? others : [...others, entryOf(writer, mine)];
}

function startingEntries(before: ApiObject | undefined, after: JsonObject): readonly ManagedFieldsEntry[] {
  if (!before) return [];
  const sent = at(after, 'metadata', 'managedFields') as readonly ManagedFieldsEntry[] | undefined;
  const usable = sent?.every((entry) => entry.manager !== undefined) ?? false;
  return (usable ? sent : before.metadata.managedFields) ?? [];
}

export interface Conflict {
  readonly owner: ManagedFieldsEntry;
  readonly paths: readonly string[];
}

/** Others who own a field that an apply would change. */
export function conflictsOf(
  entries: readonly ManagedFieldsEntry[],
  changed: FieldSet,
  writer: Writer,
): readonly Conflict[] {
  return entries.flatMap((entry) => {
    if (sameDoor(entry, writer)) return [];
    const paths = pathsOf(intersection(entry.fieldsV1, changed));
    if (paths.length === 0) return [];
    return [{ owner: entry, paths }];
  });
}

/** Entries after an apply: the writer owns exactly `applied`; `taken` was taken from others by force. */
export function afterApply(
  entries: readonly ManagedFieldsEntry[],
  applied: FieldSet,
  taken: FieldSet,
  writer: Writer,
): readonly ManagedFieldsEntry[] {
  const others = entries
    .filter((entry) => !sameDoor(entry, writer))
    .map((entry) => ({ ...entry, fieldsV1: difference(entry.fieldsV1, taken) }))
    .filter((entry) => !isEmptySet(entry.fieldsV1));
  return isEmptySet(applied) ? others : [...others, entryOf(writer, applied)];
}

/** What this applier owned before, and what everybody else owns. */
export function ownership(
  entries: readonly ManagedFieldsEntry[],
  writer: Writer,
): { readonly mine: FieldSet; readonly others: FieldSet } {
  const mine = entries.find((entry) => sameDoor(entry, writer))?.fieldsV1 ?? {};
  const others = entries
    .filter((entry) => !sameDoor(entry, writer))
    .reduce<FieldSet>((all, entry) => union(all, entry.fieldsV1), {});
  return { mine, others };
}
