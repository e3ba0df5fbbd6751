// Go's duration notation, as time.ParseDuration reads it.

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};
/** A time.Duration holds 63 bits of nanoseconds. */
const LONGEST_MS = 2 ** 63 / 1e6;

/** Milliseconds of a text such as `1h30m`, `-1.5s` or `0`; undefined when it isn't one (a unit is required, `d` is none). */
export function parseGoDuration(text: string): number | undefined {
  const match = /^([+-]?)((?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+|0)$/.exec(text);
  if (!match) return undefined;
  let ms = 0;
  for (const [, amount, unit = ''] of (match[2] ?? '').matchAll(/([\d.]+)([^\d.]+)/g)) {
    ms += Number(amount) * (UNIT_MS[unit] ?? Number.NaN);
  }
  if (ms >= LONGEST_MS) return undefined;
  return match[1] === '-' ? -ms : ms;
}
