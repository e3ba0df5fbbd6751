// The built-in resource types: one row each, completed from the field table, the defaults, the rules and the columns.
import type { ApiObject, JsonObject } from '../object.ts';
import {
  ALL_VERBS,
  type Column,
  type ResourceType,
  type ScalePaths,
  type Subresource,
  type WriteContext,
} from '../resource-type.ts';
import type { StatusCause } from '../status.ts';
import { columnsFor } from '../table/built-in-columns.ts';
import { AGE } from '../table/columns.ts';
import { coreEventFromStored, coreEventToStored } from './events.ts';
import { objectSchema } from './kind-schemas.ts';
import { prepareFor } from './prepare.ts';
import { rulesFor } from './rules.ts';

type Row = readonly [
  group: string,
  version: string,
  plural: string,
  kind: string,
  extra?: Partial<Omit<ResourceType, 'subresources'>> & {
    readonly also?: readonly Subresource[];
    readonly type?: string;
  },
];

const REPLICAS: ScalePaths = {
  specReplicas: ['spec', 'replicas'],
  statusReplicas: ['status', 'replicas'],
  selector: ['spec', 'selector'],
};
const WORKLOAD = { hasStatus: true, counted: true, categories: ['all'] } as const;
const CLUSTER = { namespaced: false } as const;
const PATH_NAMED = { nameRule: 'path-segment' } as const;
const EPHEMERAL = { verbs: ['create'], columns: [] } as const;

const ROWS: readonly Row[] = [
  [
    '',
    'v1',
    'namespaces',
    'Namespace',
    {
      ...CLUSTER,
      shortNames: ['ns'],
      hasStatus: true,
      nameRule: 'label',
      also: [{ name: 'finalize', kind: 'Namespace', verbs: ['update'] }],
    },
  ],
  [
    '',
    'v1',
    'pods',
    'Pod',
    {
      shortNames: ['po'],
      hasStatus: true,
      counted: true,
      categories: ['all'],
      selectableFields: [
        'spec.nodeName',
        'status.phase',
        'spec.restartPolicy',
        'spec.serviceAccountName',
        'status.podIP',
      ],
      also: [
        { name: 'log', kind: 'Pod', verbs: ['get'] },
        { name: 'binding', kind: 'Binding', verbs: ['create'] },
        { name: 'eviction', kind: 'Eviction', group: 'policy', version: 'v1', verbs: ['create'] },
      ],
    },
  ],
  [
    '',
    'v1',
    'services',
    'Service',
    {
      shortNames: ['svc'],
      hasStatus: true,
      categories: ['all'],
      nameRule: 'label',
      selectableFields: ['spec.type', 'spec.clusterIP'],
    },
  ],
  ['', 'v1', 'endpoints', 'Endpoints', { shortNames: ['ep'] }],
  ['', 'v1', 'secrets', 'Secret', { selectableFields: ['type'] }],
  ['', 'v1', 'configmaps', 'ConfigMap', { shortNames: ['cm'] }],
  [
    '',
    'v1',
    'serviceaccounts',
    'ServiceAccount',
    {
      shortNames: ['sa'],
      also: [{ name: 'token', kind: 'TokenRequest', group: 'authentication.k8s.io', version: 'v1', verbs: ['create'] }],
    },
  ],
  [
    '',
    'v1',
    'events',
    'Event',
    {
      shortNames: ['ev'],
      nameRule: 'path-segment',
      collection: 'events.k8s.io/events',
      toStored: coreEventToStored,
      fromStored: coreEventFromStored,
      selectableFields: [
        'involvedObject.kind',
        'involvedObject.namespace',
        'involvedObject.name',
        'involvedObject.uid',
        'involvedObject.apiVersion',
        'involvedObject.resourceVersion',
        'involvedObject.fieldPath',
        'reason',
        'reportingComponent',
        'source',
        'type',
      ],
    },
  ],
  [
    '',
    'v1',
    'nodes',
    'Node',
    { ...CLUSTER, shortNames: ['no'], hasStatus: true, selectableFields: ['spec.unschedulable'] },
  ],
  ['', 'v1', 'limitranges', 'LimitRange', { shortNames: ['limits'] }],
  ['', 'v1', 'resourcequotas', 'ResourceQuota', { shortNames: ['quota'], hasStatus: true }],
  ['', 'v1', 'persistentvolumeclaims', 'PersistentVolumeClaim', { shortNames: ['pvc'], hasStatus: true }],
  ['', 'v1', 'podtemplates', 'PodTemplate'],
  ['', 'v1', 'replicationcontrollers', 'ReplicationController', { ...WORKLOAD, shortNames: ['rc'], scale: REPLICAS }],
  ['apps', 'v1', 'deployments', 'Deployment', { ...WORKLOAD, shortNames: ['deploy'], scale: REPLICAS }],
  ['apps', 'v1', 'replicasets', 'ReplicaSet', { ...WORKLOAD, shortNames: ['rs'], scale: REPLICAS }],
  ['apps', 'v1', 'statefulsets', 'StatefulSet', { ...WORKLOAD, shortNames: ['sts'], scale: REPLICAS }],
  ['apps', 'v1', 'daemonsets', 'DaemonSet', { ...WORKLOAD, shortNames: ['ds'] }],
  ['apps', 'v1', 'controllerrevisions', 'ControllerRevision'],
  ['batch', 'v1', 'jobs', 'Job', { ...WORKLOAD }],
  ['batch', 'v1', 'cronjobs', 'CronJob', { ...WORKLOAD, shortNames: ['cj'] }],
  [
    'autoscaling',
    'v2',
    'horizontalpodautoscalers',
    'HorizontalPodAutoscaler',
    { hasStatus: true, shortNames: ['hpa'], categories: ['all'] },
  ],
  [
    'policy',
    'v1',
    'poddisruptionbudgets',
    'PodDisruptionBudget',
    { hasStatus: true, counted: true, shortNames: ['pdb'] },
  ],
  ['coordination.k8s.io', 'v1', 'leases', 'Lease'],
  ['discovery.k8s.io', 'v1', 'endpointslices', 'EndpointSlice', { counted: true }],
  [
    'events.k8s.io',
    'v1',
    'events',
    'Event',
    {
      shortNames: ['ev'],
      nameRule: 'path-segment',
      selectableFields: [
        'regarding.kind',
        'regarding.namespace',
        'regarding.name',
        'regarding.uid',
        'reason',
        'reportingController',
        'type',
      ],
    },
  ],
  ['networking.k8s.io', 'v1', 'networkpolicies', 'NetworkPolicy', { counted: true, shortNames: ['netpol'] }],
  ['networking.k8s.io', 'v1', 'ingresses', 'Ingress', { hasStatus: true, counted: true, shortNames: ['ing'] }],
  ['scheduling.k8s.io', 'v1', 'priorityclasses', 'PriorityClass', { ...CLUSTER, shortNames: ['pc'] }],
  ['rbac.authorization.k8s.io', 'v1', 'clusterroles', 'ClusterRole', { ...CLUSTER, ...PATH_NAMED }],
  ['rbac.authorization.k8s.io', 'v1', 'clusterrolebindings', 'ClusterRoleBinding', { ...CLUSTER, ...PATH_NAMED }],
  ['rbac.authorization.k8s.io', 'v1', 'roles', 'Role', PATH_NAMED],
  ['rbac.authorization.k8s.io', 'v1', 'rolebindings', 'RoleBinding', PATH_NAMED],
  [
    'apiregistration.k8s.io',
    'v1',
    'apiservices',
    'APIService',
    { ...CLUSTER, hasStatus: true, categories: ['api-extensions'] },
  ],
  [
    'apiextensions.k8s.io',
    'v1',
    'customresourcedefinitions',
    'CustomResourceDefinition',
    { ...CLUSTER, hasStatus: true, counted: true, shortNames: ['crd', 'crds'], categories: ['api-extensions'] },
  ],
  [
    'admissionregistration.k8s.io',
    'v1',
    'validatingwebhookconfigurations',
    'ValidatingWebhookConfiguration',
    { ...CLUSTER, counted: true, categories: ['api-extensions'] },
  ],
  ['authorization.k8s.io', 'v1', 'subjectaccessreviews', 'SubjectAccessReview', { ...CLUSTER, ...EPHEMERAL }],
  ['authorization.k8s.io', 'v1', 'selfsubjectaccessreviews', 'SelfSubjectAccessReview', { ...CLUSTER, ...EPHEMERAL }],
  ['authorization.k8s.io', 'v1', 'selfsubjectrulesreviews', 'SelfSubjectRulesReview', { ...CLUSTER, ...EPHEMERAL }],
  ['authorization.k8s.io', 'v1', 'localsubjectaccessreviews', 'LocalSubjectAccessReview', EPHEMERAL],
  ['authentication.k8s.io', 'v1', 'tokenreviews', 'TokenReview', { ...CLUSTER, ...EPHEMERAL }],
  ['authentication.k8s.io', 'v1', 'selfsubjectreviews', 'SelfSubjectReview', { ...CLUSTER, ...EPHEMERAL }],
];

