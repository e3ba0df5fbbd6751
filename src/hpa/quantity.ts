// Numbers as autoscaling compares and writes them: in thousandths, as Kubernetes does, so that 2.1 over 0.7 is 3 and not 4.

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
