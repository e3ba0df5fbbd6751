// OpenAPI v2 for clients before 1.29: the v3 documents in one, as JSON or in the protobuf form (gnostic's) that kubectl asks for.
import { stringify } from 'yaml';
import { isList, isObject, type Json, type JsonObject, listAt, objectAt, plainText, textAt } from '../object.ts';

/** As it is answered; clients ask for it with an @ that is not allowed in a media type. */
export const OPENAPI_V2_PROTOBUF = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

/** One swagger document of several OpenAPI v3 documents. */
export function swaggerOf(documents: readonly JsonObject[]): JsonObject {
  const paths = documents.flatMap((document) => Object.entries(objectAt(document, 'paths')));
  const schemas = documents.flatMap((document) => Object.entries(objectAt(document, 'components', 'schemas')));
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: 'sluice-sandbox' },
    paths: Object.fromEntries(paths.map(([path, item]) => [path, swaggerPath(objectAt(item))])),
    definitions: Object.fromEntries(schemas.map(([name, schema]) => [name, swaggerSchema(schema ?? {})])),
  };
}

function swaggerPath(item: JsonObject): JsonObject {
  const operations = Object.entries(item).map(([method, operation]) => {
    const parameters = listAt(operation, 'parameters').map((p) => ({
      name: textAt(p, 'name'),
      in: 'query',
      type: 'string',
    }));
    return [method, { ...objectAt(operation), parameters, responses: { 200: { description: 'OK' } } }] as const;
  });
  return Object.fromEntries(operations);
}

/** A reference wrapped in allOf is the reference itself; defaults of references mean nothing here. */
function swaggerSchema(schema: Json): Json {
  if (isList(schema)) return schema.map(swaggerSchema);
  if (!isObject(schema)) return schema;
  const wrapped = listAt(schema, 'allOf')[0];
  const reference = textAt(wrapped, '$ref') ?? textAt(schema, '$ref');
  if (reference !== undefined) {
    const { allOf: _allOf, default: _default, $ref: _ref, ...rest } = schema;
    return { ...rest, $ref: reference.replace('#/components/schemas/', '#/definitions/') };
  }
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, swaggerSchema(value ?? null)]));
}

/** What kubectl reads of a swagger document, in the field numbers of gnostic's openapi_v2.Document. */
export function swaggerProtobuf(swagger: JsonObject): Buffer {
  const paths = named(2, objectAt(swagger, 'paths'), pathItem);
  const definitions = named(1, objectAt(swagger, 'definitions'), schemaMessage);
  return Buffer.concat([
    text(1, '2.0'),
    bytes(2, Buffer.concat([text(1, textAt(swagger, 'info', 'title')), text(2, textAt(swagger, 'info', 'version'))])),
    bytes(8, paths),
    bytes(9, definitions),
  ]);
}

const METHODS: Readonly<Record<string, number>> = { get: 2, put: 3, post: 4, delete: 5, patch: 8 };

function pathItem(item: Json): Buffer {
  return Buffer.concat(
    Object.entries(objectAt(item)).flatMap(([method, operation]) => {
      const number = METHODS[method];
      return number === undefined ? [] : [bytes(number, operationMessage(operation ?? null))];
    }),
  );
}

function operationMessage(operation: Json): Buffer {
  const parameters = listAt(operation, 'parameters').map((parameter) => {
    const query = Buffer.concat([text(2, 'query'), text(4, textAt(parameter, 'name')), text(6, 'string')]);
    // ParametersItem > Parameter > NonBodyParameter > QueryParameterSubSchema
    return bytes(8, bytes(1, bytes(2, bytes(3, query))));
  });
  const response = Buffer.concat([text(1, '200'), bytes(2, bytes(1, text(1, 'OK')))]);
  return Buffer.concat([...parameters, bytes(9, bytes(1, response)), extensions(13, operation)]);
}

function schemaMessage(schema: Json): Buffer {
  const { properties, items, additionalProperties, required } = objectAt(schema);
  return Buffer.concat([
    text(1, textAt(schema, '$ref')),
    text(2, textAt(schema, 'format')),
    text(4, textAt(schema, 'description')),
    ...listAt(required).map((name) => text(19, plainText(name))),
    isObject(additionalProperties) ? bytes(21, bytes(1, schemaMessage(additionalProperties))) : Buffer.alloc(0),
    textAt(schema, 'type') === undefined ? Buffer.alloc(0) : bytes(22, text(1, textAt(schema, 'type'))),
    isObject(items) ? bytes(23, bytes(1, schemaMessage(items))) : Buffer.alloc(0),
    isObject(properties) ? bytes(25, named(1, properties, schemaMessage)) : Buffer.alloc(0),
    extensions(31, schema),
  ]);
}

/** `x-kubernetes-…` members are named YAML texts. */
function extensions(number: number, object: Json): Buffer {
  const found = Object.entries(objectAt(object)).filter(([name]) => name.startsWith('x-'));
  return Buffer.concat(
    found.map(([name, value]) => bytes(number, Buffer.concat([text(1, name), bytes(2, text(2, stringify(value)))]))),
  );
}

function named(number: number, members: JsonObject, encode: (value: Json) => Buffer): Buffer {
  const entries = Object.entries(members);
  return Buffer.concat(
    entries.map(([name, value]) => bytes(number, Buffer.concat([text(1, name), bytes(2, encode(value ?? null))]))),
  );
}

function text(number: number, value: string | undefined): Buffer {
  return value === undefined || value === '' ? Buffer.alloc(0) : bytes(number, Buffer.from(value));
}

function bytes(number: number, value: Buffer): Buffer {
  return Buffer.concat([varint(number * 8 + 2), varint(value.length), value]);
}

function varint(value: number): Buffer {
  const out: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) out.push((rest % 128) | 0x80);
  return Buffer.from([...out, rest]);
}
