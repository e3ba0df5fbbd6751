// Manifests in, typed objects or every mistake out.
import { describe, expect, it } from '@jest/globals';
import { parse as parseYaml } from 'yaml';
import {
  inspect,
  KEDA_PARSERS,
  parseClusterTriggerAuthentication,
  parseScaledJob,
  parseScaledObject,
  parseTriggerAuthentication,
} from '../../../src/api/parse.ts';
import { ConfigError } from '../../../src/errors.ts';

const good = `
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: { name: consumer-scaler, namespace: shop }
spec:
  scaleTargetRef: { name: consumer }
  triggers:
    - type: azure-servicebus
      metadata: { queueName: orders, messageCount: "5" }
`;
/** The good object with one part of its spec replaced by YAML. */
const withSpec = (yaml: string): unknown => {
  const object = parseYaml(good) as { spec: object };
  return { ...object, spec: { ...object.spec, ...(parseYaml(yaml) as object) } };
};
const mistakes = (value: unknown) =>
  inspect('ScaledObject', value).errors.map(({ field, code, message }) => `${field} ${code}: ${message}`);
const warnings = (value: unknown) =>
  parseScaledObject(value).warnings.map(({ field, message }) => `${field}: ${message}`);

describe('parseScaledObject', () => {
  it('takes a good object, without filling in defaults', () => {
    const { object, warnings } = parseScaledObject(parseYaml(good));
    expect(warnings).toEqual([]);
    expect(object).toEqual(parseYaml(good));
  });

  it('names the object and every mistake at once', () => {
    const bad = withSpec('{ pollingInterval: 0, scaleTargetRef: {}, triggers: [] }');
    expect(() => parseScaledObject(bad)).toThrow(ConfigError);
    expect(() => parseScaledObject(bad)).toThrow(
      'ScaledObject shop/consumer-scaler: spec.scaleTargetRef.name: required, but not there: expected a string; ' +
        'spec.pollingInterval: expected at least 1, found the number 0; spec.triggers: expected it not to be empty, found an empty list',
    );
  });

  it.each([
    [
      'minReplicaCount: "2"',
      'spec.minReplicaCount WRONG_TYPE: expected a whole number, found the string "2": remove the quotes',
    ],
    ['minReplicaCount: 1.5', 'spec.minReplicaCount WRONG_TYPE: expected a whole number, found the number 1.5'],
    ['maxReplicaCount: 0', 'spec.maxReplicaCount INVALID_VALUE: expected at least 1, found the number 0'],
    [
      'maxReplicaCount: 3000000000',
      'spec.maxReplicaCount INVALID_VALUE: expected at most 2147483647, found the number 3000000000',
    ],
    ['maxReplicaCount: [1]', 'spec.maxReplicaCount WRONG_TYPE: expected a whole number, found a list'],
    ['triggers: {}', 'spec.triggers WRONG_TYPE: expected a list, found a mapping'],
    ['triggers: [redis]', 'spec.triggers[0] WRONG_TYPE: expected a mapping, found the string "redis"'],
    ['triggers: [null]', 'spec.triggers[0] WRONG_TYPE: expected a mapping, found nothing (null)'],
    [
      'triggers: [{ type: "", metadata: {} }]',
      'spec.triggers[0].type INVALID_VALUE: expected it not to be empty, found the string ""',
    ],
    ['triggers: [{ type: redis }]', 'spec.triggers[0].metadata REQUIRED: required, but not there: expected a mapping'],
    [
      'triggers: [{ type: redis, metadata: { listLength: 5 } }]',
      'spec.triggers[0].metadata.listLength WRONG_TYPE: expected a string, found the number 5: put it in quotes',
    ],
    [
      'triggers: [{ type: redis, metadata: { enableTLS: true } }]',
      'spec.triggers[0].metadata.enableTLS WRONG_TYPE: expected a string, found the boolean true: put it in quotes',
    ],
    [
      'triggers: [{ type: redis, metadata: { "a.b": 1 } }]',
      'spec.triggers[0].metadata["a.b"] WRONG_TYPE: expected a string, found the number 1: put it in quotes',
    ],
    [
      'triggers: [{ type: r, metadata: {}, authenticationRef: { name: a, kind: TriggerAuthentification } }]',
      'spec.triggers[0].authenticationRef.kind INVALID_VALUE: expected "TriggerAuthentication" or "ClusterTriggerAuthentication", found the string "TriggerAuthentification": did you mean "TriggerAuthentication"?',
    ],
    [
      'fallback: { failureThreshold: 3 }',
      'spec.fallback.replicas REQUIRED: required, but not there: expected a whole number',
    ],
    [
      'advanced: { sluice: { scaleUp: direct } }',
      'spec.advanced.sluice.scaleUp INVALID_VALUE: expected "Direct" or "HPA", found the string "direct": did you mean "Direct"?',
    ],
    [
      'advanced: { horizontalPodAutoscalerConfig: { behavior: { scaleDown: { tolerance: 0.05 } } } }',
      'spec.advanced.horizontalPodAutoscalerConfig.behavior.scaleDown.tolerance INVALID_VALUE: expected a whole number or a quantity such as 50m, found the number 0.05',
    ],
  ])('explains %s', (yaml, expected) => expect(mistakes(withSpec(yaml))).toEqual([expected]));

  it('shows no value of a field that may hold a credential', () => {
    const [text] = mistakes(withSpec('triggers: [{ type: redis, metadata: { password: 4711 } }]'));
    expect(text).toBe(
      'spec.triggers[0].metadata.password WRONG_TYPE: expected a string, found a number: put it in quotes',
    );
  });

  it.each([
    ['minReplicas: 1', 'spec.minReplicas: unknown field, which would be ignored: did you mean "minReplicaCount"?'],
    [
      'pollinginterval: 5',
      'spec.pollinginterval: unknown field, which would be ignored: did you mean "pollingInterval"?',
    ],
    ['zzz: 5', 'spec.zzz: unknown field, which would be ignored: remove it'],
    [
      'scaleTargetRef: { name: consumer, minReplicaCount: 0 }',
      'spec.scaleTargetRef.minReplicaCount: unknown here, and would be ignored: it belongs at spec.minReplicaCount (check the indentation)',
    ],
    [
      'restoreToOriginalReplicaCount: true',
      'spec.restoreToOriginalReplicaCount: unknown here, and would be ignored: it belongs at spec.advanced.restoreToOriginalReplicaCount (check the indentation)',
    ],
    [
      'triggers: [{ type: r, metadata: {}, metrictype: Value }]',
      'spec.triggers[0].metrictype: unknown field, which would be ignored: did you mean "metricType"?',
    ],
    [
      'authenticationRef: { name: x }',
      'spec.authenticationRef: unknown here, and would be ignored: it belongs at spec.triggers[].authenticationRef (check the indentation)',
    ],
    ['__proto__: {}', 'spec.__proto__: unknown field, which would be ignored: remove it'],
  ])('warns of %s', (yaml, expected) => expect(warnings(withSpec(yaml))).toEqual([expected]));

  it('keeps no unknown field', () => {
    expect(parseScaledObject(withSpec('zzz: 5')).object.spec).not.toHaveProperty('zzz');
  });
  it('reports unknown fields beside errors, because one often explains the other', () => {
    const { errors, warnings } = inspect('ScaledObject', withSpec('scaleTargetRef: { deploymentName: consumer }'));
    expect([...errors, ...warnings].map((issue) => issue.field)).toEqual([
      'spec.scaleTargetRef.name',
      'spec.scaleTargetRef.deploymentName',
    ]);
  });
  it('takes a field with nothing after the colon for absent, as the API server does', () => {
    const object = withSpec('{ fallback: , triggers: [{ type: redis, name: , metadata: { address: a, password: } }] }');
    expect(
      parseScaledObject({ ...(object as object), metadata: { name: 'a', annotations: null } }).object,
    ).toMatchObject({
      metadata: { name: 'a' },
      spec: { triggers: [{ type: 'redis', metadata: { address: 'a' } }] },
    });
  });
  it('accepts a tolerance as a quantity', () => {
    const yaml = 'advanced: { horizontalPodAutoscalerConfig: { behavior: { scaleUp: { tolerance: 50m } } } }';
    expect(mistakes(withSpec(yaml))).toEqual([]);
  });

  it('keeps a good status, and leaves out with a warning what is bad of one', () => {
    const status = {
      lastActiveTime: '2026-11-21T08:00:00Z',
      health: { 's0-x': { numberOfFailures: 1, status: 'Failing' } },
    };
    expect(parseScaledObject({ ...(parseYaml(good) as object), status }).object.status).toEqual(status);
    const { object, warnings } = parseScaledObject({
      ...(parseYaml(good) as object),
      status: { lastActiveTime: 'yesterday', hpaName: 'keda-hpa-web' },
    });
    expect(object.status).toEqual({ hpaName: 'keda-hpa-web' });
    expect(warnings).toEqual([expect.objectContaining({ field: 'status.lastActiveTime' })]);
  });

  it.each([
    ['another group', { apiVersion: 'keda.k8s.io/v1alpha1' }, 'apiVersion'],
    ['another kind', { kind: 'ScaledJob' }, 'kind'],
    ['no name', { metadata: {} }, 'metadata.name'],
    ['a name with capitals', { metadata: { name: 'Consumer' } }, 'metadata.name'],
    ['a template that was never filled in', { metadata: { name: '${APP}' } }, 'metadata.name'],
    [
      'an annotation that is no string',
      { metadata: { name: 'a', annotations: { 'autoscaling.keda.sh/paused': true } } },
      'metadata.annotations["autoscaling.keda.sh/paused"]',
    ],
    ['no spec', { spec: null }, 'spec'],
    ['a spec that is a list', { spec: [] }, 'spec'],
  ])('refuses %s', (_, change, field) => {
    const { errors } = inspect('ScaledObject', { ...(parseYaml(good) as object), ...change });
    expect(errors.map((issue) => issue.field)).toEqual([field]);
  });
  it.each([[null], [undefined], [5], ['text'], [[]]])('refuses %j with a ConfigError', (value) =>
    expect(() => parseScaledObject(value)).toThrow(ConfigError),
  );
});

