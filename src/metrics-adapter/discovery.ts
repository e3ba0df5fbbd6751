// What the API server and kubectl learn about us: one group, one version, one resource that stands for every metric.
import { fixed } from '../serving/answer.ts';

export const GROUP = 'external.metrics.k8s.io';
export const VERSION = 'v1beta1';
export const GROUP_VERSION = `${GROUP}/${VERSION}`;

const version = { groupVersion: GROUP_VERSION, version: VERSION };
const group = { name: GROUP, versions: [version], preferredVersion: version };

/** `/apis` */
export const apiGroupList = fixed({ kind: 'APIGroupList', apiVersion: 'v1', groups: [group] });

/** `/apis/external.metrics.k8s.io` */
export const apiGroup = fixed({ kind: 'APIGroup', apiVersion: 'v1', ...group });

/** `/apis/external.metrics.k8s.io/v1beta1`: metrics come and go, so one name stands for them all. */
export const apiResourceList = fixed({
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: GROUP_VERSION,
  resources: [
    {
      name: 'externalmetrics',
      singularName: '',
      namespaced: true,
      kind: 'ExternalMetricValueList',
      verbs: ['get'],
    },
  ],
});

export const AGGREGATED_TYPE = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** `/apis` for who asks for the aggregated form (Kubernetes 1.30 and later). */
export const aggregated = fixed(
  {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: [
      {
        metadata: { name: GROUP, creationTimestamp: null },
        versions: [
          {
            version: VERSION,
            freshness: 'Current',
            resources: [
              {
                resource: 'externalmetrics',
                responseKind: { group: GROUP, version: VERSION, kind: 'ExternalMetricValueList' },
                scope: 'Namespaced',
                singularResource: '',
                verbs: ['get'],
              },
            ],
          },
        ],
      },
    ],
  },
  AGGREGATED_TYPE,
);
