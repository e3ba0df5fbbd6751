import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ClusterChange } from '../../../../src/scalers/cluster.ts';
import { createCensus, type PodFacts, podFacts } from '../../../../src/scalers/kubernetes-workload/census.ts';

const aPod = (node = '', app = 'web', isOver = false): PodFacts => ({ labels: { app }, node, isOver });
const isWeb = ({ app }: Readonly<Record<string, string>>): boolean => app === 'web';

/** A watch whose changes a test makes. */
function createPods() {
  const pods = new Map<string, PodFacts>();
  const listeners = new Set<(change: ClusterChange<PodFacts>) => void>();
  return {
    pods,
    listeners,
    subscribe(listener: (change: ClusterChange<PodFacts>) => void) {
      listeners.add(listener);
      for (const [name, after] of pods) listener({ name, after });
      return () => listeners.delete(listener);
    },
    set(name: string, after: PodFacts | undefined) {
      const before = pods.get(name);
      if (after) pods.set(name, after);
      else pods.delete(name);
      for (const listener of listeners) {
        listener({ name, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) });
      }
    },
  };
}

describe('podFacts', () => {
  it.each([
    ['Pending', false],
    ['Running', false],
    ['Unknown', false],
    ['', false],
    ['Succeeded', true],
    ['Failed', true],
  ])('counts a pod that is %j as over: %j', (phase, isOver) => {
    const pod = { metadata: { labels: { app: 'web' } }, spec: { nodeName: 'n1' }, status: { phase } };
    expect(podFacts(pod)).toEqual({ labels: { app: 'web' }, node: 'n1', isOver });
  });

  it('takes a pod that has nothing yet', () => {
    expect(podFacts({ metadata: {} })).toEqual({ labels: {}, node: '', isOver: false });
  });
});

describe('a census', () => {
  it('counts what was there and what comes, and leaves out what is over, goes or has other labels', () => {
    const watch = createPods();
    watch.set('a', aPod('n1'));
    const census = createCensus(watch, isWeb);
    const seen = (): readonly number[] => [census.pods(), census.nodes()];
    expect(seen()).toEqual([1, 1]);
    watch.set('b', aPod());
    expect(seen()).toEqual([2, 1]);
    watch.set('b', aPod('n2'));
    expect(seen()).toEqual([2, 2]);
    watch.set('c', aPod('n2'));
    watch.set('d', aPod('n3', 'api'));
    expect(seen()).toEqual([3, 2]);
    watch.set('a', aPod('n1', 'web', true));
    expect(seen()).toEqual([2, 1]);
    watch.set('b', aPod('n2', 'api'));
    watch.set('c', undefined);
    expect(seen()).toEqual([0, 0]);
  });

  it('wakes when the figures change, and not otherwise, until its signal aborts or it is closed', async () => {
    const watch = createPods();
    const census = createCensus(watch, isWeb);
    const stop = new AbortController();
    let woken = 0;
    const watching = census.watch(() => woken++, stop.signal);
    watch.set('a', aPod('n1'));
    watch.set('a', aPod('n1'));
    watch.set('b', aPod('n1', 'api'));
    expect(woken).toBe(1);
    stop.abort();
    await watching;
    watch.set('a', undefined);
    expect(woken).toBe(1);
    census.close();
    expect(watch.listeners.size).toBe(0);
  });

  it('agrees with counting from scratch, whatever happens', () => {
    const pod = fc.record({
      labels: fc.record({ app: fc.constantFrom('web', 'api') }),
      node: fc.constantFrom('', 'n1', 'n2', 'n3'),
      isOver: fc.boolean(),
    });
    const change = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.option(pod, { nil: undefined }));
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        const watch = createPods();
        const census = createCensus(watch, isWeb);
        for (const [name, to] of changes) watch.set(name, to);
        const counted = [...watch.pods.values()].filter(({ labels, isOver }) => isWeb(labels) && !isOver);
        expect(census.pods()).toBe(counted.length);
        expect(census.nodes()).toBe(new Set(counted.map(({ node }) => node).filter(Boolean)).size);
      }),
    );
  });
});
