// Tables: how the server answers clients that only want to print (`Accept: application/json;as=Table`).
import type { ApiObject, Json, JsonObject } from '../object.ts';
import type { ResourceType } from '../resource-type.ts';
import { NAME } from './columns.ts';

export type IncludeObject = 'None' | 'Metadata' | 'Object';

/** One meta.k8s.io/v1 Table. `headings` are left out after the first event of a watch, as Kubernetes does. */
export function tableOf(
  type: ResourceType,
  objects: readonly ApiObject[],
  options: { nowMs: number; include: IncludeObject; metadata: JsonObject; headings: boolean },
): JsonObject {
  const columns = [NAME, ...type.columns];
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: options.metadata,
    columnDefinitions: options.headings
      ? columns.map((c) => ({
          name: c.name,
          type: c.type,
          format: c.format ?? '',
          description: c.description ?? '',
          priority: c.priority,
        }))
      : null,
    rows: objects.map((object) => ({
      cells: columns.map((column): Json => column.cell(object, options.nowMs)),
      ...(options.include === 'None'
        ? {}
        : { object: options.include === 'Object' ? object : partialMetadata(object) }),
    })),
  };
}

export function partialMetadata(object: ApiObject): JsonObject {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
}
