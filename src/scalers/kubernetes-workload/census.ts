// How many pods match, and on how many nodes they are: kept by the changes of a watch, so that asking costs nothing.
import { untilAborted } from '../../async.ts';
import type { ClusterWatch } from '../cluster.ts';
import type { Labels, MatchesLabels } from './label-selector.ts';

/** What counting needs of a pod. */
export interface PodFacts {
  readonly labels: Labels;
  /** Empty while it is not scheduled. */
  readonly node: string;
  /** Succeeded or Failed: it works no more. */
  readonly isOver: boolean;
}

export interface Census {
  pods(): number;
  /** Distinct nodes; a pod without one adds none. */
  nodes(): number;
  /** Calls `wake` after a change of the figures, until the signal aborts. */
  watch(wake: () => void, signal: AbortSignal): Promise<void>;
  close(): void;
}

/** Reads a pod as the API server sends it. */
export function podFacts(pod: unknown): PodFacts {
  const { metadata, spec, status } = pod as {
    readonly metadata?: { readonly labels?: Labels };
    readonly spec?: { readonly nodeName?: string };
    readonly status?: { readonly phase?: string };
  };
  const isOver = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  return { labels: metadata?.labels ?? {}, node: spec?.nodeName ?? '', isOver };
}

export function createCensus(watch: Pick<ClusterWatch<PodFacts>, 'subscribe'>, matches: MatchesLabels): Census {
  const podsOn = new Map<string, number>();
  const listeners = new Set<() => void>();
  let pods = 0;

  /** Where it counts; undefined when it doesn't. */
  const placeOf = (pod: PodFacts | undefined): string | undefined =>
    pod === undefined || pod.isOver || !matches(pod.labels) ? undefined : pod.node;

  function add(node: string, many: 1 | -1): void {
    pods += many;
    const left = (podsOn.get(node) ?? 0) + many;
    if (left === 0) podsOn.delete(node);
    else podsOn.set(node, left);
  }

  const unsubscribe = watch.subscribe(({ before, after }) => {
    const [was, is] = [placeOf(before), placeOf(after)];
    if (was === is) return;
    if (was !== undefined) add(was, -1);
    if (is !== undefined) add(is, 1);
    for (const wake of listeners) wake();
  });

  return {
    pods: () => pods,
    nodes: () => podsOn.size - (podsOn.has('') ? 1 : 0),
    async watch(wake, signal) {
      listeners.add(wake);
      await untilAborted(signal);
      listeners.delete(wake);
    },
    close: unsubscribe,
  };
}