/** Age stands before the columns of `-o wide`; two kinds tell their time in another column. */
function withAge(kind: string): readonly Column[] {
  const columns = columnsFor(kind);
  if (kind === 'Event' || kind === 'CustomResourceDefinition') return columns;
  const wide = columns.findIndex((column) => column.priority > 0);
  return columns.toSpliced(wide < 0 ? columns.length : wide, 0, AGE);
}

/** `apps.v1.Deployment`: the field table's name, in which groups have no domain. */
function typeNameOf(group: string, version: string, kind: string): string {
  const short = group === '' ? 'core' : (group.split('.')[0] ?? group);
  return `${short === 'rbac' ? 'rbac' : short}.${version}.${kind}`;
}

/** All built-in types, in the order discovery lists them. */
export function builtInTypes(): readonly ResourceType[] {
  return ROWS.map(([group, version, plural, kind, extra = {}]) => {
    const { also = [], type = typeNameOf(group, version, kind), ...given } = extra;
    const scaleAsSubresource: readonly Subresource[] = given.scale
      ? [{ name: 'scale', kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: ['get', 'patch', 'update'] }]
      : [];
    return {
      group,
      version,
      plural,
      kind,
      singular: kind.toLowerCase(),
      listKind: `${kind}List`,
      shortNames: [],
      categories: [],
      namespaced: true,
      collection: `${group}/${plural}`,
      origin: 'built-in',
      verbs: ALL_VERBS,
      schema: objectSchema(type),
      typeName: type,
      nameRule: 'subdomain',
      hasStatus: false,
      scale: undefined,
      counted: false,
      columns: withAge(kind),
      selectableFields: [],
      prepare: (object: JsonObject, context: WriteContext): JsonObject => prepareFor(kind, object, context),
      validate: (object: ApiObject, context: WriteContext): readonly StatusCause[] => rulesFor(kind, object, context),
      toStored: (object: ApiObject) => object,
      fromStored: (object: ApiObject) => object,
      ...given,
      subresources: [...scaleAsSubresource, ...also],
    };
  });
}
