// `kubernetes-workload`: how many pods of the object's namespace match a selector, or how many nodes they are on.
import { z } from 'zod';
import { defineScaler } from './define.ts';
import { decimal, field, flag, text } from './fields.ts';
import { createCensus, podFacts } from './kubernetes-workload/census.ts';
import { parseLabelSelector } from './kubernetes-workload/label-selector.ts';
import { leaseWatch } from './lease-watch.ts';

const KubernetesWorkload = z.object({
  podSelector: field(text(), 'Label selector of the pods to count, such as `app in (web, api), tier!=test`.'),
  value: field(decimal(), 'Pods (nodes with groupByNode) for each replica.'),
  activationValue: field(decimal().prefault('0'), 'The workload is active above this number.'),
  groupByNode: field(flag().prefault('false'), 'Whether to count the nodes that the pods are on instead of the pods.'),
});

export const kubernetesWorkload = defineScaler({
  type: 'kubernetes-workload',
  summary: 'Scales on the number of other pods in the namespace, or of the nodes they are on.',
  config: KubernetesWorkload,
  targetField: 'value',
  review({ podSelector, value }, { refuse }) {
    // An HPA's target is above 0, and has three decimals.
    if (value !== undefined && Math.round(value * 1_000) < 1) refuse('value', 'expected at least 0.001');
    if (podSelector === undefined) return;
    try {
      parseLabelSelector(podSelector);
    } catch (error) {
      refuse('podSelector', `expected a label selector such as app=web: ${(error as SyntaxError).message}`);
    }
  },
  // As KEDA names it: triggers of one object differ by their index.
  metric: (c, { owner }) => ({ name: `workload-${owner.namespace}`, target: c.value, activation: c.activationValue }),
  sourceId: (_c, { owner }) => `pods:${owner.namespace}`,
  batches: () => false,
  async connect(c, deps, { sourceId, owner }) {
    const { client, release } = await leaseWatch(deps, sourceId, { kind: 'Pod', namespace: owner.namespace }, podFacts);
    const census = createCensus(client, parseLabelSelector(c.podSelector));
    return {
      async read(signal) {
        await client.current(signal);
        return { value: c.groupByNode ? census.nodes() : census.pods() };
      },
      watch: census.watch,
      async close() {
        census.close();
        await release();
      },
    };
  },
});
