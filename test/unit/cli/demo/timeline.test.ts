import { describe, expect, it } from '@jest/globals';
import { axisTo, plotSvg } from '../../../../src/cli/demo/plot.ts';
import { reportText } from '../../../../src/cli/demo/report.ts';
import { type Frame, momentsOf } from '../../../../src/cli/demo/timeline.ts';
import { frameLine } from '../../../../src/cli/demo/view.ts';

const frame = (at: number, depth: number, wanted: number, ready: number, handled = 0): Frame => ({
  at,
  depth,
  wanted,
  ready,
  handled,
  reason: 'Idle',
});
const story: readonly Frame[] = [
  frame(0, 0, 0, 0),
  frame(500, 50, 0, 0),
  frame(2000, 50, 10, 0),
  frame(2500, 50, 10, 3),
  frame(3000, 48, 10, 10, 2),
  frame(12_000, 0, 10, 10, 50),
  frame(27_000, 0, 0, 10, 50),
];

describe('momentsOf', () => {
  it('finds each moment of a whole story', () => {
    expect(momentsOf(story, 10)).toEqual({
      firstReplicaReady: 2500,
      allWanted: 2000,
      allReady: 3000,
      drained: 12_000,
      backToZero: 27_000,
      peakWanted: 10,
    });
  });

  it('does not take the empty queue before the first message for drained', () => {
    expect(momentsOf(story.slice(0, 4), 10)).toMatchObject({ drained: undefined, backToZero: undefined });
  });
});

describe('plotSvg', () => {
  it('steps from value to value and keeps every point inside the frame', () => {
    const svg = plotSvg(story, 'depth & replicas');
    expect(svg).toContain('depth &#38; replicas');
    const xs = [...svg.matchAll(/[MH](-?[\d.]+)/g)].map((m) => Number(m[1]));
    expect(Math.min(...xs)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...xs)).toBeLessThanOrEqual(860);
    expect(svg).not.toMatch(/NaN|Infinity/);
  });

  it.each([
    [0, 1],
    [10, 10],
    [50, 50],
    [51, 60],
    [1234, 1500],
  ])('an axis for %i ends at %i', (max, top) => {
    const axis = axisTo(max);
    expect(axis.max).toBe(top);
    expect(axis.ticks.at(-1)).toBe(top);
  });
});

describe('what people read', () => {
  it('shows a frame in one line', () => {
    const line = frameLine(frame(3000, 25, 10, 5, 2), { depth: 50, replicas: 10 });
    expect(line).toMatch(/^ {2}3 s {2}queue {2}25 █{15}·{15} {2}replicas {2}5\/10 ▮{5}·{5} {2}done {3}2 {2}Idle$/);
  });

  it('gives the verdict of every point', () => {
    const text = reportText(momentsOf(story, 10), { sent: 50, handled: 50, duplicated: 0, lost: 0 }, [
      { id: 'A1', claim: 'routes as described', ok: true, seen: '200' },
      { id: 'A5', claim: 'ten replicas', ok: false, seen: 'nine' },
    ]);
    expect(text).toMatch(/FAIL A5 {2}ten replicas \(nine\)/);
    expect(text).toMatch(/1 of 2 acceptance points do not hold/);
  });
});
