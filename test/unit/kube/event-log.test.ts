import { beforeEach, describe, expect, it } from '@jest/globals';
import { createEventLog, type EventLog } from '../../../src/kube/event-log.ts';
import type { EventRecord } from '../../../src/kube/events.ts';
import { createFakeClock, type FakeClock } from '../../support/clock.ts';
import { createMemoryLog, type MemoryLog } from '../../support/memory-log.ts';

const aWarning = (name: string, more: Partial<EventRecord> = {}): EventRecord => ({
  regarding: { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', namespace: 'shop', name, uid: `uid-${name}` },
  type: 'Warning',
  reason: 'KEDAScalerFailed',
  action: 'KEDAScalerFailed',
  note: 's0-redis-jobs: the connection was refused',
  lasts: true,
  ...more,
});
const BEGAN = 'warn warning about an object';
const OVER = 'info object is in order again';
const LEFT_OUT = 'warn more warnings of one reason than are told one by one';
const web = aWarning('web');

let clock: FakeClock;
let log: MemoryLog;
let events: EventLog;
beforeEach(() => {
  clock = createFakeClock();
  log = createMemoryLog();
  events = createEventLog({ log, clock });
});

describe('src/kube/event-log', () => {
  it('tells of each warning with what one would look for, and when all is well again', () => {
    events.began(web);
    events.settled(web.regarding);
    const names = { kind: 'ScaledObject', namespace: 'shop', name: 'web' };
    expect(log.lines).toEqual([
      {
        level: 'warn',
        message: 'warning about an object',
        fields: { reason: 'KEDAScalerFailed', ...names, message: 's0-redis-jobs: the connection was refused' },
      },
      { level: 'info', message: 'object is in order again', fields: names },
    ]);
  });

  it('tells of the end once, and not of one that never began', () => {
    events.settled(web.regarding);
    events.began(web);
    events.began(aWarning('web', { note: 's1-redis-other: the connection was refused' }));
    for (let look = 0; look < 5; look++) events.settled(web.regarding);
    events.settled(aWarning('other').regarding);
    expect(log.told()).toEqual([BEGAN, BEGAN, OVER]);
  });

  it('does not take back what is no state', () => {
    events.began(aWarning('web', { reason: 'ScaledObjectDeleted', lasts: false }));
    events.settled(web.regarding);
    expect(log.told()).toEqual([BEGAN]);
  });

  it('knows an object that was made anew from its former self', () => {
    events.began(web);
    events.settled({ ...web.regarding, uid: 'another' });
    expect(log.told()).toEqual([BEGAN]);
  });

  it('says no more of one that comes and goes than each five minutes, and says last how it is', async () => {
    events.began(web);
    events.settled(web.regarding);
    for (let look = 0; look < 10; look++) {
      await clock.advance(20_000);
      events.wentOn(web);
      events.settled(web.regarding);
    }
    expect(log.told()).toEqual([BEGAN, OVER]);
    events.wentOn(web);
    await clock.advance(300_000);
    expect(log.told()).toEqual([BEGAN, OVER, BEGAN]);
    events.settled(web.regarding);
    expect(log.told().at(-1)).toBe(OVER);
    expect(clock.pending()).toBeLessThanOrEqual(1);
  });

  it('does not repeat one that simply goes on', async () => {
    events.began(web);
    for (let look = 0; look < 100; look++) {
      await clock.advance(30_000);
      events.wentOn(web);
    }
    expect(log.told()).toEqual([BEGAN]);
  });

  it('makes no flood of a thousand objects that lose one broker, and says how many it left out', async () => {
    const all = Array.from({ length: 1_000 }, (_, i) => aWarning(`web-${i}`));
    for (const event of all) events.began(event);
    events.began(aWarning('web-0', { reason: 'ScaledObjectCheckFailed' }));
    await clock.advance(60_000);
    expect(log.told()).toEqual([...Array.from({ length: 101 }, () => BEGAN), LEFT_OUT]);
    expect(log.lines.at(-1)?.fields).toEqual({ reason: 'KEDAScalerFailed', leftOut: 900 });
    // All of them can be had.
    expect(log.lines.filter(({ level }) => level === 'debug')).toHaveLength(900);
    for (const { regarding } of all) events.settled(regarding);
    expect(log.told().filter((line) => line === OVER)).toHaveLength(100);
    expect(clock.pending()).toBe(0);
  });

  it('begins to tell again with the next minute', async () => {
    for (let i = 0; i < 300; i++) events.began(aWarning(`web-${i}`));
    await clock.advance(60_000);
    events.began(aWarning('late'));
    expect(log.told().at(-1)).toBe(BEGAN);
  });

  it('says at the end what it has left out, and leaves no timer', () => {
    for (let i = 0; i < 101; i++) events.began(aWarning(`web-${i}`));
    events.wentOn(aWarning('other'));
    events.close();
    expect(log.told().at(-1)).toBe(LEFT_OUT);
    expect(clock.pending()).toBe(0);
  });
});
