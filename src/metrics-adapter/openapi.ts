// OpenAPI of the one resource, small but true: the aggregator merges it, kubectl explain reads it.
import { fixed, hashOf } from '../serving/answer.ts';
import { GROUP, GROUP_VERSION, VERSION } from './discovery.ts';

const info = { title: 'Sluice external metrics', version: VERSION };
const PATH = `/apis/${GROUP_VERSION}/namespaces/{namespace}/{metric}`;
const KIND = { group: GROUP, version: VERSION, kind: 'ExternalMetricValueList' };
const LIST = 'io.k8s.metrics.pkg.apis.external_metrics.v1beta1.ExternalMetricValueList';
const VALUE = 'io.k8s.metrics.pkg.apis.external_metrics.v1beta1.ExternalMetricValue';

/** The two versions differ in where definitions live and in how a parameter's type is written. */
const schemas = (prefix: string): Record<string, unknown> => ({
  [LIST]: {
    type: 'object',
    description: 'Values of one external metric',
    required: ['items'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
      items: { type: 'array', items: { $ref: `${prefix}${VALUE}` } },
    },
    'x-kubernetes-group-version-kind': [KIND],
  },
  [VALUE]: {
    type: 'object',
    description: 'One value with the moment at which the source gave it',
    required: ['metricName', 'timestamp', 'value'],
    properties: {
      metricName: { type: 'string' },
      metricLabels: { type: 'object', additionalProperties: { type: 'string' } },
      timestamp: { type: 'string', format: 'date-time' },
      window: { type: 'integer', format: 'int64' },
      value: { type: 'string', description: 'A Kubernetes quantity' },
    },
  },
});

const operation = {
  description: 'Read one external metric',
  operationId: 'readExternalMetricsV1beta1NamespacedMetric',
  tags: ['externalMetrics_v1beta1'],
  'x-kubernetes-action': 'get',
  'x-kubernetes-group-version-kind': KIND,
};

/** `/openapi/v2` */
export const openApiV2 = fixed({
  swagger: '2.0',
  info,
  paths: {
    [PATH]: {
      get: {
        ...operation,
        produces: ['application/json'],
        schemes: ['https'],
        parameters: [
          { name: 'namespace', in: 'path', required: true, type: 'string' },
          { name: 'metric', in: 'path', required: true, type: 'string' },
          { name: 'labelSelector', in: 'query', type: 'string' },
        ],
        responses: { '200': { description: 'OK', schema: { $ref: `#/definitions/${LIST}` } } },
      },
    },
  },
  definitions: schemas('#/definitions/'),
});

const string = { schema: { type: 'string' } };

/** `/openapi/v3/apis/external.metrics.k8s.io/v1beta1` */
export const openApiV3 = fixed({
  openapi: '3.0.0',
  info,
  paths: {
    [PATH]: {
      get: {
        ...operation,
        parameters: [
          { name: 'namespace', in: 'path', required: true, ...string },
          { name: 'metric', in: 'path', required: true, ...string },
          { name: 'labelSelector', in: 'query', ...string },
        ],
        responses: {
          '200': {
            description: 'OK',
            content: { 'application/json': { schema: { $ref: `#/components/schemas/${LIST}` } } },
          },
        },
      },
    },
  },
  components: { schemas: schemas('#/components/schemas/') },
});

/** `/openapi/v3`: the hash lets a client keep the document for as long as it stays the same. */
export const openApiV3Index = fixed({
  paths: {
    [`apis/${GROUP_VERSION}`]: {
      serverRelativeURL: `/openapi/v3/apis/${GROUP_VERSION}?hash=${hashOf(openApiV3.body)}`,
    },
  },
});
