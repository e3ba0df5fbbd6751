import { describe, expect, it } from '@jest/globals';
import { createSourcePool } from '../../../src/scalers/sources.ts';
import { createFakeClock } from '../../support/clock.ts';
import { polled, problems, warningsOf } from '../../support/written-trigger.ts';

const office = { timezone: 'Europe/Berlin', start: '0 8 * * 1-5', end: '0 18 * * 1-5', desiredReplicas: '10' };
const never = new AbortController().signal;

describe('cron', () => {
  it.each([
    ['2026-06-05T05:59Z', 0, 'before the window'],
    ['2026-06-05T06:00Z', 10, 'at its start'],
    ['2026-06-05T15:59Z', 10, 'in its last minute'],
    ['2026-06-05T16:00Z', 0, 'at its end'],
    ['2026-06-06T09:00Z', 0, 'on a Saturday'],
    ['2026-12-04T06:30Z', 0, 'in winter time'],
    ['2026-12-04T07:00Z', 10, 'at its start in winter time'],
  ])('at %s wants %i replicas, %#', async (at, value, _when) => {
    const clock = createFakeClock(Date.parse(at));
    const scaler = await polled('cron', { metadata: office }).connect({ clients: createSourcePool({ clock }), clock });
    expect(await scaler.read(never)).toEqual({ value, active: value > 0 });
  });

  it('follows the clock across the edges of its window', async () => {
    const clock = createFakeClock(Date.parse('2026-06-05T05:00Z'));
    const scaler = await polled('cron', { metadata: office }).connect({ clients: createSourcePool({ clock }), clock });
    const seen: number[] = [];
    for (let hour = 0; hour < 24; hour += 4) {
      seen.push((await scaler.read(never)).value);
      await clock.advance(4 * 3_600_000);
    }
    expect(seen).toEqual([0, 10, 10, 0, 0, 0]);
  });

  it.each<[string, string, string, string, readonly string[]]>([
    ['UTC', '0 22 * * *', '0 6 * * *', '2026-03-28T12:00Z', ['+28T22:00', '-29T06:00', '+29T22:00', '-30T06:00']],
    ['UTC', '0 22 * * FRI', '0 6 * * MON', '2026-03-26T12:00Z', ['+27T22:00', '-30T06:00']],
    [
      'Asia/Kolkata',
      '0 9 * * *',
      '0 17 * * *',
      '2026-03-28T00:00Z',
      ['+28T03:30', '-28T11:30', '+29T03:30', '-29T11:30'],
    ],
    // 29 March 2026 in Berlin: 02:00 becomes 03:00.
    [
      'Europe/Berlin',
      '0 22 * * *',
      '30 2 * * *',
      '2026-03-28T12:00Z',
      ['+28T21:00', '-29T01:00', '+29T20:00', '-30T00:30'],
    ],
    [
      'Europe/Berlin',
      '30 2 * * *',
      '0 4 * * *',
      '2026-03-28T00:00Z',
      ['+28T01:30', '-28T03:00', '+29T01:00', '-29T02:00'],
    ],
    [
      'Europe/Berlin',
      '10 2 * * *',
      '50 2 * * *',
      '2026-03-28T00:00Z',
      ['+28T01:10', '-28T01:50', '+30T00:10', '-30T00:50'],
    ],
    [
      'Europe/Berlin',
      '30 2 * * *',
      '0 3 * * *',
      '2026-03-28T00:00Z',
      ['+28T01:30', '-28T02:00', '+30T00:30', '-30T01:00'],
    ],
    [
      'Europe/Berlin',
      '0 8 * * *',
      '0 18 * * *',
      '2026-03-28T12:00Z',
      ['-28T17:00', '+29T06:00', '-29T16:00', '+30T06:00'],
    ],
    // 25 October 2026 in Berlin: 03:00 becomes 02:00. What comes twice counts the second time, as in KEDA.
    [
      'Europe/Berlin',
      '30 2 * * *',
      '0 5 * * *',
      '2026-10-24T12:00Z',
      ['+25T01:30', '-25T04:00', '+26T01:30', '-26T04:00'],
    ],
    [
      'Europe/Berlin',
      '0 22 * * *',
      '30 2 * * *',
      '2026-10-24T12:00Z',
      ['+24T20:00', '-25T01:30', '+25T21:00', '-26T01:30'],
    ],
    [
      'Europe/Berlin',
      '15 2 * * *',
      '45 2 * * *',
      '2026-10-24T12:00Z',
      ['+25T00:15', '-25T00:45', '+25T01:15', '-25T01:45'],
    ],
    // 8 March 2026 in New York: 02:00 becomes 03:00; 1 November: 02:00 becomes 01:00.
    [
      'America/New_York',
      '0 1 * * *',
      '30 2 * * *',
      '2026-03-07T12:00Z',
      ['+08T06:00', '-08T07:00', '+09T05:00', '-09T06:30'],
    ],
    [
      'America/New_York',
      '0 0 * * *',
      '0 3 * * *',
      '2026-10-31T12:00Z',
      ['+01T04:00', '-01T08:00', '+02T05:00', '-02T08:00'],
    ],
    [
      'America/New_York',
      '30 1 * * *',
      '0 3 * * *',
      '2026-10-31T12:00Z',
      ['+01T06:30', '-01T08:00', '+02T06:30', '-02T08:00'],
    ],
    // On Lord Howe Island the clocks change by half an hour: 02:00 becomes 02:30 on 4 October 2026, and 01:30 on 5 April.
    [
      'Australia/Lord_Howe',
      '0 1 * * *',
      '15 2 * * *',
      '2026-10-03T00:00Z',
      ['+03T14:30', '-03T15:30', '+04T14:00', '-04T15:15'],
    ],
    [
      'Australia/Lord_Howe',
      '45 1 * * *',
      '0 3 * * *',
      '2026-04-04T00:00Z',
      ['+04T15:15', '-04T16:30', '+05T15:15', '-05T16:30'],
    ],
  ])('in %s from %j to %j after %s opens (+) and closes (-) %j', async (timezone, start, end, from, expected) => {
    const metadata = { timezone, start, end, desiredReplicas: '3' };
    const clock = createFakeClock(Date.parse(from));
    const scaler = await polled('cron', { metadata }).connect({ clients: createSourcePool({ clock }), clock });
    const seen: string[] = [];
    let before = (await scaler.read(never)).value;
    for (let at = Date.parse(from); seen.length < expected.length; at += 5 * 60_000) {
      clock.set(at);
      const { value } = await scaler.read(never);
      if (value !== before) seen.push(`${value > 0 ? '+' : '-'}${new Date(at).toISOString().slice(8, 16)}`);
      before = value;
    }
    expect(seen).toEqual(expected);
  });

  it('wakes when the window opens and when it closes, until its signal aborts', async () => {
    const clock = createFakeClock(Date.parse('2026-06-05T05:00Z'));
    const scaler = await polled('cron', { metadata: office }).connect({ clients: createSourcePool({ clock }), clock });
    const woken: string[] = [];
    const stop = new AbortController();
    const watching = scaler.watch?.(() => {
      woken.push(new Date(clock.now()).toISOString().slice(0, 16));
    }, stop.signal);
    await clock.advance(4 * 86_400_000);
    expect(woken).toEqual(['2026-06-05T06:00', '2026-06-05T16:00', '2026-06-08T06:00', '2026-06-08T16:00']);
    stop.abort(new Error('enough'));
    await expect(watching).rejects.toThrow('enough');
    expect(clock.pending()).toBe(0);
  });

  it('counts a window that opens and closes at the same time as open', async () => {
    const metadata = { ...office, start: '0 8 * * *', end: '0  8 * * *' };
    const clock = createFakeClock();
    const scaler = await polled('cron', { metadata }).connect({ clients: createSourcePool({ clock }), clock });
    expect(await scaler.read(never)).toEqual({ value: 10, active: true });
  });

  it('names its metric as KEDA does', () => {
    const metadata = { ...office, start: '*/5 8 ? * 1,2' };
    expect(polled('cron', { metadata }).metric).toEqual({
      name: 'cron-Europe-Berlin-xSl58Qmx1Cm2-018xx1-5',
      target: 1,
      type: 'AverageValue',
      activation: 0,
    });
  });

  it.each([
    [
      { timezone: 'Europe/Berlln' },
      ['timezone: expected an IANA time zone such as Europe/Berlin, found "Europe/Berlln"'],
    ],
    [{ start: office.end }, ['end: expected another time than start, found the same text']],
    [{ desiredReplicas: '0' }, ['desiredReplicas: expected a number other than 0']],
    [{ start: 'TZ=Nowhere 0 8 * * *' }, ['start: expected an IANA time zone such as Europe/Berlin, found "Nowhere"']],
    [{ end: '0 18 30 2 *' }, ['end: never comes: no such day exists in these months']],
  ])('refuses %j', (change, expected) =>
    expect(problems('cron', { metadata: { ...office, ...change } })).toEqual(expected),
  );

  it('warns of a negative number of replicas, which counts as none', () => {
    expect(warningsOf('cron', { metadata: { ...office, desiredReplicas: '-1' } })).toEqual([
      'desiredReplicas: is negative and counts as 0',
    ]);
  });
});
