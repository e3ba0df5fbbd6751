// What a formula costs: one evaluation of what users write, and how long the worst that can be written keeps the program busy.
import { compileFormula } from '../../src/formula/formula.ts';
import { FormulaError } from '../../src/formula/formula-error.ts';
import { type Bench, quantile, type Report } from './bench.ts';

const EVALUATIONS = 1_000_000;
const VALUES: ReadonlyMap<string, number> = new Map([
  ['queue_a', 5],
  ['queue_b', 2],
  ['queue_c', 9],
]);
const NAMES = [...VALUES.keys()];
const valueOf = (name: string): number | undefined => VALUES.get(name);

const USUAL = [
  'queue_a + queue_b * 2 + queue_c',
  'queue_a > 10 ? queue_a : max(queue_b, queue_c)',
  'count([queue_a, queue_b, queue_c], { # > 1 }) > 1 ? 5 : 0',
  '(queue_a ?? 0) + (queue_b ?? 0) + (queue_c ?? 0)',
];
const HOSTILE = [
  'reduce(1..49000, #acc + #)',
  'sum(map(1..300, sum(map(1..300, #))))',
  'len(sort(map(1..9000, -# % 77)))',
  'len(uniq(1..9000))',
  'len(toJSON(reduce(1..9000, [#acc], 1)))',
  'let x = 1..100; let y = map(x, x); let z = map(x, y); len(toJSON(z))',
  'repeat("a", 20000) matches "(a*)*(a|aa)*b" ? 1 : 2',
  `"${'a'.repeat(200)}" matches "${'(a|b|c)*'.repeat(20)}d" ? 1 : 2`,
  `${Array(5).fill('"a" matches "((a{30}){30}b)"').join(' and ')} ? 1 : 2`,
  'len(replace(repeat("a", 9000), "a", repeat("b", 9000)))',
  'len(map(1..9000, timezone("Europe/Berlin")))',
  Array(250).fill('queue_a').join(' + '),
  `queue_a${' | abs()'.repeat(249)}`,
  '['.repeat(4_000),
  '1 '.repeat(2_000),
];

export const formulaBench: Bench = {
  name: 'formula',
  run(report) {
    for (const text of USUAL) report({ what: text, value: `${evaluationsASecond(text)} M/s`, aim: '≥ 1 M/s' });
    const compiled = USUAL.map((text) => cpuMs(() => compileFormula(text, NAMES)));
    report({ what: 'compiling one of them', value: `${quantile(compiled, 0.5).toFixed(2)} ms of CPU` });
    reportHostile(report);
    return Promise.resolve();
  },
};

function evaluationsASecond(text: string): string {
  const formula = compileFormula(text, NAMES);
  const rounds = (count: number): void => {
    for (let i = 0; i < count; i++) formula.evaluate(valueOf, i);
  };
  rounds(EVALUATIONS / 10);
  return (EVALUATIONS / 1_000 / cpuMs(() => rounds(EVALUATIONS))).toFixed(1);
}

function reportHostile(report: Report): void {
  // Each once before, so that what is measured is the formula and not the compiler of JavaScript.
  const times = [...HOSTILE, ...HOSTILE].map((text) => ({ text, ms: cpuMs(() => attempt(text)) }));
  const warm = times.slice(HOSTILE.length).toSorted((a, b) => b.ms - a.ms);
  const worst = warm[0];
  report({
    what: `the worst of ${HOSTILE.length} hostile formulas`,
    value: `${worst?.ms.toFixed(1)} ms`,
    aim: '≤ 10 ms',
  });
  report({ what: 'which is', value: `\`${worst?.text.slice(0, 60)}\`` });
}

function attempt(text: string): void {
  try {
    compileFormula(text, NAMES).evaluate(valueOf, 0);
  } catch (error) {
    if (!(error instanceof FormulaError)) throw error;
  }
}

function cpuMs(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
