// A number as a canonical Kubernetes quantity: no digit lost, no fraction, the largest suffix that keeps it whole.
import { InternalError } from '../errors.ts';

/** Powers of a thousand, from nano to exa. */
const SUFFIXES = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'] as const;
const FINEST = -9;
const COARSEST = 18;

/**
 * `1.5` is `1500m`, `1000` is `1k`. What is finer than nano, the finest that Kubernetes knows, is rounded to the nearest nano,
 * but what is there never becomes 0. A negative value, NaN or infinity is the caller's fault: an InternalError.
 */
export function formatQuantity(value: number): string {
  if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) {
    throw new InternalError(`expected a metric value of 0 or more, found ${value}`);
  }
  if (value === 0) return '0';
  let { digits, exponent } = toNano(decimalOf(value));
  // Move zeros from the digits into the exponent, as far as a suffix carries.
  while (exponent < COARSEST && digits.endsWith('0')) {
    digits = digits.slice(0, -1);
    exponent++;
  }
  const whole = Math.min(COARSEST, Math.floor(exponent / 3) * 3);
  return digits + '0'.repeat(exponent - whole) + SUFFIXES[(whole - FINEST) / 3];
}

/** digits × 10^exponent, exactly. */
interface Decimal {
  readonly digits: string;
  readonly exponent: number;
}

/** A whole number is taken to its last digit; of a fraction, the shortest digits that mean this number. */
function decimalOf(value: number): Decimal {
  if (Number.isInteger(value)) return { digits: BigInt(value).toString(), exponent: 0 };
  const [mantissa = '', power = '0'] = value.toString().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  return { digits: (whole + fraction).replace(/^0+/, ''), exponent: Number(power) - fraction.length };
}

function toNano({ digits, exponent }: Decimal): Decimal {
  const surplus = FINEST - exponent;
  if (surplus <= 0) return { digits, exponent };
  const kept = digits.slice(0, -surplus);
  const roundsUp = (digits.padStart(surplus, '0').at(-surplus) ?? '0') >= '5';
  const rounded = BigInt(kept === '' ? 0 : kept) + (roundsUp ? 1n : 0n);
  return { digits: rounded === 0n ? '1' : rounded.toString(), exponent: FINEST };
}
