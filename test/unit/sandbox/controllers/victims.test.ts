// Who goes first.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { chooseVictims } from '../../../../src/sandbox/controllers/victims.ts';
import type { Pod } from '../../../../src/sandbox/node-agent/pod.ts';

interface Traits {
  readonly node?: string;
  readonly phase?: 'Pending' | 'Running';
  readonly readyS?: number;
  readonly cost?: string;
  readonly restarts?: number;
  readonly createdS?: number;
}

const at = (seconds: number): string => new Date(seconds * 1000).toISOString();

function aPod(
  name: string,
  { node = 'n', phase = 'Running', readyS, cost, restarts = 0, createdS = 0 }: Traits = {},
): Pod {
  const container = { name: 'c', image: 'i', imageID: '', ready: true, started: true, state: {}, lastState: {} };
  const ready = { type: 'Ready', status: 'True', lastTransitionTime: at(readyS ?? 0) } as const;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      creationTimestamp: at(createdS),
      annotations: cost === undefined ? {} : { 'controller.kubernetes.io/pod-deletion-cost': cost },
    },
    spec: { containers: [], ...(node === '' ? {} : { nodeName: node }) },
    status: {
      phase,
      conditions: readyS === undefined ? [] : [ready],
      containerStatuses: [{ ...container, restartCount: restarts }],
    },
  };
}

describe('sandbox/controllers victims', () => {
  it.each<{ what: string; goes: Traits; stays: Traits }>([
    { what: 'without a node before with one', goes: { node: '', readyS: 1 }, stays: { phase: 'Pending' } },
    { what: 'pending before running', goes: { phase: 'Pending' }, stays: {} },
    { what: 'not ready before ready', goes: { cost: '9' }, stays: { readyS: 1, cost: '-9' } },
    { what: 'cheap before dear', goes: { readyS: 1, cost: '-1' }, stays: { readyS: 5 } },
    { what: 'a malformed cost is none', goes: { readyS: 1, cost: '007x' }, stays: { readyS: 1, cost: '1' } },
    { what: 'ready for a shorter time', goes: { readyS: 5, restarts: 0 }, stays: { readyS: 1, restarts: 9 } },
    { what: 'restarted more often', goes: { readyS: 1, restarts: 2 }, stays: { readyS: 1, createdS: 9 } },
    { what: 'younger', goes: { readyS: 9, createdS: 5 }, stays: { readyS: 9, createdS: 1 } },
  ])('$what', ({ goes, stays }) => {
    const victim = aPod('b-goes', goes);
    expect(chooseVictims([aPod('a-stays', stays), victim], 1)).toEqual([victim]);
  });

  it('prefers a crowded node', () => {
    const pods = [
      aPod('a', { node: 'x', readyS: 1 }),
      aPod('b', { node: 'y', readyS: 1 }),
      aPod('c', { node: 'y', readyS: 1 }),
    ];
    expect(chooseVictims(pods, 1)[0]?.spec.nodeName).toBe('y');
  });

  it('takes as many as asked, each once, whatever order they come in', () => {
    const traits = fc.record({
      node: fc.constantFrom('', 'x', 'y'),
      phase: fc.constantFrom('Pending' as const, 'Running' as const),
      restarts: fc.nat(3),
      createdS: fc.nat(3),
    });
    fc.assert(
      fc.property(fc.array(traits, { maxLength: 8 }), fc.nat(10), (list, count) => {
        const pods = list.map((t, i) => aPod(`p${i}`, t));
        const victims = chooseVictims(pods, count);
        expect(new Set(victims).size).toBe(Math.min(count, pods.length));
        expect(chooseVictims(pods.toReversed(), count)).toEqual(victims);
      }),
    );
  });
});
