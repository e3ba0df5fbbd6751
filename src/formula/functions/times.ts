// Times and durations: the functions that make them, and their methods.
import { type Builtin, builtin, type Call, checkCall } from '../builtin.ts';
import { FormulaError, quoted } from '../formula-error.ts';
import { BOOL, FLOAT, INT, type Type, typeOfKind } from '../type.ts';
import type { Duration, Time, Value, Zone } from '../value.ts';

const TIME = typeOfKind('time');
const DURATION = typeOfKind('duration');
const ZONE = typeOfKind('zone');
const NANOS_PER_MS = 1_000_000n;
const UNIT_NANOS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/** Go's ParseDuration: `1h30m`, `-1.5s`, `0`. */
function parseDuration(text: string, { at }: Call): Duration {
  const [, sign, rest = ''] = /^([+-]?)(.*)$/.exec(text) ?? [];
  const parts = [...rest.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/gy)];
  const isWhole = parts.length > 0 && parts.map(([part]) => part).join('') === rest;
  if (!isWhole && rest !== '0') {
    throw new FormulaError(at, `duration expected text such as 1h30m or 90s, found ${quoted(text)}`);
  }
  const nanos = parts.reduce((sum, [, amount, unit = '']) => sum + Number(amount) * (UNIT_NANOS[unit] ?? 0), 0);
  return { kind: 'duration', nanos: BigInt(Math.round(sign === '-' ? -nanos : nanos)) };
}

const DATE = /^(\d{4}-\d{2}-\d{2})?(?:(?:^|[ T])(\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?))?(Z|[+-]\d{2}:\d{2})?$/;

/** 2026-01-31, 15:04:05, both, or RFC 3339. Without an offset it is in UTC, or in the zone. */
function parseDate([first, second]: readonly Value[], { at }: Call): Time {
  const [text, zone] = typeof first === 'string' ? [first, 'UTC'] : [second as string, (first as Zone).name];
  const [whole, day = '0000-01-01', clock = '00:00:00', offset] = DATE.exec(text) ?? [];
  const ms = Date.parse(`${day}T${clock}${offset ?? 'Z'}`);
  if (!whole || Number.isNaN(ms)) {
    const wanted = 'a date such as 2026-01-31, 2026-01-31 15:04:05 or 2026-01-31T15:04:05Z';
    throw new FormulaError(at, `date expected ${wanted}, found ${quoted(text)}`);
  }
  const there = offset === undefined ? ms - offsetMs(ms, zone) : ms;
  return { kind: 'time', nanos: BigInt(there) * NANOS_PER_MS, zone };
}

function parseZone(name: string, { at }: Call): Zone {
  try {
    wallClock(name);
    return { kind: 'zone', name };
  } catch {
    throw new FormulaError(at, `timezone expected a name such as Europe/Berlin, found ${quoted(name)}`);
  }
}

/** What it costs to make a clock, and to ask it, in steps. */
const ZONE_COST = 2_000;
const WALL_COST = 50;
const MOST_CLOCKS = 100;
const clocks = new Map<string, Intl.DateTimeFormat>();

/** Making one costs far more than asking it. Zones are few: what is no name of one throws. */
function wallClock(zone: string): Intl.DateTimeFormat {
  const options = { timeZone: zone, hourCycle: 'h23', dateStyle: 'short', timeStyle: 'medium' } as const;
  const clock = clocks.get(zone) ?? new Intl.DateTimeFormat('sv-SE', options);
  if (clocks.size < MOST_CLOCKS) clocks.set(zone, clock);
  return clock;
}

/** How far the zone is ahead of UTC at that moment. */
function offsetMs(ms: number, zone: string): number {
  if (zone === 'UTC') return 0;
  return Date.parse(`${wallClock(zone).format(ms).replace(' ', 'T')}Z`) - Math.floor(ms / 1000) * 1000;
}

/** The clock on the wall, as if it were UTC. */
function wall({ nanos, zone }: Time): Date {
  const ms = Number(nanos / NANOS_PER_MS);
  return new Date(ms + offsetMs(ms, zone));
}

