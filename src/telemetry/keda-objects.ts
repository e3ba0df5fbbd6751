// KEDA's series about objects as a whole, and about what there is of them.
import type { Family, Sample } from './exposition.ts';
import type { ResourceFigures, Snapshot } from './figures.ts';

export const objectFamilies: readonly Family[] = [
  {
    name: 'keda_scaled_object_paused',
    type: 'gauge',
    help: '1 while a ScaledObject is paused as a whole, 0 otherwise',
    labels: ['namespace', 'scaledObject'],
    samples: each('scaledobject', ({ isPaused }) => Number(isPaused)),
  },
  {
    name: 'keda_scaled_object_errors_total',
    type: 'counter',
    help: 'Failed reads of triggers, refusals and failed looks of a ScaledObject',
    labels: ['namespace', 'scaledObject'],
    samples: each('scaledobject', ({ errors }) => errors),
  },
  {
    name: 'keda_scaled_job_errors_total',
    type: 'counter',
    help: 'Failed reads of triggers, refusals and failed looks of a ScaledJob',
    labels: ['namespace', 'scaledJob'],
    samples: each('scaledjob', ({ errors }) => errors),
  },
  {
    name: 'keda_internal_scale_loop_latency_seconds',
    type: 'gauge',
    help: 'How much later than due the last look at an object began',
    labels: ['namespace', 'type', 'resource'],
    *samples({ resources }) {
      for (const { namespace, type, name, lateMs } of resources) {
        if (lateMs !== undefined) yield { values: [namespace, type, name], value: lateMs / 1000 };
      }
    },
  },
  {
    name: 'keda_trigger_registered_total',
    type: 'gauge',
    help: 'Triggers of the objects that this replica acts on, by type',
    labels: ['type'],
    *samples({ triggers }) {
      for (const [type, value] of triggers) yield { values: [type], value };
    },
  },
  {
    name: 'keda_resource_registered_total',
    type: 'gauge',
    help: 'Objects of KEDA’s kinds that this replica is responsible for; those of the whole cluster have the namespace "default"',
    labels: ['type', 'namespace'],
    *samples({ registered }) {
      for (const { type, namespace, count } of countRegistered(registered)) {
        yield { values: [type, namespace], value: count };
      }
    },
  },
];

/** How many there are of each type in each namespace. */
export function countRegistered(
  registered: Snapshot['registered'],
): Iterable<{ readonly type: string; readonly namespace: string; readonly count: number }> {
  const counts = new Map<string, { readonly type: string; readonly namespace: string; count: number }>();
  for (const { type, namespace } of registered) {
    const key = `${type}/${namespace}`;
    const found = counts.get(key);
    if (found) found.count++;
    else counts.set(key, { type, namespace, count: 1 });
  }
  return counts.values();
}

function each(
  type: ResourceFigures['type'],
  valueOf: (resource: ResourceFigures) => number,
): (snapshot: Snapshot) => Generator<Sample> {
  return function* ({ resources }) {
    for (const resource of resources) {
      if (resource.type === type) yield { values: [resource.namespace, resource.name], value: valueOf(resource) };
    }
  };
}
