// What the admission webhook asks the API server: always anew, because what was applied a moment ago counts.
import type { ClusterReader } from '../../admission/ports.ts';
import { groupVersionOf } from '../../api/target.ts';
import type { Clock } from '../../async.ts';
import { KubeError } from '../../errors.ts';
import type { KubeClient } from '../../kube/client.ts';
import { createDiscovery } from '../../kube/discovery.ts';
import { DEPLOYMENTS, LIMIT_RANGES, STATEFUL_SETS } from '../../kube/resources.ts';

/** A kind that was missing is looked for again: the CRD comes in the same breath as the object that needs it. */
const ASK_AGAIN_MS = 500;

export function createClusterReader({ client, clock }: { client: KubeClient; clock: Clock }): ClusterReader {
  const discovery = createDiscovery({ client, clock, askAgainMs: ASK_AGAIN_MS });
  return {
    async scalability({ apiVersion, kind }, signal) {
      try {
        const { scalable } = await discovery.resourceOf({ ...groupVersionOf(apiVersion), kind }, signal);
        return scalable ? 'scalable' : 'not-scalable';
      } catch (error) {
        if (error instanceof KubeError && error.reason === 'KindNotServed') return 'unknown-kind';
        throw error;
      }
    },
    async workload({ kind, namespace, name }, signal) {
      const resource = kind === 'StatefulSet' ? STATEFUL_SETS : DEPLOYMENTS;
      try {
        return await client.get(resource, { namespace, name }, { signal });
      } catch (error) {
        if (error instanceof KubeError && error.code === 'KUBE_NOT_FOUND') return undefined;
        throw error;
      }
    },
    limitRanges: async (namespace, signal) => (await client.list(LIMIT_RANGES, { namespace, signal })).items,
  };
}
