import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseCron } from '../../../../src/scalers/cron/expression.ts';
import { createZone, nextRun } from '../../../../src/scalers/cron/next-run.ts';

const iso = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString().replace(':00.000Z', 'Z');
const runs = (text: string, zone: string, after: string, count: number): readonly (string | undefined)[] => {
  const found: (number | undefined)[] = [];
  for (let i = 0, at: number | undefined = Date.parse(after); i < count && at !== undefined; i++) {
    at = nextRun(parseCron(text), createZone(zone), at);
    found.push(at);
  }
  return found.map(iso);
};

/** The first minute at which the clock on the wall shows that time, or jumps over it. */
function scanned(timeZone: string, minute: number, hour: number, after: number): number | undefined {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const wall = (at: number): number => {
    const [h = 0, m = 0] = format.format(at).split(':').map(Number);
    return h * 60 + m;
  };
  let before = wall(after);
  for (let at = after + 60_000; at < after + 4 * 86_400_000; at += 60_000) {
    const now = wall(at);
    const passed = (now - before + 1_440) % 1_440;
    const wanted = (hour * 60 + minute - before + 1_440) % 1_440;
    // Set back, it shows times of before again; set forward, it leaves some out.
    if (now === hour * 60 + minute || (passed < 720 && wanted > 0 && wanted <= passed)) return at;
    before = now;
  }
  return undefined;
}

describe('nextRun', () => {
  it.each([
    ['0 8 * * *', 'UTC', '2026-01-01T08:00Z', ['2026-01-02T08:00Z']],
    ['0 8 * * *', 'UTC', '2026-01-01T07:59Z', ['2026-01-01T08:00Z']],
    ['0 8 * * *', 'Europe/Berlin', '2026-01-01T00:00Z', ['2026-01-01T07:00Z']],
    ['0 8 * * *', 'Asia/Kolkata', '2026-01-01T00:00Z', ['2026-01-01T02:30Z']],
    ['*/20 8 * * 1-5', 'UTC', '2026-01-02T08:30Z', ['2026-01-02T08:40Z', '2026-01-05T08:00Z']],
    [
      '0 0 13 * 5',
      'UTC',
      '2026-02-01T00:00Z',
      [
        '2026-02-06T00:00Z',
        '2026-02-13T00:00Z',
        '2026-02-20T00:00Z',
        '2026-02-27T00:00Z',
        '2026-03-06T00:00Z',
        '2026-03-13T00:00Z',
      ],
    ],
    ['0 0 29 2 *', 'UTC', '2096-03-01T00:00Z', ['2104-02-29T00:00Z']],
    ['0 0 1 1 *', 'Pacific/Auckland', '2026-12-31T10:59Z', ['2026-12-31T11:00Z']],
    ['0 0 1 1 *', 'Pacific/Honolulu', '2026-01-01T09:59Z', ['2026-01-01T10:00Z']],
  ])('%j in %s after %s', (text, zone, after, expected) => {
    expect(runs(text, zone, after, expected.length)).toEqual(expected);
  });

  describe('where clocks change', () => {
    it('runs at the change where a wall time is skipped, once however many are', () => {
      // Berlin, 29 March 2026: 02:00 becomes 03:00.
      expect(runs('10,30 2 * * *', 'Europe/Berlin', '2026-03-28T01:15Z', 3)).toEqual([
        '2026-03-28T01:30Z',
        '2026-03-29T01:00Z',
        '2026-03-30T00:10Z',
      ]);
      expect(runs('*/30 1-3 29 3 *', 'Europe/Berlin', '2026-03-28T23:59Z', 4)).toEqual([
        '2026-03-29T00:00Z',
        '2026-03-29T00:30Z',
        '2026-03-29T01:00Z',
        '2026-03-29T01:30Z',
      ]);
    });

    it('runs twice at a wall time that is repeated', () => {
      // New York, 1 November 2026: 02:00 becomes 01:00.
      expect(runs('30 1 1 11 *', 'America/New_York', '2026-11-01T00:00Z', 2)).toEqual([
        '2026-11-01T05:30Z',
        '2026-11-01T06:30Z',
      ]);
      expect(runs('0,30 1 1 11 *', 'America/New_York', '2026-11-01T05:30Z', 2)).toEqual([
        '2026-11-01T06:00Z',
        '2026-11-01T06:30Z',
      ]);
    });

    it('follows a change of half an hour', () => {
      // Lord Howe, 4 October 2026: 02:00 becomes 02:30.
      expect(runs('15 2 * * *', 'Australia/Lord_Howe', '2026-10-02T16:00Z', 2)).toEqual([
        '2026-10-03T15:30Z',
        '2026-10-04T15:15Z',
      ]);
    });

    it('finds a change at midnight, and one of a whole day', () => {
      // Beirut, 29 March 2026: 00:00 becomes 01:00.
      expect(runs('15 0 * * *', 'Asia/Beirut', '2026-03-28T12:00Z', 2)).toEqual([
        '2026-03-28T22:00Z',
        '2026-03-29T21:15Z',
      ]);
      // Apia, 30 December 2011, did not take place.
      expect(runs('0 12 30 12 *', 'Pacific/Apia', '2011-12-01T00:00Z', 1)).toEqual(['2011-12-30T10:00Z']);
    });

    it('agrees with a look at every minute', () => {
      // A few days before a change of clocks, in both directions.
      const changes = fc.constantFrom(
        ['Europe/Berlin', '2026-03-27T00:00Z'],
        ['Europe/Berlin', '2026-10-23T00:00Z'],
        ['America/New_York', '2026-03-06T00:00Z'],
        ['America/New_York', '2026-10-30T00:00Z'],
        ['Australia/Lord_Howe', '2026-04-02T00:00Z'],
        ['Australia/Lord_Howe', '2026-10-01T00:00Z'],
        ['Asia/Kolkata', '2026-03-01T00:00Z'],
        ['Asia/Beirut', '2026-03-26T12:00Z'],
      );
      const minute = fc.nat(59);
      const hour = fc.oneof(fc.nat(23), fc.nat(3));
      fc.assert(
        fc.property(changes, minute, hour, fc.nat(3 * 1_440), ([name = '', from = ''], m, h, offset) => {
          const after = Date.parse(from) + offset * 60_000;
          expect(nextRun(parseCron(`${m} ${h} * * *`), createZone(name), after)).toBe(scanned(name, m, h, after));
        }),
        { numRuns: 60 },
      );
    });
  });

  it('is later than the time asked, and its wall time matches', () => {
    const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu');
    const at = fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2040, 0) });
    fc.assert(
      fc.property(zones, at, fc.nat(59), fc.nat(23), (name, after, minute, hour) => {
        const zone = createZone(name);
        const next = nextRun(parseCron(`${minute} ${hour} * * *`), zone, after) ?? Number.NaN;
        const wall = new Date(next + zone.offsetAt(next));
        const days = (next - after) / 86_400_000;
        return next > after && days < 2.1 && wall.getUTCMinutes() === minute && wall.getUTCHours() === hour;
      }),
    );
  });
});

describe('createZone', () => {
  it.each(['Mars/Olympus', '+02:00', ''])('refuses %j', (name) => expect(() => createZone(name)).toThrow(RangeError));
});
