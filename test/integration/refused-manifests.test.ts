// What the API server itself refuses of all six kinds, by the rules in their CRDs: nothing of Sluice has to run for it.
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { kinds } from '../../src/api/kinds.ts';
import { systemClock } from '../../src/async.ts';
import type { KubeObject } from '../../src/kube/client.ts';
import { freePort } from '../../src/sandbox/free-port.ts';
import { type Cluster, NAMESPACE, startCluster } from '../support/cluster.ts';

// A real control plane takes its time to start.
jest.setTimeout(60_000);
const { signal } = new AbortController();

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({ clock: systemClock, metricsPort: await freePort() });
});
afterAll(async () => {
  await cluster.stop();
});

type Kind = keyof typeof kinds;
const REDIS = { type: 'redis', metadata: { address: 'r:6379', listName: 'l' } };
const CPU = { type: 'cpu', metricType: 'Utilization', metadata: { value: '60' } };
const POD = { containers: [{ name: 'main', image: 'worker:1' }] };

let count = 0;
/** The verdict on a creation that is only tried. */
async function create(kind: Kind, spec: unknown): Promise<string> {
  const { resource } = kinds[kind];
  const metadata = { name: `tried-${count++}`, ...(resource.namespaced ? { namespace: NAMESPACE } : {}) };
  const object = { apiVersion: `${resource.group}/${resource.version}`, kind, metadata, spec } as unknown as KubeObject;
  return cluster.client.create(resource, object, { signal }).then(
    () => 'created',
    (error: Error & { readonly code?: string }) => `${error.code ?? ''} ${error.message}`,
  );
}

const scaledObject = (more: object) => ({ scaleTargetRef: { name: 'worker' }, triggers: [REDIS], ...more });
const modifiers = (given: object) => scaledObject({ advanced: { scalingModifiers: given } });
const fallback = (more: object) => ({ fallback: { failureThreshold: 1, replicas: 1, ...more } });
const scaledJob = (more: object, pod: object = {}) => ({
  jobTargetRef: { template: { spec: { ...POD, ...pod } } },
  triggers: [REDIS],
  ...more,
});
const oauth2 = (more: object) => ({ oauth2: { clientId: 'c', tokenUrl: 'https://login.example.com/token', ...more } });
const events = (more: object) => ({ destination: { http: { uri: 'http://events' } }, ...more });
const READY = ['keda.scaledobject.ready.v1'];

