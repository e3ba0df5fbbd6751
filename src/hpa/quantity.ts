// Kubernetes quantities into numbers. Autoscaling compares in thousandths, as Kubernetes does, so that 2.1 over 0.7 is 3 and not 4.

const FACTORS: ReadonlyMap<string, number> = new Map([
  ['n', 1e-9],
  ['u', 1e-6],
  ['m', 1e-3],
  ['', 1],
  ['k', 1e3],
  ['M', 1e6],
  ['G', 1e9],
  ['T', 1e12],
  ['P', 1e15],
  ['E', 1e18],
  ['Ki', 2 ** 10],
  ['Mi', 2 ** 20],
  ['Gi', 2 ** 30],
  ['Ti', 2 ** 40],
  ['Pi', 2 ** 50],
  ['Ei', 2 ** 60],
]);

const QUANTITY = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/;

/** The number that a quantity such as `1500m`, `2Gi` or `1e3` stands for (the nearest double); undefined when it is no quantity. */
export function parseQuantity(text: string | number): number | undefined {
  const match = QUANTITY.exec(String(text));
  if (!match) return undefined;
  const [, digits = '', exponent = '', suffix = ''] = match;
  const factor = FACTORS.get(suffix) ?? 1;
  // Dividing by 1000 rounds once where multiplying by 0.001 would round twice: 1500m is exactly 1.5.
  const value = factor < 1 ? Number(digits) / Math.round(1 / factor) : Number(`${digits}${exponent}`) * factor;
  return Number.isFinite(value) ? value : undefined;
}

/** Thousandths as Kubernetes writes them: `2500m`, `3`, `5k`. */
export function formatMilli(milli: number): string {
  if (milli % 1000 !== 0) return `${milli}m`;
  let whole = milli / 1000;
  for (const suffix of ['', 'k', 'M', 'G', 'T', 'P']) {
    if (whole === 0 || whole % 1000 !== 0) return `${whole}${suffix}`;
    whole /= 1000;
  }
  return `${whole}E`;
}

/** In thousandths, the finest step autoscaling/v2 sees; a finer rest counts as a whole step (Quantity.MilliValue rounds up). */
export function toMilli(value: number): number {
  const scaled = value * 1000;
  const nearest = Math.round(scaled);
  // 32.77 * 1000 is 32770.000000000004: a rest below the precision of the double is no rest.
  return Math.abs(scaled - nearest) <= Math.abs(scaled) * 2 * Number.EPSILON ? nearest : Math.ceil(scaled);
}
