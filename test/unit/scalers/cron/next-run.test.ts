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
    it('leaves out a wall time that is skipped', () => {
      // Berlin, 29 March 2026: 02:00 becomes 03:00.
      expect(runs('30 2 * * *', 'Europe/Berlin', '2026-03-28T00:00Z', 2)).toEqual([
        '2026-03-28T01:30Z',
        '2026-03-30T00:30Z',
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
        '2026-10-04T15:15Z',
        '2026-10-05T15:15Z',
      ]);
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