describe('the other kinds', () => {
  const object = (kind: string, spec: object) => ({
    apiVersion: 'keda.sh/v1alpha1',
    kind,
    metadata: { name: 'a' },
    spec,
  });
  it('keeps every field of the Job that a ScaledJob starts', () => {
    const jobTargetRef = { backoffLimit: 1, template: { spec: { containers: [{ name: 'c', image: 'i' }] } } };
    const job = object('ScaledJob', { jobTargetRef, triggers: [{ type: 'redis', metadata: {} }] });
    expect(parseScaledJob(job)).toEqual({ object: job, warnings: [] });
  });
  it('does not know metricType on a trigger of a ScaledJob', () => {
    const triggers = [{ type: 'redis', metadata: {}, metricType: 'Value' }];
    const { warnings } = parseScaledJob(object('ScaledJob', { jobTargetRef: { template: {} }, triggers }));
    expect(warnings.map((w) => w.field)).toEqual(['spec.triggers[0].metricType']);
  });
  it('takes authentications of both kinds', () => {
    const spec = {
      secretTargetRef: [{ parameter: 'connection', name: 's', key: 'k' }],
      podIdentity: { provider: 'aws' },
    };
    expect(parseTriggerAuthentication(object('TriggerAuthentication', spec)).object.spec).toEqual(spec);
    expect(parseClusterTriggerAuthentication(object('ClusterTriggerAuthentication', spec)).object.spec).toEqual(spec);
  });
  it('refuses an unknown identity provider', () =>
    expect(() =>
      parseTriggerAuthentication(object('TriggerAuthentication', { podIdentity: { provider: 'azure' } })),
    ).toThrow(/spec\.podIdentity\.provider: expected "azure-workload"/));
  it('has a parser for each kind', () =>
    expect(Object.keys(KEDA_PARSERS).sort()).toEqual([
      'CloudEventSource',
      'ClusterCloudEventSource',
      'ClusterTriggerAuthentication',
      'ScaledJob',
      'ScaledObject',
      'TriggerAuthentication',
    ]));
});
