// The five fields of a cron expression, with the grammar and the rules of robfig/cron v3, which KEDA uses.

export interface CronExpression {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly months: ReadonlySet<number>;
  readonly daysOfMonth: ReadonlySet<number>;
  /** 0 is Sunday. */
  readonly daysOfWeek: ReadonlySet<number>;
  /** When both kinds of day are restricted, either may match; otherwise both must. */
  readonly days: 'either' | 'both';
  /** From a `TZ=` or `CRON_TZ=` prefix; wins over the trigger's timezone. */
  readonly timezone?: string;
}

interface Unit {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const UNITS = [
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day of month', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, names: MONTHS },
  { name: 'day of week', min: 0, max: 6, names: WEEKDAYS },
] as const satisfies readonly Unit[];
const DAYS_OF_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Throws a RangeError whose message says what is wrong, as the end of a sentence about the expression. */
export function parseCron(text: string): CronExpression {
  const [, timezone, rest = ''] = /^(?:(?:CRON_)?TZ=(\S*)\s+)?(.*)$/s.exec(text.trim()) ?? [];
  const parts = rest.split(/\s+/);
  if (parts.length !== 5) {
    throw new RangeError(
      `expected 5 fields (minute, hour, day of month, month, day of week), found ${JSON.stringify(rest)}`,
    );
  }
  const [minutes, hours, daysOfMonth, months, daysOfWeek] = UNITS.map((unit, i) => parseField(parts[i] ?? '', unit));
  if (!minutes || !hours || !daysOfMonth || !months || !daysOfWeek) throw new TypeError('there are five units');
  const expression: CronExpression = {
    minutes: sorted(minutes.values),
    hours: sorted(hours.values),
    months: months.values,
    daysOfMonth: daysOfMonth.values,
    daysOfWeek: daysOfWeek.values,
    days: daysOfMonth.star || daysOfWeek.star ? 'both' : 'either',
    // To robfig/cron `TZ=Local` says nothing, and `TZ=` is UTC.
    ...(timezone === undefined || timezone === 'Local' ? {} : { timezone: timezone || 'UTC' }),
  };
  if (!hasAnyDay(expression)) throw new RangeError('never comes: no such day exists in these months');
  return expression;
}

interface Field {
  readonly values: ReadonlySet<number>;
  /** Written as `*` or `?`, even if other values stand beside it; a step above 1 makes it none. */
  readonly star: boolean;
}

function parseField(text: string, unit: Unit): Field {
  const parts = text.split(',').filter((part) => part !== '');
  if (parts.length === 0) throw unexpected(text, unit);
  const ranges = parts.map((part) => parseRange(part, unit));
  return { values: new Set(ranges.flatMap(({ values }) => [...values])), star: ranges.some(({ star }) => star) };
}

/** `*`, `?`, `5`, `1-5`, each with an optional `/step`; `5/10` goes from 5 to the end, and `*-5` is `*`. */
function parseRange(text: string, unit: Unit): Field {
  const [, star, first = '', last, step] =
    /^(?:([*?])(?:-[^-/]*)?|(\+?\w+)(?:-(\+?\w+))?)(?:\/\+?(\d+))?$/.exec(text) ?? [];
  const from = star ? unit.min : parseValue(first, unit);
  const to = star || (last === undefined && step !== undefined) ? unit.max : parseValue(last ?? first, unit);
  const by = Number(step ?? 1);
  if (from === undefined || to === undefined || by < 1 || from > to) throw unexpected(text, unit);
  const values = new Set<number>();
  for (let value = from; value <= to; value += by) values.add(value);
  return { values, star: star !== undefined && by === 1 };
}

function parseValue(text: string, unit: Unit): number | undefined {
  const named = unit.names?.indexOf(text.toLowerCase()) ?? -1;
  const value = named >= 0 ? named + unit.min : /^\+?\d+$/.test(text) ? Number(text) : undefined;
  return value !== undefined && value >= unit.min && value <= unit.max ? value : undefined;
}

function unexpected(text: string, unit: Unit): RangeError {
  return new RangeError(`expected ${grammar(unit)} in the field ${unit.name}, found ${JSON.stringify(text)}`);
}

function grammar({ min, max, names }: Unit): string {
  const words = names ? ` or ${names[0]} to ${names.at(-1)}` : '';
  return `numbers from ${min} to ${max}${words}, ranges such as ${min}-${max}, steps such as */2, * or ?`;
}

function sorted(values: ReadonlySet<number>): readonly number[] {
  return [...values].sort((a, b) => a - b);
}

function hasAnyDay({ days, months, daysOfMonth }: CronExpression): boolean {
  if (days === 'either') return true;
  return [...months].some((month) => [...daysOfMonth].some((day) => day <= (DAYS_OF_MONTH[month - 1] ?? 0)));
}