describe('the API server', () => {
  it.each<[Kind, string, unknown, RegExp]>([
    ['ScaledObject', 'no spec', undefined, /spec.*[Rr]equired/],
    ['ScaledObject', 'no trigger', scaledObject({ triggers: [] }), /spec\.triggers/],
    ['ScaledObject', 'a mapping for a list', scaledObject({ triggers: REDIS }), /spec\.triggers.*array/],
    ['ScaledObject', 'a number as a string', scaledObject({ maxReplicaCount: '5' }), /spec\.maxReplicaCount.*integer/],
    ['ScaledObject', 'a negative period', scaledObject({ cooldownPeriod: -1 }), /spec\.cooldownPeriod/],
    [
      'ScaledObject',
      'a number in metadata',
      scaledObject({ triggers: [{ type: 'redis', metadata: { listLength: 5 } }] }),
      /spec\.triggers\[0\]\.metadata\.listLength/,
    ],
    [
      'ScaledObject',
      'a trigger’s name twice',
      scaledObject({
        triggers: [
          { ...REDIS, name: 'заказы' },
          { ...REDIS, name: 'заказы' },
        ],
      }),
      /two triggers have the same name/,
    ],
    [
      'ScaledObject',
      'cached metrics of cron',
      scaledObject({ triggers: [{ type: 'cron', metadata: {}, useCachedMetrics: true }] }),
      /useCachedMetrics has no meaning/,
    ],
    [
      'ScaledObject',
      'a utilization of a queue',
      scaledObject({ triggers: [{ ...REDIS, metricType: 'Utilization' }] }),
      /metricType must be AverageValue or Value/,
    ],
    [
      'ScaledObject',
      'a value of cpu',
      scaledObject({ triggers: [{ ...CPU, metricType: 'Value' }] }),
      /metricType must be AverageValue or Value/,
    ],
    ['ScaledObject', '257 triggers', scaledObject({ triggers: Array.from({ length: 257 }, () => REDIS) }), /256/],
    [
      'ScaledObject',
      'min above max',
      scaledObject({ minReplicaCount: 3, maxReplicaCount: 2 }),
      /must not be above maxReplicaCount/,
    ],
    ['ScaledObject', 'idle without min', scaledObject({ idleReplicaCount: 0 }), /idleReplicaCount must be below/],
    ['ScaledObject', 'a negative fallback', scaledObject(fallback({ replicas: -1 })), /spec\.fallback\.replicas/],
    [
      'ScaledObject',
      'an unknown fallback',
      scaledObject(fallback({ behavior: 'current' })),
      /spec\.fallback\.behavior/,
    ],
    [
      'ScaledObject',
      'a fallback for cpu',
      scaledObject({ triggers: [CPU], ...fallback({}) }),
      /fallback needs a trigger other than cpu/,
    ],
    [
      'ScaledObject',
      'a fallback by no formula',
      scaledObject(fallback({ behavior: 'scalingModifiers' })),
      /needs advanced\.scalingModifiers\.formula/,
    ],
    ['ScaledObject', 'a formula without target', modifiers({ formula: '1' }), /needs both formula and target/],
    [
      'ScaledObject',
      'a target that is no number',
      modifiers({ formula: '1', target: 'five' }),
      /target must be a number above zero/,
    ],
    [
      'ScaledObject',
      'a target of zero',
      modifiers({ formula: '1', target: '0.0' }),
      /target must be a number above zero/,
    ],
    [
      'ScaledObject',
      'an activation that is no number',
      modifiers({ formula: '1', target: '5', activationTarget: '1.2.3' }),
      /activationTarget must be a number/,
    ],
    ['ScaledJob', 'no template', scaledJob({ jobTargetRef: {} }), /spec\.jobTargetRef\.template/],
    [
      'ScaledJob',
      'an unknown strategy',
      scaledJob({ scalingStrategy: { strategy: 'acurate' } }),
      /spec\.scalingStrategy\.strategy/,
    ],
    ['ScaledJob', 'an unknown rollout', scaledJob({ rollout: { strategy: 'default' } }), /spec\.rollout\.strategy/],
    ['ScaledJob', 'a negative limit', scaledJob({ failedJobsHistoryLimit: -1 }), /spec\.failedJobsHistoryLimit/],
    ['ScaledJob', 'room for no Job', scaledJob({ maxReplicaCount: 0 }), /spec\.maxReplicaCount/],
    [
      'ScaledJob',
      'a pod that always starts again',
      scaledJob({}, { restartPolicy: 'Always' }),
      /spec\.jobTargetRef\.template\.spec\.restartPolicy/,
    ],
    [
      'ScaledJob',
      'cached metrics of cpu',
      scaledJob({ triggers: [{ ...CPU, metricType: undefined, useCachedMetrics: true }] }),
      /useCachedMetrics has no meaning/,
    ],
    [
      'TriggerAuthentication',
      'half a reference',
      { secretTargetRef: [{ parameter: 'host', name: 's' }] },
      /secretTargetRef\[0\]\.key/,
    ],
    [
      'TriggerAuthentication',
      'an unknown provider',
      { podIdentity: { provider: 'azure' } },
      /spec\.podIdentity\.provider/,
    ],
    [
      'TriggerAuthentication',
      'an empty identity',
      { podIdentity: { provider: 'azure-workload', identityId: '' } },
      /identityId must not be empty/,
    ],
    [
      'TriggerAuthentication',
      'an authority host without a tenant',
      { podIdentity: { provider: 'azure-workload', identityAuthorityHost: 'h' } },
      /identityAuthorityHost needs identityTenantId/,
    ],
    [
      'TriggerAuthentication',
      'two roles',
      { podIdentity: { provider: 'aws', roleArn: 'r', identityOwner: 'workload' } },
      /exclude each other/,
    ],
    [
      'TriggerAuthentication',
      'an external ID without a role',
      { podIdentity: { provider: 'aws', externalID: 'e' } },
      /externalID needs roleArn/,
    ],
    ['TriggerAuthentication', 'oauth2 without a client', oauth2({ clientId: '' }), /clientId must not be empty/],
    ['TriggerAuthentication', 'a relative tokenUrl', oauth2({ tokenUrl: '/token' }), /tokenUrl must be an absolute/],
    ['TriggerAuthentication', 'an unknown flow', oauth2({ type: 'password' }), /spec\.oauth2\.type/],
    ['TriggerAuthentication', 'a file', { filePath: 'a.json' }, /for a ClusterTriggerAuthentication only/],
    ['ClusterTriggerAuthentication', 'a file elsewhere', { filePath: '../a.json' }, /relative path/],
    ['CloudEventSource', 'no destination', {}, /spec\.destination/],
    [
      'CloudEventSource',
      'types to send and not to send',
      events({ eventSubscription: { includedEventTypes: READY, excludedEventTypes: READY } }),
      /exclude each other/,
    ],
    [
      'ClusterCloudEventSource',
      'an unknown type',
      events({ eventSubscription: { includedEventTypes: ['keda.scaledobject.ready'] } }),
      /spec\.eventSubscription\.includedEventTypes/,
    ],
  ])('refuses a %s with %s', async (kind, _, spec, message) => {
    const verdict = await create(kind, spec);
    expect(verdict).toMatch(/^KUBE_INVALID /);
    expect(verdict).toMatch(message);
  });

  it.each<[Kind, string, unknown]>([
    [
      'ScaledObject',
      'every metric type that KEDA takes',
      scaledObject({ triggers: [CPU, { ...REDIS, metricType: 'Value' }, { ...REDIS, metricType: '' }] }),
    ],
    [
      'ScaledObject',
      '256 triggers with names',
      scaledObject({ triggers: Array.from({ length: 256 }, (_, i) => ({ ...REDIS, name: `q${i}` })) }),
    ],
    ['ScaledObject', 'a target in every form', modifiers({ formula: '1', target: '+.5e1', activationTarget: '-3.' })],
    ['ScaledObject', 'empty modifiers', modifiers({})],
    ['ScaledJob', 'a Job’s own fields', scaledJob({}, { restartPolicy: 'Never', nodeSelector: { disk: 'ssd' } })],
    [
      'ScaledJob',
      'a percentage that is none, which KEDA takes too',
      scaledJob({ scalingStrategy: { strategy: 'custom', customScalingRunningJobPercentage: 'half' } }),
    ],
    ['TriggerAuthentication', 'nothing', {}],
    ['ClusterTriggerAuthentication', 'a file', { filePath: 'team..a/b.json' }],
    [
      'CloudEventSource',
      'one empty list',
      events({ eventSubscription: { includedEventTypes: READY, excludedEventTypes: [] } }),
    ],
  ])('takes a %s with %s', async (kind, _, spec) => {
    expect(await create(kind, spec)).toBe('created');
  });
});
