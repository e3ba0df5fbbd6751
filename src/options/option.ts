// One option of `sluice run`, and the ways in which its text is read.
import { z } from 'zod';

export const text = z.string();
export const flag = z
  .string()
  .refine((v) => /^(1|t|true|0|f|false)$/i.test(v), 'expected true or false')
  .transform((v) => /^(1|t|true)$/i.test(v));
export const integer = (min: number, max: number) =>
  z
    .string()
    .refine(
      (v) => /^\d+$/.test(v) && Number(v) >= min && Number(v) <= max,
      `expected a whole number from ${min} to ${max}`,
    )
    .transform(Number);
export const list = z.string().transform((v) =>
  v
    .replace(/^""$/, '')
    .split(',')
    .map((s) => s.trim())
    .filter((s) => s !== ''),
);
export const oneOf = <const T extends readonly string[]>(...values: T) =>
  z.enum(values, { error: `expected ${values.join(' or ')}` });

export interface Option<S extends z.ZodType> {
  readonly flag: string;
  /** What stands behind the flag in --help; a flag without it takes true or false and may stand alone. */
  readonly value?: string;
  /** The environment variable; KEDA's name where it means the same. */
  readonly env: string;
  readonly default: string;
  readonly describe: string;
  readonly schema: S;
}
export const option = <S extends z.ZodType>(o: Option<S>): Option<S> => o;
