// CustomResourceDefinitions: what the server fills into one, and the resource types it makes.
import { type ApiObject, isObject, type Json, type JsonObject, listAt, objectAt, textAt, timeText } from '../object.ts';
import { ALL_VERBS, type ResourceType, type ScalePaths, type WriteContext } from '../resource-type.ts';
import { applyDefaults } from '../schema/defaults.ts';
import type { Schema } from '../schema/schema.ts';
import { validateSchema } from '../schema/validate.ts';
import type { StatusCause } from '../status.ts';
import { AGE, columnsOfDefinition } from '../table/columns.ts';
import { filled } from '../kinds/pod-defaults.ts';
import { kindSchema } from '../kinds/kind-schemas.ts';

/** Evaluates the CEL rules of a schema; given in, so that this file needs no evaluator. */
export type RuleCheck = (schema: Schema, value: Json, old: Json | undefined) => readonly StatusCause[];

export function prepareDefinition(definition: JsonObject, context: WriteContext): JsonObject {
  const spec = objectAt(definition, 'spec');
  const kind = textAt(spec, 'names', 'kind') ?? '';
  const names = filled(spec['names'], { singular: kind.toLowerCase(), listKind: `${kind}List` });
  const time = timeText(context.nowMs);
  const condition = (type: string, reason: string, message: string): JsonObject => ({
    type,
    status: 'True',
    lastTransitionTime: time,
    reason,
    message,
  });
  const stored = listAt(spec, 'versions').filter((version) => objectAt(version)['storage'] === true);
  const status = objectAt(definition, 'status');
  return {
    ...definition,
    spec: { ...filled(spec, { conversion: { strategy: 'None' } }), names },
    status: {
      ...status,
      conditions:
        listAt(status, 'conditions').length > 0
          ? status['conditions']
          : [
              condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
              condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
            ],
      acceptedNames: names,
      storedVersions: stored.map((version) => textAt(version, 'name') ?? ''),
    },
  };
}

/** One resource type for each served version of a stored CustomResourceDefinition. */
export function typesOfDefinition(definition: ApiObject, checkRules: RuleCheck): readonly ResourceType[] {
  return listAt(definition, 'spec', 'versions')
    .filter(isObject)
    .filter((version) => version['served'] === true)
    .map((version) => typeOfVersion(definition, version, checkRules));
}

function typeOfVersion(definition: ApiObject, version: JsonObject, checkRules: RuleCheck): ResourceType {
  const names = objectAt(definition, 'spec', 'names');
  const group = textAt(definition, 'spec', 'group') ?? '';
  const plural = textAt(names, 'plural') ?? '';
  const kind = textAt(names, 'kind') ?? '';
  const declared = objectAt(version, 'schema', 'openAPIV3Schema') as Schema;
  const schema = withObjectFields(declared);
  const subresources = objectAt(version, 'subresources');
  const scale = subresources['scale'];
  const apiVersion = `${group}/${textAt(version, 'name') ?? ''}`;
  return {
    group,
    version: textAt(version, 'name') ?? '',
    plural,
    kind,
    singular: textAt(names, 'singular') ?? kind.toLowerCase(),
    listKind: textAt(names, 'listKind') ?? `${kind}List`,
    shortNames: listAt(names, 'shortNames').map(String),
    categories: listAt(names, 'categories').map(String),
    namespaced: textAt(definition, 'spec', 'scope') === 'Namespaced',
    collection: `${group}/${plural}`,
    origin: 'custom',
    verbs: ALL_VERBS,
    schema,
    typeName: undefined,
    nameRule: 'subdomain',
    hasStatus: subresources['status'] !== undefined,
    subresources:
      scale === undefined
        ? []
        : [{ name: 'scale', kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: ['get', 'patch', 'update'] }],
    scale: isObject(scale) ? scalePaths(scale) : undefined,
    counted: true,
    columns: listAt(version, 'additionalPrinterColumns').length > 0 ? columnsOfDefinition(version) : [AGE],
    selectableFields: listAt(version, 'selectableFields').flatMap(
      (f) => textAt(f, 'jsonPath')?.replace(/^\./, '') ?? [],
    ),
    prepare: (object) => {
      const defaulted = applyDefaults(schema, object);
      return isObject(defaulted) ? defaulted : object;
    },
    validate: (object, { existing }) => {
      const wrong = validateSchema(schema, object, '');
      if (wrong.length === 0) return checkRules(schema, object, existing);
      return hasRules(schema) ? [...wrong, RULES_UNCHECKED] : wrong;
    },
    toStored: (object) => object,
    fromStored: (object) => (object.apiVersion === apiVersion ? object : { ...object, apiVersion }),
  };
}

/** What Kubernetes adds when a schema has rules and the object is not even of the right shape. */
const RULES_UNCHECKED: StatusCause = {
  reason: 'FieldValueInvalid',
  field: '<nil>',
  message:
    'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
};

function hasRules(schema: Schema): boolean {
  return JSON.stringify(schema.properties?.['spec'] ?? {}).includes('"x-kubernetes-validations"');
}

/** A custom schema may leave out, or only hint at, what every object has. */
function withObjectFields(schema: Schema): Schema {
  return {
    ...schema,
    type: 'object',
    properties: {
      ...schema.properties,
      apiVersion: { type: 'string', description: 'Version of the API that this object is written in.' },
      kind: { type: 'string', description: 'Kind of this object.' },
      metadata: { ...kindSchema('meta.v1.ObjectMeta'), description: 'Standard metadata of an object.' },
    },
  };
}

function scalePaths(scale: JsonObject): ScalePaths {
  const path = (name: string): readonly string[] | undefined =>
    textAt(scale, name)
      ?.split('.')
      .filter((key) => key !== '');
  return {
    specReplicas: path('specReplicasPath') ?? ['spec', 'replicas'],
    statusReplicas: path('statusReplicasPath') ?? ['status', 'replicas'],
    selector: path('labelSelectorPath'),
  };
}
