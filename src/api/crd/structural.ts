// zod → the structural OpenAPI v3 schema that a CustomResourceDefinition carries. Pure.
import { z } from 'zod';

/** What a structural schema may hold here; a closed list, so that a keyword the API server refuses is noticed by the compiler. */
export interface StructuralSchema {
  type?: string;
  format?: string;
  description?: string;
  default?: unknown;
  enum?: readonly string[];
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  required?: readonly string[];
  properties?: Record<string, StructuralSchema>;
  additionalProperties?: StructuralSchema;
  items?: StructuralSchema;
  anyOf?: readonly StructuralSchema[];
  'x-kubernetes-int-or-string'?: true;
  'x-kubernetes-preserve-unknown-fields'?: true;
  'x-kubernetes-validations'?: readonly { readonly rule: string; readonly message: string }[];
}

const INT32 = { minimum: -(2 ** 31), maximum: 2 ** 31 - 1 };

/**
 * The structural schema of a zod object. Integers are int32, as all of KEDA's are; unknown keys are kept only where the zod
 * object is loose. Throws when zod has something that a structural schema cannot say.
 */
export function structuralSchema(schema: z.ZodType): StructuralSchema {
  return fromJsonSchema(z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input' }));
}

type JsonSchema = z.core.JSONSchema.BaseSchema;

function fromJsonSchema(json: JsonSchema): StructuralSchema {
  const rules = json['x-kubernetes-validations'] as StructuralSchema['x-kubernetes-validations'];
  const head = {
    ...(json.description === undefined ? {} : { description: json.description }),
    ...(json.default === undefined ? {} : { default: json.default }),
  };
  const tail = rules === undefined || rules.length === 0 ? {} : { 'x-kubernetes-validations': rules };
  if (json['x-kubernetes-int-or-string'] === true) {
    const pattern = typeof json.pattern === 'string' ? { pattern: json.pattern } : {};
    const anyOf = [{ type: 'integer' }, { type: 'string' }];
    return { ...head, anyOf, ...pattern, 'x-kubernetes-int-or-string': true, ...tail };
  }
  return { ...head, ...bodyOf(json), ...tail };
}

function bodyOf(json: JsonSchema): StructuralSchema {
  if (json.type === 'boolean') return { type: 'boolean' };
  if (json.type === 'integer') return integer(json);
  if (json.type === 'string') return string(json);
  if (json.type === 'array') return array(json);
  if (json.type === 'object') return object(json);
  throw new TypeError(`a structural schema cannot say: ${JSON.stringify(json)}`);
}

function array({ items, minItems, maxItems }: JsonSchema): StructuralSchema {
  return {
    type: 'array',
    items: fromJsonSchema(asSchema(items)),
    ...(minItems === undefined ? {} : { minItems }),
    ...(maxItems === undefined ? {} : { maxItems }),
  };
}

function integer({ minimum, maximum }: JsonSchema): StructuralSchema {
  return {
    type: 'integer',
    format: 'int32',
    ...(minimum === undefined || minimum <= INT32.minimum ? {} : { minimum }),
    // Said in so many words: not every Kubernetes goes by the format.
    maximum: Math.min(maximum ?? INT32.maximum, INT32.maximum),
  };
}

/** zod adds its own pattern to a date-time; the format says it all. */
function string({ enum: values, format, pattern, minLength, maxLength }: JsonSchema): StructuralSchema {
  return {
    type: 'string',
    ...(values === undefined ? {} : { enum: values.map(String) }),
    ...(format === undefined ? (pattern === undefined ? {} : { pattern }) : { format }),
    ...(minLength === undefined ? {} : { minLength }),
    ...(maxLength === undefined ? {} : { maxLength }),
  };
}

function object({ properties, required, additionalProperties }: JsonSchema): StructuralSchema {
  const values = additionalProperties === undefined ? undefined : asSchema(additionalProperties);
  if (values !== undefined && properties === undefined && values.type !== undefined)
    return { type: 'object', additionalProperties: fromJsonSchema(values) };
  return {
    type: 'object',
    ...(values === undefined ? {} : { 'x-kubernetes-preserve-unknown-fields': true as const }),
    ...(required === undefined || required.length === 0 ? {} : { required }),
    ...(properties === undefined || Object.keys(properties).length === 0 ? {} : { properties: byName(properties) }),
  };
}

/** Sorted, so that the order of fields in the source never changes a generated file. */
function byName(properties: NonNullable<JsonSchema['properties']>): Record<string, StructuralSchema> {
  const names = Object.keys(properties).sort();
  return Object.fromEntries(names.map((name) => [name, fromJsonSchema(asSchema(properties[name]))]));
}

function asSchema(schema: unknown): JsonSchema {
  if (typeof schema === 'object' && schema !== null && !Array.isArray(schema)) return schema as JsonSchema;
  throw new TypeError(`expected one JSON schema, found ${JSON.stringify(schema)}`);
}
