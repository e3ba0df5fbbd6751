// The columns of `kubectl get`: those every kind has, and those a CustomResourceDefinition declares.
import {
  type ApiObject,
  isObject,
  type Json,
  type JsonObject,
  listAt,
  numberAt,
  textAt,
  plainText,
} from '../object.ts';
import type { Column } from '../resource-type.ts';
import { shortDuration } from './duration.ts';
import { compileJsonPath } from './json-path.ts';

export const AGE: Column = {
  name: 'Age',
  type: 'string',
  priority: 0,
  description: 'Time since the object was created.',
  cell: (object, nowMs) => ageOf(object.metadata.creationTimestamp, nowMs),
};

export const NAME: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  priority: 0,
  description: 'Name of the object, unique in its namespace.',
  cell: (object) => object.metadata.name,
};

/** `<unknown>` when there is no time, as Kubernetes prints it. */
export function ageOf(time: string | undefined, nowMs: number): string {
  const at = Date.parse(time ?? '');
  return Number.isNaN(at) ? '<unknown>' : shortDuration(nowMs - at);
}

/** The `additionalPrinterColumns` of one version. A path that finds nothing gives an empty cell. */
export function columnsOfDefinition(version: JsonObject): readonly Column[] {
  return listAt(version, 'additionalPrinterColumns')
    .filter(isObject)
    .map((declared) => {
      const type = (textAt(declared, 'type') ?? 'string') as Column['type'];
      const find = compileJsonPath(textAt(declared, 'jsonPath') ?? '');
      return {
        name: textAt(declared, 'name') ?? '',
        type: type === 'date' ? 'string' : type,
        priority: numberAt(declared, 'priority') ?? 0,
        ...(textAt(declared, 'format') ? { format: textAt(declared, 'format') ?? '' } : {}),
        ...(textAt(declared, 'description') ? { description: textAt(declared, 'description') ?? '' } : {}),
        cell: (object: ApiObject, nowMs: number) => cellOf(type, find(object), nowMs),
      };
    });
}

function cellOf(type: Column['type'], found: readonly Json[], nowMs: number): string | number | boolean | null {
  const [first] = found;
  if (first === undefined || first === null) return null;
  switch (type) {
    case 'date':
      return typeof first === 'string' ? ageOf(first, nowMs) : '<unknown>';
    case 'boolean':
      return typeof first === 'boolean' ? first : null;
    case 'integer':
    case 'number':
      return typeof first === 'number' ? first : null;
    case 'string':
      return found.map(plainText).join(',');
  }
}