export const times: Readonly<Record<string, Builtin>> = {
  now: builtin('zone?', TIME, ([zone], { run }) => ({
    kind: 'time',
    nanos: BigInt(Math.round(run.now)) * NANOS_PER_MS,
    zone: zone === undefined ? 'UTC' : (zone as Zone).name,
  })),
  duration: builtin('string', DURATION, ([text], call) => parseDuration(text as string, call)),
  date: builtin(
    'string|zone string?',
    TIME,
    ([first = '', second], call) => {
      const isZoned = typeof first !== 'string';
      if (isZoned === (second !== undefined)) return parseDate(second === undefined ? [first] : [first, second], call);
      throw new FormulaError(
        call.at,
        'date takes a string, or a timezone and a string; formats of its own are not supported',
      );
    },
    WALL_COST,
  ),
  timezone: builtin('string', ZONE, ([name], call) => parseZone(name as string, call), ZONE_COST),
};

const ofWall = (read: (date: Date) => number): Builtin =>
  builtin('time', INT, ([time]) => BigInt(read(wall(time as Time))), WALL_COST);
const since = (nanosPerUnit: bigint): Builtin => builtin('time', INT, ([time]) => (time as Time).nanos / nanosPerUnit);
const compareTimes = (holds: (a: bigint, b: bigint) => boolean): Builtin =>
  builtin('time time', BOOL, ([a, b]) => holds((a as Time).nanos, (b as Time).nanos));
const inUnits = (nanosPerUnit: number): Builtin =>
  builtin('duration', FLOAT, ([duration]) => Number((duration as Duration).nanos) / nanosPerUnit);
const inWhole = (nanosPerUnit: bigint): Builtin =>
  builtin('duration', INT, ([duration]) => (duration as Duration).nanos / nanosPerUnit);

const DAY_MS = 86_400_000;

/** The receiver is the first argument. */
const METHODS: Readonly<Record<string, Builtin>> = {
  Year: ofWall((date) => date.getUTCFullYear()),
  Month: ofWall((date) => date.getUTCMonth() + 1),
  Day: ofWall((date) => date.getUTCDate()),
  Hour: ofWall((date) => date.getUTCHours()),
  Minute: ofWall((date) => date.getUTCMinutes()),
  Second: ofWall((date) => date.getUTCSeconds()),
  Weekday: ofWall((date) => date.getUTCDay()),
  YearDay: ofWall((date) => 1 + Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0)) / DAY_MS)),
  Unix: since(1_000_000_000n),
  UnixMilli: since(NANOS_PER_MS),
  UTC: builtin('time', TIME, ([time]) => ({ ...(time as Time), zone: 'UTC' })),
  In: builtin('time zone', TIME, ([time, zone]) => ({ ...(time as Time), zone: (zone as Zone).name })),
  Add: builtin('time duration', TIME, ([time, duration]) => ({
    ...(time as Time),
    nanos: (time as Time).nanos + (duration as Duration).nanos,
  })),
  Sub: builtin('time time', DURATION, ([a, b]) => ({
    kind: 'duration',
    nanos: (a as Time).nanos - (b as Time).nanos,
  })),
  Before: compareTimes((a, b) => a < b),
  After: compareTimes((a, b) => a > b),
  Equal: compareTimes((a, b) => a === b),
  Hours: inUnits(3600e9),
  Minutes: inUnits(60e9),
  Seconds: inUnits(1e9),
  Milliseconds: inWhole(NANOS_PER_MS),
  Nanoseconds: inWhole(1n),
};

/** What the method of that name does with a receiver of that type; throws when there is none. */
export function methodOf(name: string, args: readonly Type[], at: number): Builtin {
  const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
  const receiver = args[0]?.kind ?? 'any';
  const of = method?.parameters[0]?.kinds?.[0];
  if (method === undefined || (receiver !== 'any' && of !== receiver)) {
    const all = Object.entries(METHODS).filter(([, { parameters }]) => parameters[0]?.kinds?.[0] === receiver);
    const known =
      all.length === 0 ? 'only times and durations have methods' : `it has ${all.map(([key]) => key).join(', ')}`;
    throw new FormulaError(at, `${receiver === 'any' ? 'nothing' : `a ${receiver}`} has a method ${name}: ${known}`);
  }
  checkCall(name, method, args, at);
  return method;
}
