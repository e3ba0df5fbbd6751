// When cron windows open and close, as sluice explain tells it.
import { describe, expect, it } from '@jest/globals';
import { windowTimers } from '../../../../src/cli/explain/window-timers.ts';

const cron = (start: string, end: string) => ({
  type: 'cron',
  metadata: { timezone: 'UTC', start, end, desiredReplicas: '2' },
});
const at = (time: string): number => Date.parse(`2026-05-04T${time}Z`);

describe('the windows of cron triggers', () => {
  it('open', () =>
    expect(windowTimers([cron('0 8 * * *', '0 18 * * *')], at('07:30:00'))).toEqual([
      { what: 'the window of triggers[0] (cron) opens', inSeconds: 1_800 },
    ]));
  it('open at the last of several starts, as KEDA has it', () =>
    expect(windowTimers([cron('0 8,9 * * *', '0 18 * * *')], at('08:30:00'))).toEqual([
      { what: 'the window of triggers[0] (cron) opens', inSeconds: 1_800 },
    ]));
  it('are told of no other trigger, and of none that cannot be understood', () =>
    expect(
      windowTimers(
        [{ type: 'redis', metadata: {} }, cron('every day', 'at noon'), cron('0 8 * * *', '0 18 * * *')],
        at('17:59:30'),
      ),
    ).toEqual([{ what: 'the window of triggers[2] (cron) closes', inSeconds: 30 }]));
});
