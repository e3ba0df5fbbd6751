// When a replica has to stop.
import { describe, expect, it } from '@jest/globals';
import { createFence } from '../../../../src/controller/membership/fence.ts';
import { createFakeClock } from '../../../support/clock.ts';

function aFence() {
  const clock = createFakeClock();
  const told: string[] = [];
  const machine = { elapsed: 0 };
  const fence = createFence({
    clock,
    elapsedMs: () => machine.elapsed,
    holdMs: 2_400,
    hooks: { opened: () => told.push('opened'), shut: () => told.push('shut') },
  });
  const pass = async (ms: number): Promise<void> => {
    machine.elapsed += ms;
    await clock.advance(ms);
  };
  return { clock, fence, told, machine, pass };
}

describe('controller/membership/fence', () => {
  it('is shut until the first renewal', () => {
    expect(aFence().fence.isShut()).toBe(true);
  });

  it('counts from when the renewal began, not from its answer', async () => {
    const { fence, told, pass } = aFence();
    const begun = fence.moment();
    await pass(1_500);
    fence.extend(begun);
    await pass(800);
    expect(fence.isShut()).toBe(false);
    await pass(200);
    expect(told).toEqual(['opened', 'shut']);
  });

  it('stays shut after an answer that came too late', async () => {
    const { fence, told, pass } = aFence();
    const begun = fence.moment();
    await pass(2_400);
    fence.extend(begun);
    expect(fence.isShut()).toBe(true);
    expect(told).toEqual([]);
  });

  it('is not fooled by a wall clock that is set back', async () => {
    const { clock, fence, pass } = aFence();
    fence.extend(fence.moment());
    clock.set(clock.now() - 3_600_000);
    await pass(2_500);
    expect(fence.isShut()).toBe(true);
  });

  it('is not fooled by a machine that slept, which its own clock has not noticed', () => {
    const { clock, fence } = aFence();
    fence.extend(fence.moment());
    clock.set(clock.now() + 60_000);
    expect(fence.isShut()).toBe(true);
  });

  it('notices by itself when it is asked before its timer has run', () => {
    const { fence, told, machine } = aFence();
    fence.extend(fence.moment());
    machine.elapsed += 30_000;
    expect(fence.isShut()).toBe(true);
    expect(told).toEqual(['opened', 'shut']);
  });

  it('leaves no timer behind when it is closed', () => {
    const { clock, fence, told } = aFence();
    fence.extend(fence.moment());
    fence.close();
    expect(clock.pending()).toBe(0);
    expect(told).toEqual(['opened']);
  });
});
