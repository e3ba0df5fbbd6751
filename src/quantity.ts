// Kubernetes quantities as numbers. Kubernetes: apimachinery, resource.Quantity.

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

const QUANTITY = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+))(?:([eE][+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/;

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
