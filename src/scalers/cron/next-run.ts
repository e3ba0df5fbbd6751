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

/** Throws a RangeError for a name that isn't an IANA time zone; `Local` is our own (Go). */
export function createZone(name: string): Zone {
  if (/^[+-]/.test(name)) throw new RangeError(`${name} is an offset`);
  const format = new Intl.DateTimeFormat('en-US', {
    ...(name === 'Local' ? {} : { timeZone: name }),
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
 * The first instant after `afterMs` whose wall time matches; undefined when there is none within nine years. A wall time that a change
 * of clocks repeats comes twice, as in robfig/cron. One that it skips comes at the change, where robfig/cron leaves it out: a window
 * that begins or ends in the hour that is missing would be open a day too long, or not at all.
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

/** `day` is the wall date's midnight, read as UTC. Each offset in force around the day may give a wall time an instant. */
function firstOfDay({ hours, minutes }: CronExpression, zone: Zone, day: number, afterMs: number): number | undefined {
  const before = zone.offsetAt(day - DAY_MS);
  const after = zone.offsetAt(day + 2 * DAY_MS);
  const instantsOf = before === after ? (wall: number) => [wall - before] : changing(zone, before, after);
  let first: number | undefined;
  for (const hour of hours) {
    for (const minute of minutes) {
      const wall = day + (hour * 60 + minute) * MINUTE_MS;
      const [earliest, latest] = [wall - Math.max(before, after), wall - Math.min(before, after)];
      if (first !== undefined && earliest >= first) return first;
      if (latest <= afterMs) continue;
      for (const instant of instantsOf(wall)) {
        if (instant > afterMs && (first === undefined || instant < first)) first = instant;
      }
    }
  }
  return first;
}

/** The instants of wall times around a change of clocks: one or two that are real, or else that of the change. */
function changing(zone: Zone, before: number, after: number): (wall: number) => readonly number[] {
  return (wall) => {
    const real = [before, after].filter((offset) => zone.offsetAt(wall - offset) === offset);
    return real.length > 0 ? real.map((offset) => wall - offset) : [changeBetween(zone, wall - after, wall - before)];
  };
}

/** The first instant with the offset of `late`; at `early` there is another one. Changes come at whole seconds. */
function changeBetween(zone: Zone, early: number, late: number): number {
  const offset = zone.offsetAt(late);
  let [from, to] = [early, late];
  while (to - from > 1_000) {
    const middle = Math.floor((from + to) / 2_000) * 1_000;
    if (zone.offsetAt(middle) === offset) to = middle;
    else from = middle;
  }
  return to;
}

/** Whether clocks are set forward at that instant, so that wall times before it are missing. */
export function skipsTo(zone: Zone, instantMs: number): boolean {
  return zone.offsetAt(instantMs) > zone.offsetAt(instantMs - 1);
}
