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
