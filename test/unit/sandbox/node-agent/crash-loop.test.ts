// The waits of CrashLoopBackOff.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { KUBERNETES_CRASH_LOOP, restartDelayMs } from '../../../../src/sandbox/node-agent/crash-loop.ts';

describe('sandbox/node-agent/crash-loop', () => {
  it('starts again at once, then after 10 s, doubling to 5 minutes', () => {
    const waits: number[] = [];
    for (let i = 0; i < 8; i++) waits.push(restartDelayMs(KUBERNETES_CRASH_LOOP, waits.at(-1), 50));
    expect(waits.map((ms) => ms / 1000)).toEqual([0, 10, 20, 40, 80, 160, 300, 300]);
  });

  it('forgives a container that ran for 10 minutes', () => {
    expect(restartDelayMs(KUBERNETES_CRASH_LOOP, 300_000, 600_000)).toBe(0);
    expect(restartDelayMs(KUBERNETES_CRASH_LOOP, 300_000, 599_999)).toBe(300_000);
  });

  it('never waits longer than the longest wait, and never less than before without being forgiven', () => {
    fc.assert(
      fc.property(fc.nat(300_000), fc.nat(599_999), (previousMs, ranMs) => {
        const next = restartDelayMs(KUBERNETES_CRASH_LOOP, previousMs, ranMs);
        return next >= previousMs && next <= 300_000;
      }),
    );
  });
});
