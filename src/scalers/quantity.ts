// Kubernetes quantities in answers and parameters of triggers, as numbers. Kubernetes: apimachinery, resource.Quantity.

const FACTORS: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** `1500m` is 1.5, `2Ki` 2048, `1e3` 1000; undefined for what is no quantity, or beyond a double. */
export function readQuantity(text: string): number | undefined {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/.exec(text);
  if (!match) return undefined;
  const [, digits = '', exponent = '', suffix = ''] = match;
  const factor = FACTORS[suffix] ?? 1;
  // Dividing by 1000 rounds once where multiplying by 0.001 would round twice.
  const value = factor < 1 ? Number(digits) / Math.round(1 / factor) : Number(`${digits}${exponent}`) * factor;
  return Number.isFinite(value) ? value : undefined;
}
