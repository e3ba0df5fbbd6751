// How many pods of a target are Ready, where no watch tells: an HPA multiplies a metric of type Value by them.
import type { ScaledObjectSpec } from '../api/scaled-object.ts';
import { SluiceError } from '../errors.ts';
import type { KubeClient, KubeObject } from '../kube/client.ts';
import { PODS } from '../kube/resources.ts';

interface Pod extends KubeObject {
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/** Whether the Ready pods are worth a list where no watch tells their number. */
export type PodCount = 'count-pods' | 'leave-pods';

/** Their number matters to metrics of type Value alone. */
export function podCountFor({ triggers, advanced }: ScaledObjectSpec): PodCount {
  const types = [advanced?.scalingModifiers?.metricType, ...triggers.map(({ metricType }) => metricType)];
  return types.includes('Value') ? 'count-pods' : 'leave-pods';
}

/** `selector` is that of the target's scale. Undefined where it has none, or where the API server does not tell of the pods. */
export async function countReadyPods(
  client: KubeClient,
  { namespace, selector }: { readonly namespace: string; readonly selector: string },
  signal: AbortSignal,
): Promise<number | undefined> {
  if (selector === '') return undefined;
  try {
    const { items } = await client.list<Pod>(PODS, { namespace, labelSelector: selector, prune: pruned, signal });
    return items.filter(isReady).length;
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return undefined;
  }
}

function isReady({ status }: Pod): boolean {
  return (
    status?.phase === 'Running' &&
    (status.conditions ?? []).some(({ type, status: value }) => type === 'Ready' && value === 'True')
  );
}

function pruned({ apiVersion, kind, metadata: { name }, status }: Pod): Pod {
  const { phase = '', conditions = [] } = status ?? {};
  return { apiVersion, kind, metadata: { name }, status: { phase, conditions } };
}
