// Whether a pod may be evicted: every PodDisruptionBudget that selects it must have a disruption left.
import { type ApiObject, listAt, numberAt, objectAt, textAt } from './object.ts';
import { selectorFromObject } from './selectors.ts';
import { StatusError } from './status.ts';
import type { Storage } from './storage.ts';

/** Throws 429 that names the budget in the way. */
export function decideEviction(storage: Storage, pod: ApiObject): void {
  const { namespace, name } = pod.metadata;
  const labels = pod.metadata.labels ?? {};
  const budgets = storage
    .list('policy/poddisruptionbudgets', namespace)
    .filter((budget) => selectorFromObject(objectAt(budget, 'spec')['selector'])(labels));
  for (const budget of budgets) {
    const pods = storage
      .list('/pods', namespace)
      .filter((p) => selectorFromObject(objectAt(budget, 'spec')['selector'])(p.metadata.labels ?? {}));
    const healthy = pods.filter(isReady).length;
    const allowed = allowedDisruptions(budget, pods.length, healthy);
    if (allowed > 0 || !isReady(pod)) continue;
    throw new StatusError(429, 'TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", {
      details: {
        name,
        kind: 'pods',
        causes: [
          {
            reason: 'DisruptionBudget',
            message: `The disruption budget ${budget.metadata.name} has ${healthy} healthy pods and allows no disruption`,
          },
        ],
      },
      retryAfterSeconds: 10,
    });
  }
}

function allowedDisruptions(budget: ApiObject, total: number, healthy: number): number {
  const spec = objectAt(budget, 'spec');
  const most = share(spec['maxUnavailable'], total);
  const least = most === undefined ? (share(spec['minAvailable'], total) ?? 1) : total - most;
  return Math.max(0, healthy - least);
}

/** A count, or a percentage of all pods, rounded up. */
function share(value: unknown, total: number): number | undefined {
  if (typeof value === 'number') return value;
  const percent = typeof value === 'string' ? /^(\d+)%$/.exec(value)?.[1] : undefined;
  return percent === undefined ? undefined : Math.ceil((Number(percent) * total) / 100);
}

function isReady(pod: ApiObject): boolean {
  return (
    listAt(pod, 'status', 'conditions').some((c) => textAt(c, 'type') === 'Ready' && textAt(c, 'status') === 'True') &&
    (numberAt(pod.metadata, 'deletionGracePeriodSeconds') ?? -1) < 0
  );
}
