// Every right that Sluice uses, and what does not work without it. `sluice doctor` asks for each; the chart grants them.
import { EXTERNAL_METRICS } from './api-service.ts';

/** Where it is used: the namespaces that are served (or all), Sluice's own namespace, kube-system, or on what is in no namespace. */
export type PermissionScope = 'served' | 'own' | 'kube-system' | 'cluster';

export interface Permission {
  readonly scope: PermissionScope;
  readonly group: string;
  /** With its subresource: `deployments/scale`. `*` for any, in RBAC's sense. */
  readonly resource: string;
  /** Of the only object that is meant. */
  readonly resourceName?: string;
  readonly verbs: readonly Verb[];
  /** `sometimes`: a narrower installation may do without it on purpose. */
  readonly needed: 'always' | 'sometimes';
  readonly without: string;
}

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';

/** What of the program is switched on, as far as its rights depend on it. */
export interface UsedParts {
  readonly controller: boolean;
  readonly metricsAdapter: boolean;
  readonly membership: boolean;
  /** Of the Secret with the self-made certificates; undefined when they are supplied as files. */
  readonly certSecretName: string | undefined;
  /** Whether the CA is written into the APIService and the webhook's configuration. */
  readonly publishesCa: boolean;
  /** Undefined without the admission webhook. */
  readonly webhookConfiguration: string | undefined;
  /** Empty: all. */
  readonly watchNamespaces: readonly string[];
}

const READ: readonly Verb[] = ['get', 'list', 'watch'];

export function permissionsFor(parts: UsedParts): readonly Permission[] {
  return [
    ...(parts.controller ? CONTROLLER : []),
    ...(parts.controller ? (parts.watchNamespaces.length === 0 ? WHERE_ALL_IS_SERVED : WHERE_SOME_IS_SERVED) : []),
    ...(parts.metricsAdapter ? ADAPTER : []),
    ...(parts.webhookConfiguration === undefined ? [] : [LIMIT_RANGES]),
    ...(parts.membership ? [LEASES] : []),
    ...(parts.certSecretName === undefined ? [] : certificates(parts.certSecretName)),
    ...(parts.publishesCa && parts.metricsAdapter ? [apiService] : []),
    ...(parts.publishesCa && parts.webhookConfiguration !== undefined ? [webhook(parts.webhookConfiguration)] : []),
  ];
}

const served = (
  group: string,
  resource: string,
  verbs: readonly Verb[],
  without: string,
  needed: Permission['needed'] = 'always',
): Permission => ({ scope: 'served', group, resource, verbs, needed, without });

const CONTROLLER: readonly Permission[] = [
  served('keda.sh', 'scaledobjects', [...READ, 'patch'], 'nothing is scaled'),
  served(
    'keda.sh',
    'scaledobjects/status',
    ['patch'],
    'no ScaledObject shows its conditions, and cooldowns begin anew with every restart',
  ),
  served(
    'keda.sh',
    'scaledobjects/finalizers',
    ['update'],
    'HPAs cannot be created where owner references are checked (OpenShift)',
    'sometimes',
  ),
  served('keda.sh', 'scaledjobs', [...READ, 'patch'], 'no Jobs are started'),
  served('keda.sh', 'scaledjobs/status', ['patch'], 'no ScaledJob shows its conditions'),
  served(
    'keda.sh',
    'scaledjobs/finalizers',
    ['update'],
    'Jobs cannot be created where owner references are checked (OpenShift)',
    'sometimes',
  ),
  served('batch', 'jobs', [...READ, 'create', 'delete'], 'no ScaledJob starts a Job'),
  served('keda.sh', 'triggerauthentications', [...READ, 'patch'], 'triggers with an authenticationRef do not work'),
  served('keda.sh', 'triggerauthentications/status', ['patch'], 'their status does not name their users'),
  served(
    'autoscaling',
    'horizontalpodautoscalers',
    [...READ, 'create', 'patch', 'delete'],
    'between one replica and the maximum nothing is scaled',
  ),
  served('apps', 'deployments', READ, 'Deployments are looked at with one request each'),
  served('apps', 'statefulsets', READ, 'StatefulSets are looked at with one request each'),
  served('apps', 'deployments/scale', ['get', 'patch'], 'no Deployment is scaled'),
  served('apps', 'statefulsets/scale', ['get', 'patch'], 'no StatefulSet is scaled'),
  served('*', '*/scale', ['get', 'patch'], 'only Deployments and StatefulSets can be scaled', 'sometimes'),
  served(
    '',
    'secrets',
    READ,
    'triggers whose Secret is not granted by name or in its namespace do not work',
    'sometimes',
  ),
  served('', 'configmaps', READ, 'triggers that take a value from a ConfigMap do not work'),
  served(
    '',
    'serviceaccounts',
    READ,
    'pod identities aws with identityOwner workload, and aws-eks, do not work',
    'sometimes',
  ),
  served(
    '',
    'pods',
    ['list', 'watch'],
    'kubernetes-workload triggers do not work, nor ScaledJobs of strategy accurate or eager',
    'sometimes',
  ),
  served(
    'discovery.k8s.io',
    'endpointslices',
    ['list', 'watch'],
    'metrics-api triggers with aggregateFromKubeServiceEndpoints do not work',
    'sometimes',
  ),
  served('events.k8s.io', 'events', ['create', 'patch'], 'kubectl describe shows no Events'),
  served('eventing.keda.sh', 'cloudeventsources', ['list', 'watch', 'patch'], 'no CloudEvents are sent', 'sometimes'),
  served('eventing.keda.sh', 'cloudeventsources/status', ['patch'], 'their status does not tell whether they work'),
  {
    scope: 'cluster',
    group: 'keda.sh',
    resource: 'clustertriggerauthentications',
    verbs: READ,
    needed: 'always',
    without: 'triggers with a ClusterTriggerAuthentication do not work',
  },
  {
    scope: 'cluster',
    group: 'eventing.keda.sh',
    resource: 'clustercloudeventsources',
    verbs: ['list', 'watch'],
    needed: 'sometimes',
    without: 'no CloudEvents are sent to a ClusterCloudEventSource',
  },
];

