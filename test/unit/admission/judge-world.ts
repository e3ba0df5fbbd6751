// Everything around the judges, played by the test.
import type { ClusterReader, SecretStoreRules, TriggerTypes } from '../../../src/admission/ports.ts';
import type { Neighbours } from '../../../src/admission/neighbours.ts';
import type { ReviewRequest } from '../../../src/admission/review.ts';
import { triggerTypes } from '../../../src/cli/run/trigger-types.ts';
import { storeIssues } from '../../../src/cli/validate/store-sections.ts';

export interface JudgeWorld {
  types: TriggerTypes;
  stores: SecretStoreRules;
  neighbours: Neighbours;
  cluster: ClusterReader;
}

/** A cluster without neighbours, where every kind can be scaled and no workload is missing requests. */
export function aJudgeWorld(more: Partial<Neighbours> = {}, cluster: Partial<ClusterReader> = {}): JudgeWorld {
  return {
    types: triggerTypes,
    stores: { inspect: storeIssues },
    neighbours: {
      listen: () => () => {},
      known: () => true,
      scaledObjectOn: () => undefined,
      scaledObjectWithHpa: () => undefined,
      foreignHpasOn: () => [],
      ...more,
    },
    cluster: {
      scalability: async () => 'scalable',
      workload: async () => aWorkload({ requests: { cpu: '100m', memory: '64Mi' } }),
      limitRanges: async () => [],
      ...cluster,
    },
  };
}

export function aWorkload(...resources: readonly object[]): object {
  const containers = resources.map((given, i) => ({ name: `c${i}`, resources: given }));
  return { spec: { template: { spec: { containers } } } };
}

export const RABBIT = {
  type: 'rabbitmq',
  metadata: { hostFromEnv: 'HOST', queueName: 'q', mode: 'QueueLength', value: '5' },
};
export const CPU = { type: 'cpu', metricType: 'Utilization', metadata: { value: '60' } };

export function aRequest(spec: object = {}, more: Partial<ReviewRequest> = {}, metadata: object = {}): ReviewRequest {
  const object = {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: { name: 'worker', namespace: 'shop', ...metadata },
    spec: { scaleTargetRef: { name: 'worker' }, triggers: [RABBIT], ...spec },
  };
  return {
    uid: 'u1',
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    namespace: 'shop',
    name: 'worker',
    operation: 'CREATE',
    subresource: '',
    dryRun: false,
    object,
    old: undefined,
    ...more,
  };
}
