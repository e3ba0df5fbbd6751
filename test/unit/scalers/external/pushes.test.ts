import { describe, expect, it } from '@jest/globals';
import { createPushes } from '../../../../src/scalers/external/pushes.ts';
import { createFakeClock } from '../../../support/clock.ts';

const read = (pushes: ReturnType<typeof createPushes>): boolean => pushes.take()();

describe('scalers/external/pushes', () => {
  it('makes the next reading active, and those of the two seconds after it', async () => {
    const clock = createFakeClock();
    const pushes = createPushes(clock);
    expect(read(pushes)).toBe(false);
    expect(pushes.note(true)).toBe(true);
    await clock.advance(60_000);
    expect(read(pushes)).toBe(true);
    await clock.advance(1_999);
    expect(read(pushes)).toBe(true);
    await clock.advance(1);
    expect(read(pushes)).toBe(false);
  });

  it('waits for a reading that succeeds', () => {
    const pushes = createPushes(createFakeClock());
    pushes.note(true);
    pushes.take();
    pushes.take();
    expect(read(pushes)).toBe(true);
  });

  it('carries a push that comes during a reading over to the next one', async () => {
    const clock = createFakeClock();
    const pushes = createPushes(clock);
    const end = pushes.take();
    pushes.note(true);
    expect(end()).toBe(true);
    await clock.advance(10_000);
    expect(read(pushes)).toBe(true);
  });

  it('is taken back by a later word, and asks for a look then', () => {
    const pushes = createPushes(createFakeClock());
    expect(pushes.note(false)).toBe(false);
    pushes.note(true);
    expect(pushes.note(false)).toBe(true);
    expect(pushes.note(false)).toBe(false);
    expect(read(pushes)).toBe(false);
  });

  it('asks for one look for many words, until a reading has taken them up', () => {
    const pushes = createPushes(createFakeClock());
    expect([pushes.note(true), pushes.note(true), pushes.note(true)]).toEqual([true, false, false]);
    read(pushes);
    expect(pushes.note(true)).toBe(true);
  });
});
