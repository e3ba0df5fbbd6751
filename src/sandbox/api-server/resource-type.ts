// What the server knows of one kind of object: names, scope, schema, and the rules its writes obey.
import type { ApiObject, JsonObject } from './object.ts';
import type { NameRule } from './names.ts';
import type { Schema } from './schema/schema.ts';
import type { ResourceName, StatusCause } from './status.ts';

export type Verb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch';

export const ALL_VERBS: readonly Verb[] = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
];

/** Where `/scale` finds its numbers in an object; paths of keys. */
export interface ScalePaths {
  readonly specReplicas: readonly string[];
  readonly statusReplicas: readonly string[];
  /** Of a selector object or its text form. */
  readonly selector: readonly string[] | undefined;
}

/** One column of `kubectl get`. */
export interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format?: string;
  readonly description?: string;
  /** Above 0 it is shown with `-o wide` only. */
  readonly priority: number;
  readonly cell: (object: ApiObject, nowMs: number) => string | number | boolean | null;
}

export interface WriteContext {
  readonly nowMs: number;
  readonly random: () => number;
  readonly existing: ApiObject | undefined;
}

export interface ResourceType extends ResourceName {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly listKind: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  /** Storage collection; two types that show the same objects share it. */
  readonly collection: string;
  readonly origin: 'built-in' | 'custom';
  readonly verbs: readonly Verb[];
  readonly schema: Schema;
  /** Name in the field table (built-in only). */
  readonly typeName: string | undefined;
  readonly nameRule: NameRule;
  readonly hasStatus: boolean;
  /** Other subresources that discovery lists, for example `log`. */
  readonly subresources: readonly Subresource[];
  readonly scale: ScalePaths | undefined;
  /** Whether metadata.generation counts changes of everything but metadata and status. */
  readonly counted: boolean;
  readonly columns: readonly Column[];
  readonly selectableFields: readonly string[];
  /** Fills defaults and server-owned fields. */
  readonly prepare: (object: JsonObject, context: WriteContext) => JsonObject;
  readonly validate: (object: ApiObject, context: WriteContext) => readonly StatusCause[];
  /** Between the served and the stored form, where two APIs show the same objects. */
  readonly toStored: (object: ApiObject) => ApiObject;
  readonly fromStored: (object: ApiObject) => ApiObject;
}

export interface Subresource {
  readonly name: string;
  readonly kind: string;
  readonly group?: string;
  readonly version?: string;
  readonly verbs: readonly string[];
}

export function apiVersionOf(type: { readonly group: string; readonly version: string }): string {
  return type.group === '' ? type.version : `${type.group}/${type.version}`;
}
