// Where Sluice works, on what, and which of its parts run.
import { flag, integer, list, option, text } from './option.ts';

export const scopeOptions = {
  kubeconfig: option({
    flag: '--kubeconfig',
    value: 'FILE',
    env: 'KUBECONFIG',
    default: '',
    schema: text,
    describe: 'Kubeconfig file; without it the pod’s service account, then ~/.kube/config',
  }),
  context: option({
    flag: '--context',
    value: 'NAME',
    env: 'SLUICE_CONTEXT',
    default: '',
    schema: text,
    describe: 'Context of the kubeconfig',
  }),
  watchNamespaces: option({
    flag: '--watch-namespace',
    value: 'LIST',
    env: 'WATCH_NAMESPACE',
    default: '',
    schema: list,
    describe: 'Namespaces to serve, separated by commas; empty serves all',
  }),
  podNamespace: option({
    flag: '--pod-namespace',
    value: 'NAME',
    env: 'POD_NAMESPACE',
    default: 'sluice',
    schema: text,
    describe: 'Namespace of Sluice itself: certificate Secret, Events of its own',
  }),
  clusterObjectNamespace: option({
    flag: '--cluster-object-namespace',
    value: 'NAME',
    env: 'KEDA_CLUSTER_OBJECT_NAMESPACE',
    default: '',
    schema: text,
    describe: 'Namespace of the Secrets that a ClusterTriggerAuthentication names; empty is --pod-namespace',
  }),
  membership: option({
    flag: '--membership',
    env: 'SLUICE_MEMBERSHIP',
    default: 'false',
    schema: flag,
    describe:
      'Share the objects with the other replicas of the same --service-name, by Leases in --pod-namespace; needed for more than one',
  }),
  identity: option({
    flag: '--identity',
    value: 'NAME',
    env: 'POD_NAME',
    default: '',
    schema: text.refine((v) => /^[-.\w]*$/.test(v), 'expected letters, digits, - . and _'),
    describe: 'Name of this replica on its Lease and in requests; empty is the host name',
  }),
  controller: option({
    flag: '--controller',
    env: 'SLUICE_CONTROLLER',
    default: 'true',
    schema: flag,
    describe: 'Run the controller',
  }),
  metricsAdapter: option({
    flag: '--metrics-adapter',
    env: 'SLUICE_METRICS_ADAPTER',
    default: 'true',
    schema: flag,
    describe: 'Serve external.metrics.k8s.io',
  }),
  readTimeoutMs: option({
    flag: '--read-timeout',
    value: 'MS',
    env: 'KEDA_HTTP_DEFAULT_TIMEOUT',
    default: '3000',
    schema: integer(100, 60_000),
    describe: 'Deadline of one read of a source, in milliseconds',
  }),
} as const;
