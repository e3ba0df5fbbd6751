// The kinds of Kubernetes' own that Sluice reads or writes. Everything else is found by discovery.
import type { Resource } from './client.ts';

const define = (group: string, version: string, plural: string, kind: string, namespaced = true): Resource => ({
  group,
  version,
  plural,
  kind,
  namespaced,
});

export const NAMESPACES = define('', 'v1', 'namespaces', 'Namespace', false);
export const NODES = define('', 'v1', 'nodes', 'Node', false);
export const PODS = define('', 'v1', 'pods', 'Pod');
export const SECRETS = define('', 'v1', 'secrets', 'Secret');
export const CONFIG_MAPS = define('', 'v1', 'configmaps', 'ConfigMap');
export const LIMIT_RANGES = define('', 'v1', 'limitranges', 'LimitRange');
export const SERVICES = define('', 'v1', 'services', 'Service');
export const SERVICE_ACCOUNTS = define('', 'v1', 'serviceaccounts', 'ServiceAccount');
export const DEPLOYMENTS = define('apps', 'v1', 'deployments', 'Deployment');
export const STATEFUL_SETS = define('apps', 'v1', 'statefulsets', 'StatefulSet');
export const REPLICA_SETS = define('apps', 'v1', 'replicasets', 'ReplicaSet');
export const JOBS = define('batch', 'v1', 'jobs', 'Job');
export const HORIZONTAL_POD_AUTOSCALERS = define(
  'autoscaling',
  'v2',
  'horizontalpodautoscalers',
  'HorizontalPodAutoscaler',
);
export const ENDPOINT_SLICES = define('discovery.k8s.io', 'v1', 'endpointslices', 'EndpointSlice');
export const LEASES = define('coordination.k8s.io', 'v1', 'leases', 'Lease');
export const EVENTS = define('events.k8s.io', 'v1', 'events', 'Event');
export const CUSTOM_RESOURCE_DEFINITIONS = define(
  'apiextensions.k8s.io',
  'v1',
  'customresourcedefinitions',
  'CustomResourceDefinition',
  false,
);
export const API_SERVICES = define('apiregistration.k8s.io', 'v1', 'apiservices', 'APIService', false);
export const VALIDATING_WEBHOOK_CONFIGURATIONS = define(
  'admissionregistration.k8s.io',
  'v1',
  'validatingwebhookconfigurations',
  'ValidatingWebhookConfiguration',
  false,
);

export const SCALED_OBJECTS = define('keda.sh', 'v1alpha1', 'scaledobjects', 'ScaledObject');
export const SCALED_JOBS = define('keda.sh', 'v1alpha1', 'scaledjobs', 'ScaledJob');
export const TRIGGER_AUTHENTICATIONS = define('keda.sh', 'v1alpha1', 'triggerauthentications', 'TriggerAuthentication');
export const CLUSTER_TRIGGER_AUTHENTICATIONS = define(
  'keda.sh',
  'v1alpha1',
  'clustertriggerauthentications',
  'ClusterTriggerAuthentication',
  false,
);