const patched = (group: string, resource: string, without: string): Permission => ({
  scope: 'cluster',
  group,
  resource,
  verbs: ['patch'],
  needed: 'always',
  without,
});

const WHERE_ALL_IS_SERVED: readonly Permission[] = [
  patched('keda.sh', 'clustertriggerauthentications', 'those that KEDA left its finalizer on cannot be deleted'),
  patched('keda.sh', 'clustertriggerauthentications/status', 'their status does not name their users'),
  patched('eventing.keda.sh', 'clustercloudeventsources', 'those that KEDA left its finalizer on cannot be deleted'),
  patched('eventing.keda.sh', 'clustercloudeventsources/status', 'their status does not tell whether they work'),
];

/** What is served does not hold it there, and ClusterTriggerAuthentications refer to it. */
const WHERE_SOME_IS_SERVED: readonly Permission[] = [
  {
    scope: 'own',
    group: '',
    resource: 'configmaps',
    verbs: READ,
    needed: 'always',
    without: 'ClusterTriggerAuthentications that take a value from a ConfigMap do not work',
  },
  {
    scope: 'own',
    group: '',
    resource: 'secrets',
    verbs: READ,
    needed: 'sometimes',
    without: 'ClusterTriggerAuthentications whose Secret is not granted by name do not work',
  },
];

const ADAPTER: readonly Permission[] = [
  {
    scope: 'kube-system',
    group: '',
    resource: 'configmaps',
    resourceName: 'extension-apiserver-authentication',
    verbs: ['list', 'watch'],
    needed: 'always',
    without: 'the metrics API believes nobody, so HPAs get no metrics',
  },
  {
    scope: 'cluster',
    group: 'authentication.k8s.io',
    resource: 'tokenreviews',
    verbs: ['create'],
    needed: 'always',
    without: 'the metrics API knows nobody by a token',
  },
  {
    scope: 'cluster',
    group: 'authorization.k8s.io',
    resource: 'subjectaccessreviews',
    verbs: ['create'],
    needed: 'always',
    without: 'the metrics API lets nobody in, so HPAs get no metrics',
  },
];

const LIMIT_RANGES = served(
  '',
  'limitranges',
  ['list'],
  'cpu and memory triggers are accepted whose pods request none of it',
);

const LEASES: Permission = {
  scope: 'own',
  group: 'coordination.k8s.io',
  resource: 'leases',
  verbs: ['list', 'watch', 'create', 'patch', 'delete'],
  needed: 'always',
  without: 'replicas cannot share out the objects, so none of them works',
};

const certificates = (resourceName: string): readonly Permission[] => {
  const secret = { scope: 'own', group: '', resource: 'secrets', needed: 'always' } as const;
  return [
    { ...secret, verbs: ['create'], without: 'there is no serving certificate, so no metrics API' },
    {
      ...secret,
      resourceName,
      verbs: ['get', 'update'],
      without: 'the serving certificate cannot be kept and renewed',
    },
  ];
};

const apiService: Permission = {
  scope: 'cluster',
  group: 'apiregistration.k8s.io',
  resource: 'apiservices',
  resourceName: EXTERNAL_METRICS,
  verbs: ['get', 'patch'],
  needed: 'always',
  without: 'the API server does not trust the metrics API, so HPAs get no metrics',
};

const webhook = (resourceName: string): Permission => ({
  scope: 'cluster',
  group: 'admissionregistration.k8s.io',
  resource: 'validatingwebhookconfigurations',
  resourceName,
  verbs: ['get', 'patch'],
  needed: 'always',
  without: 'the API server does not trust the webhook, so objects are accepted unchecked or not at all',
});
