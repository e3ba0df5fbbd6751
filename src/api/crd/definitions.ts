// The six CustomResourceDefinitions: KEDA's names, short names, printer columns and subresources around our schemas. Pure.
import { type Kind, kinds } from '../kinds.ts';
import { type StructuralSchema, structuralSchema } from './structural.ts';

interface PrinterColumn {
  readonly name: string;
  readonly jsonPath: string;
  readonly type: 'string' | 'integer' | 'date';
  readonly priority?: 1;
}

/** apiextensions.k8s.io/v1. */
export interface CustomResourceDefinition {
  readonly apiVersion: 'apiextensions.k8s.io/v1';
  readonly kind: 'CustomResourceDefinition';
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly names: {
      readonly kind: string;
      readonly listKind: string;
      readonly plural: string;
      readonly singular: string;
      readonly shortNames?: readonly string[];
    };
    readonly scope: 'Namespaced' | 'Cluster';
    readonly versions: readonly {
      readonly name: string;
      readonly served: true;
      readonly storage: true;
      readonly additionalPrinterColumns: readonly PrinterColumn[];
      readonly schema: { readonly openAPIV3Schema: StructuralSchema };
      readonly subresources: { readonly status: Readonly<Record<string, never>> };
    }[];
  };
}

const column = (name: string, jsonPath: string, type: PrinterColumn['type'] = 'string'): PrinterColumn => ({
  name,
  jsonPath,
  type,
});
const condition = (type: string): PrinterColumn => column(type, `.status.conditions[?(@.type=="${type}")].status`);

const bounds = [column('Min', '.spec.minReplicaCount', 'integer'), column('Max', '.spec.maxReplicaCount', 'integer')];
const ending = [
  column('Triggers', '.status.triggersTypes'),
  column('Authentications', '.status.authenticationsTypes'),
  column('Age', '.metadata.creationTimestamp', 'date'),
];
const users: readonly PrinterColumn[] = [
  { ...column('ScaledObjects', '.status.scaledobjects'), priority: 1 },
  { ...column('ScaledJobs', '.status.scaledjobs'), priority: 1 },
];
const sources = (...more: PrinterColumn[]): readonly PrinterColumn[] => [
  column('PodIdentity', '.spec.podIdentity.provider'),
  column('Secret', '.spec.secretTargetRef[*].name'),
  column('Env', '.spec.env[*].name'),
  ...more,
  column('VaultAddress', '.spec.hashiCorpVault.address'),
  ...users,
];

/** What `kubectl get` shows and which abbreviations it knows, as KEDA has them. */
const presentation: Readonly<
  Record<Kind, { readonly shortNames: readonly string[]; readonly columns: readonly PrinterColumn[] }>
> = {
  ScaledObject: {
    shortNames: ['so'],
    columns: [
      column('ScaleTargetKind', '.status.scaleTargetKind'),
      column('ScaleTargetName', '.spec.scaleTargetRef.name'),
      ...bounds,
      ...['Ready', 'Active', 'Fallback', 'Paused'].map(condition),
      ...ending,
    ],
  },
  ScaledJob: {
    shortNames: ['sj'],
    columns: [...bounds, ...['Ready', 'Active', 'Paused'].map(condition), ...ending],
  },
  TriggerAuthentication: { shortNames: ['ta', 'triggerauth'], columns: sources() },
  ClusterTriggerAuthentication: {
    shortNames: ['cta', 'clustertriggerauth'],
    columns: sources(column('FilePath', '.spec.filePath')),
  },
  CloudEventSource: { shortNames: [], columns: [condition('Active')] },
  ClusterCloudEventSource: { shortNames: [], columns: [condition('Active')] },
};

const apiVersion: StructuralSchema = { type: 'string', description: 'Version of the schema of this object.' };
const kindField: StructuralSchema = { type: 'string', description: 'Kind of this object.' };

/** KEDA requires `spec` of every kind but ScaledJob. */
function rootSchema(kind: Kind): StructuralSchema {
  const { summary, spec, status } = kinds[kind];
  return {
    description: summary,
    type: 'object',
    ...(kind === 'ScaledJob' ? {} : { required: ['spec'] }),
    properties: {
      apiVersion,
      kind: kindField,
      metadata: { type: 'object' },
      spec: structuralSchema(spec),
      status: structuralSchema(status),
    },
  };
}

/** The CustomResourceDefinition of one kind. */
export function crd(kind: Kind): CustomResourceDefinition {
  const { group, version, plural, namespaced } = kinds[kind].resource;
  const { shortNames, columns } = presentation[kind];
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        ...(shortNames.length === 0 ? {} : { shortNames }),
      },
      scope: namespaced ? 'Namespaced' : 'Cluster',
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          additionalPrinterColumns: columns,
          schema: { openAPIV3Schema: rootSchema(kind) },
          subresources: { status: {} },
        },
      ],
    },
  };
}
