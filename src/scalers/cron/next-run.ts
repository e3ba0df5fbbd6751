// When a cron expression comes next, in a time zone, across its changes of clocks.
import type { CronExpression } from './expression.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** 29 February may be eight years away (2096 to 2104). */
const HORIZON_DAYS = 9 * 366;

/** A time zone, as the offsets of its wall clock from UTC. */
export interface Zone {
  /** Wall time minus UTC at an instant, in milliseconds. */
  offsetAt(instantMs: number): number;
}

/** Throws a RangeError for a name that isn't an IANA time zone. */
export function createZone(name: string): Zone {
  if (/^[+-]/.test(name)) throw new RangeError(`${name} is an offset`);
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return {
    offsetAt(instantMs) {
      const parts: Record<string, number> = {};
      for (const { type, value } of format.formatToParts(instantMs)) parts[type] = Number(value);
      const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
      const wholeSecond = Math.floor(instantMs / 1_000) * 1_000;
      return Date.UTC(year, month - 1, day, hour, minute, second) - wholeSecond;
    },
  };
}

/**
 * The first instant after `afterMs` whose wall time matches. A wall time that a change of clocks skips doesn't come that
 * day, one that it repeats comes twice, as in robfig/cron. undefined when there is none within nine years.
 */
export function nextRun(expression: CronExpression, zone: Zone, afterMs: number): number | undefined {
  const today = Math.floor((afterMs + zone.offsetAt(afterMs)) / DAY_MS) * DAY_MS;
  // A clock that was set back leads to a wall date that is over already.
  for (let day = today - DAY_MS; day <= today + HORIZON_DAYS * DAY_MS; day += DAY_MS) {
    if (!isDay(expression, new Date(day))) continue;
    const next = firstOfDay(expression, zone, day, afterMs);
    if (next !== undefined) return next;
  }
  return undefined;
}

function isDay({ months, daysOfMonth, daysOfWeek, days }: CronExpression, day: Date): boolean {
  if (!months.has(day.getUTCMonth() + 1)) return false;
  const [ofMonth, ofWeek] = [daysOfMonth.has(day.getUTCDate()), daysOfWeek.has(day.getUTCDay())];
  return days === 'either' ? ofMonth || ofWeek : ofMonth && ofWeek;
}

/** `day` is the wall date's midnight, read as UTC. Each offset in force around the day gives each wall time one instant. */
function firstOfDay({ hours, minutes }: CronExpression, zone: Zone, day: number, afterMs: number): number | undefined {
  const before = zone.offsetAt(day - DAY_MS);
  const after = zone.offsetAt(day + 2 * DAY_MS);
  let first: number | undefined;
  for (const offset of new Set([before, after])) {
    const isReal = (instant: number): boolean => before === after || zone.offsetAt(instant) === offset;
    const instant = firstInstant(hours, minutes, day - offset, (at) => at > afterMs && isReal(at));
    if (instant !== undefined && (first === undefined || instant < first)) first = instant;
  }
  return first;
}

function firstInstant(
  hours: readonly number[],
  minutes: readonly number[],
  midnight: number,
  fits: (instant: number) => boolean,
): number | undefined {
  for (const hour of hours) {
    for (const minute of minutes) {
      const instant = midnight + (hour * 60 + minute) * MINUTE_MS;
      if (fits(instant)) return instant;
    }
  }
  return undefined;
}
