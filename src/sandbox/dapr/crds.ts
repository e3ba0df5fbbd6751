// Dapr's kinds, as far as the sandbox needs to take their manifests. They are not Dapr's own CRDs: most of a spec is left open.
import type { KubeObject } from '../../kube/client.ts';

type Schema = Readonly<Record<string, unknown>>;

export interface CustomResourceDefinition extends KubeObject {
  readonly spec: Schema;
}

const text: Schema = { type: 'string' };
const texts: Schema = { type: 'array', items: text };
const textMap: Schema = { type: 'object', additionalProperties: text };
const anything: Schema = { 'x-kubernetes-preserve-unknown-fields': true };

function object(properties: Readonly<Record<string, Schema>>, required: readonly string[] = []): Schema {
  return { type: 'object', properties, ...(required.length > 0 ? { required } : {}) };
}

const metadataItem = object(
  {
    name: text,
    value: anything,
    envRef: text,
    secretKeyRef: object({ name: text, key: text }, ['name']),
  },
  ['name'],
);

const componentSpec = object(
  {
    type: text,
    version: text,
    ignoreErrors: { type: 'boolean' },
    initTimeout: text,
    metadata: { type: 'array', items: metadataItem },
  },
  ['type', 'version', 'metadata'],
);

const routes = object({
  default: text,
  rules: { type: 'array', items: object({ match: text, path: text }, ['path']) },
});

const subscriptionCommon = {
  pubsubname: text,
  topic: text,
  deadLetterTopic: text,
  metadata: textMap,
  bulkSubscribe: { type: 'object', ...anything },
};

interface Version {
  readonly name: string;
  readonly storage: boolean;
  readonly properties: Readonly<Record<string, Schema>>;
}

function definition(kind: string, plural: string, versions: readonly Version[]): CustomResourceDefinition {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.dapr.io` },
    spec: {
      group: 'dapr.io',
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List`, categories: ['all', 'dapr'] },
      versions: versions.map(({ name, storage, properties }) => ({
        name,
        served: true,
        storage,
        schema: {
          openAPIV3Schema: object({ apiVersion: text, kind: text, metadata: { type: 'object' }, ...properties }),
        },
      })),
    },
  };
}

/** To be created before any manifest of Dapr's is applied. */
export const daprCrds: readonly CustomResourceDefinition[] = [
  definition('Component', 'components', [
    {
      name: 'v1alpha1',
      storage: true,
      properties: { spec: componentSpec, auth: object({ secretStore: text }), scopes: texts },
    },
  ]),
  definition('Subscription', 'subscriptions', [
    {
      name: 'v1alpha1',
      storage: true,
      // An object keeps the fields of the version in which it was written: both versions know both.
      properties: {
        spec: object({ ...subscriptionCommon, route: text, routes }, ['topic', 'pubsubname']),
        scopes: texts,
      },
    },
    {
      name: 'v2alpha1',
      storage: false,
      properties: {
        spec: object({ ...subscriptionCommon, route: text, routes }, ['topic', 'pubsubname']),
        scopes: texts,
      },
    },
  ]),
  definition('Configuration', 'configurations', [
    { name: 'v1alpha1', storage: true, properties: { spec: { type: 'object', ...anything } } },
  ]),
];
