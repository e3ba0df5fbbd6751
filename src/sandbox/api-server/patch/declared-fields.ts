// Server-side apply knows the fields that a schema declares and no others: it refuses what every other write drops.
import { isList, isObject, type Json, type JsonObject, textAt } from '../object.ts';
import type { ResourceType } from '../resource-type.ts';
import { knownMember } from '../schema/prune.ts';
import type { Schema } from '../schema/schema.ts';
import { StatusError } from '../status.ts';
import { edgeText, itemEdge, shapeOf } from './field-set.ts';

/** Throws what Kubernetes answers: 500 without a reason, although it is the client's mistake (kubernetes/kubernetes#139253). */
export function checkDeclared(type: ResourceType, namespace: string | undefined, wanted: JsonObject): void {
  const unknown = undeclared(type.schema, wanted, '').map((path) => `${path}: field not declared in schema`);
  if (unknown.length === 0) return;
  const { group, version, kind } = type;
  const subject = `${namespace ?? ''}/${textAt(wanted, 'metadata', 'name') ?? ''}; ${group}/${version}, Kind=${kind}`;
  const why = unknown.length === 1 ? unknown.join('') : ['errors:', ...unknown].join('\n  ');
  throw new StatusError(500, '', `failed to create typed patch object (${subject}): ${why}`);
}

/** Of each mapping one: Kubernetes looks no further in it. */
function undeclared(schema: Schema, value: Json, path: string): readonly string[] {
  if (isList(value)) {
    const { items } = schema;
    const isKeyed = shapeOf(schema, value) === 'keyed';
    const at = (item: Json, index: number): string => (isKeyed ? edgeText(itemEdge(schema, item)) : `[${index}]`);
    return items ? value.flatMap((item, index) => undeclared(items, item, `${path}${at(item, index)}`)) : [];
  }
  if (!isObject(value)) return [];
  const members = Object.entries(value).flatMap(([key, member]) =>
    member === undefined ? [] : [{ at: `${path}.${key}`, member, known: knownMember(schema, key) }],
  );
  const strange = members.find(({ known }) => known === 'drop');
  if (strange) return [strange.at];
  return members.flatMap(({ at, member, known }) => (typeof known === 'string' ? [] : undeclared(known, member, at)));
}
