// What a part of the comparison is: the same script for each contender, and figures under the same names.
import type { Figure } from '../../bench/bench.ts';
import type { Contender } from './contenders.ts';

export interface Part {
  readonly name: string;
  run(contender: Contender, report: (figure: Figure) => void, options: { readonly objects: number }): Promise<void>;
}
