// What becomes of the ScaledJobs: which are not ready, and does anybody look after them at all?
import { isPaused } from '../../api/annotations.ts';
import { scaledJobs } from '../../api/names.ts';
import type { KubeObject } from '../../kube/client.ts';
import type { ClusterView } from './cluster.ts';
import { type Condition, type Judged, listServed, neglected, notReady, summary } from './conditions.ts';
import { type Check, tellOf } from './finding.ts';

const tell = tellOf('ScaledJobs');

/** Nothing where there are none. */
export async function* checkScaledJobs(view: ClusterView): Check {
  const objects = await listServed(view, scaledJobs, pruned);
  if (objects.length === 0) return;
  yield summary(tell, objects);
  yield* neglected(tell, objects, view.now());
  yield* notReady(tell, scaledJobs, objects);
}

function pruned(object: KubeObject): Judged {
  const { apiVersion, kind, metadata, status } = object as KubeObject & {
    readonly status?: { readonly conditions?: readonly Condition[] };
  };
  const { name, namespace = '', creationTimestamp = '' } = metadata;
  return {
    apiVersion,
    kind,
    metadata: { name, namespace, creationTimestamp },
    ready: status?.conditions?.find(({ type }) => type === 'Ready'),
    isPaused: isPaused({ metadata }),
  };
}
