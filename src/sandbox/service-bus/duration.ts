// ISO 8601 durations as Service Bus writes them, for example PT1M30S; its greatest one means "for ever".

const FOREVER = 'P10675199DT2H48M5.4775807S';
const DAY_MS = 86_400_000;
/** The service's own greatest duration, in whole days; anything as long is no limit. */
const FOREVER_MS = 10_675_199 * DAY_MS;
const PATTERN = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** Milliseconds; Infinity for the greatest duration; undefined when it is no duration. */
export function parseDuration(text: string): number | undefined {
  const parts = PATTERN.exec(text);
  if (!parts || text === 'P' || text.endsWith('T')) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  const ms = days * DAY_MS + hours * 3_600_000 + minutes * 60_000 + Math.round(seconds * 1000);
  return ms >= FOREVER_MS ? Infinity : ms;
}

export function formatDuration(ms: number): string {
  if (ms >= FOREVER_MS) return FOREVER;
  const days = Math.floor(ms / DAY_MS);
  const rest = ms % DAY_MS;
  const time = [
    [Math.floor(rest / 3_600_000), 'H'],
    [Math.floor(rest / 60_000) % 60, 'M'],
    [(rest % 60_000) / 1000, 'S'],
  ]
    .filter(([value]) => value !== 0)
    .map(([value, unit]) => `${value}${unit}`)
    .join('');
  if (days === 0 && time === '') return 'PT0S';
  return `P${days > 0 ? `${days}D` : ''}${time === '' ? '' : `T${time}`}`;
}
