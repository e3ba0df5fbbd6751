// OpenAPI v3: an index with hashes and one document for each group and version, so that kubectl can validate, merge and explain.
import { createHash } from 'node:crypto';
import { fieldsOf } from '../kinds/fields.ts';
import { describeField } from '../kinds/descriptions.ts';
import { fieldSchema, kindSchema } from '../kinds/kind-schemas.ts';
import type { JsonObject } from '../object.ts';
import type { Registry } from '../registry.ts';
import { apiVersionOf, type ResourceType } from '../resource-type.ts';
import type { Schema } from '../schema/schema.ts';
import { swaggerOf } from './openapi-v2.ts';

export interface OpenApi {
  index(): JsonObject;
  /** The whole API as OpenAPI v2. */
  swagger(): JsonObject;
  /** The text of the document of `api/v1` or `apis/<group>/<version>`, or undefined. */
  document(path: string): { readonly text: string; readonly hash: string } | undefined;
}

type Reference = { readonly $ref: string };
type Component = Omit<Schema, 'properties' | 'items' | 'additionalProperties'> & {
  readonly properties?: unknown;
  readonly items?: unknown;
};

/** Documents are made when asked for and kept until the registry changes. */
export function createOpenApi(registry: Registry): OpenApi {
  let made = new Map<string, { text: string; hash: string }>();
  let madeFor = -1;

  const document: OpenApi['document'] = (path) => {
    if (madeFor !== registry.revision()) {
      made = new Map();
      madeFor = registry.revision();
    }
    const known = made.get(path);
    if (known) return known;
    const types = registry.all().filter((type) => pathOf(type) === path);
    if (types.length === 0) return undefined;
    const text = JSON.stringify(documentOf(types));
    const hash = createHash('sha512').update(text).digest('hex').toUpperCase();
    made.set(path, { text, hash });
    return { text, hash };
  };

  const paths = (): readonly string[] => [...new Set(registry.all().map(pathOf))];

  return {
    document,
    swagger: () => swaggerOf(paths().map((path) => JSON.parse(document(path)?.text ?? '{}') as JsonObject)),
    index() {
      return {
        paths: Object.fromEntries(
          paths().map((path) => [
            path,
            { serverRelativeURL: `/openapi/v3/${path}?hash=${document(path)?.hash ?? ''}` },
          ]),
        ),
      };
    },
  };
}

function pathOf(type: ResourceType): string {
  return type.group === '' ? `api/${type.version}` : `apis/${apiVersionOf(type)}`;
}

function documentOf(types: readonly ResourceType[]): JsonObject {
  const components = new Map<string, Component>();
  for (const type of types) {
    const gvk = [{ group: type.group, version: type.version, kind: type.kind }];
    if (type.typeName === undefined) {
      components.set(componentOf(type), { ...type.schema, 'x-kubernetes-group-version-kind': gvk } as Component);
    } else {
      addBuiltIn(components, type.typeName);
      const own = components.get(type.typeName);
      components.set(type.typeName, {
        ...own,
        properties: {
          apiVersion: { type: 'string' },
          kind: { type: 'string' },
          ...(own?.properties as object | undefined),
        },
        'x-kubernetes-group-version-kind': gvk,
      } as Component);
    }
  }
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'sluice-sandbox' },
    paths: Object.fromEntries(types.flatMap(pathsOf)),
    components: { schemas: Object.fromEntries(components) as unknown as JsonObject },
  };
}

function componentOf(type: ResourceType): string {
  return type.typeName ?? `${type.group.split('.').reverse().join('.')}.${type.version}.${type.kind}`;
}

/** A built-in type and everything it refers to. */
function addBuiltIn(components: Map<string, Component>, typeName: string): void {
  const fields = fieldsOf(typeName);
  if (!fields || components.has(typeName)) return;
  const properties: Record<string, unknown> = {};
  const required = fields.filter((field) => field.required && !field.inline).map((field) => field.name);
  const description = describeField(typeName, '');
  components.set(typeName, {
    type: 'object',
    ...(description === undefined ? {} : { description }),
    properties,
    ...(required.length > 0 ? { required } : {}),
  });
  for (const field of fields) {
    const inner = fieldsOf(field.of);
    if (field.inline) {
      addBuiltIn(components, field.of);
      Object.assign(properties, components.get(field.of)?.properties);
      continue;
    }
    if (inner) addBuiltIn(components, field.of);
    const value = inner ? referenceTo(field.of) : kindSchema(field.of);
    const text = describeField(typeName, field.name);
    properties[field.name] = {
      ...withAllOf(fieldSchema(field, value as Schema)),
      ...(text === undefined ? {} : { description: text }),
    };
  }
}

function referenceTo(typeName: string): Reference {
  return { $ref: `#/components/schemas/${typeName}` };
}

/** A reference with neighbours is wrapped, since OpenAPI ignores whatever stands beside `$ref`. */
function withAllOf(schema: Schema): object {
  if (!('$ref' in schema)) return schema;
  const { $ref, ...rest } = schema as Schema & Reference;
  return { ...rest, allOf: [{ $ref }], default: {} };
}

const QUERY = (name: string): JsonObject => ({ name, in: 'query', schema: { type: 'string', uniqueItems: true } });

/** What kubectl looks for: which kind a path serves, and that a PATCH takes `fieldValidation`. */
function pathsOf(type: ResourceType): readonly (readonly [string, JsonObject])[] {
  const root = `/${pathOf(type)}${type.namespaced ? '/namespaces/{namespace}' : ''}/${type.plural}`;
  const kind = { 'x-kubernetes-group-version-kind': { group: type.group, version: type.version, kind: type.kind } };
  const parameters = ['dryRun', 'fieldManager', 'fieldValidation', 'force'].map(QUERY);
  const responses = {
    200: { description: 'OK', content: { 'application/json': { schema: referenceTo(componentOf(type)) } } },
  };
  const collection = {
    get: { ...kind, 'x-kubernetes-action': 'list', responses },
    post: { ...kind, 'x-kubernetes-action': 'post', parameters, responses },
  };
  const object = {
    get: { ...kind, 'x-kubernetes-action': 'get', responses },
    put: { ...kind, 'x-kubernetes-action': 'put', parameters, responses },
    patch: { ...kind, 'x-kubernetes-action': 'patch', parameters, responses },
    delete: { ...kind, 'x-kubernetes-action': 'delete', responses },
  };
  return [[root, collection], ...(type.verbs.includes('get') ? ([[`${root}/{name}`, object]] as const) : [])];
}
