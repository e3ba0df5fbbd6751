// What may stand in spec.advanced.scalingModifiers, and that its page says the truth.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { ScaledObjectSpec } from '../../../src/api/scaled-object.ts';
import { checkScalingModifiers, formulaOf } from '../../../src/api/scaling-modifiers.ts';
import { compileFormula } from '../../../src/formula/formula.ts';

type Modifiers = NonNullable<NonNullable<ScaledObjectSpec['advanced']>['scalingModifiers']>;

const aSpec = (scalingModifiers: Modifiers): ScaledObjectSpec => ({
  scaleTargetRef: { name: 'worker' },
  triggers: [
    { type: 'queue', name: 'queue', metadata: {} },
    { type: 'queue', name: 'my-queue', metadata: {} },
    { type: 'cpu', name: 'load', metadata: {} },
    { type: 'queue', metadata: {} },
  ],
  advanced: { scalingModifiers },
});
const polled = (type: string): boolean => type !== 'cpu';
const problems = (modifiers: Modifiers): readonly string[] =>
  checkScalingModifiers(aSpec(modifiers), { polled }).map(
    ({ field, message }) => `${field.split('.').at(-1)}: ${message}`,
  );

describe('api/scaling-modifiers', () => {
  it.each<[Modifiers, readonly string[]]>([
    [{}, []],
    [{ formula: 'queue', target: '10' }, []],
    [{ formula: '$env["my-queue"] + queue', target: '2.5', activationTarget: '-1', metricType: 'Value' }, []],
    [{ formula: 'queue / (queue + 1)', target: '1' }, []],
    [{ formula: 'queue ?? nil', target: '1' }, []],
    [{ formula: 'queue' }, ['target: is required: scalingModifiers needs both formula and target']],
    [{ target: '5' }, ['formula: is required: scalingModifiers needs both formula and target']],
    [{ formula: 'queue', target: 'ten' }, ['target: expected a number of at least 0.001, found "ten"']],
    [{ formula: 'queue', target: '-1' }, ['target: expected a number of at least 0.001, found "-1"']],
    [{ formula: 'queue', target: '1', activationTarget: 'x' }, ['activationTarget: expected a number, found "x"']],
    [
      { formula: 'load', target: '1' },
      [
        'formula: column 1: no trigger has the name "load": there are queue, $env["my-queue"] (a cpu trigger has no value that a formula could use)',
      ],
    ],
    [
      { formula: '[1, 2][int(queue) + 5]', target: '1' },
      ['formula: column 7: there is no item 4 in an array of 2 (tried with every trigger at -1)'],
    ],
    [
      { formula: 'queue / 0', target: '1' },
      ['formula: gives no finite number, whatever the triggers say: it divides by zero'],
    ],
  ])('%j', (modifiers, expected) => expect(problems(modifiers)).toEqual(expected));

  it('compiles a formula once for each spec', () => {
    const spec = aSpec({ formula: 'queue', target: '1' });
    expect(formulaOf(spec)).toBe(formulaOf(spec));
    expect(formulaOf(aSpec({ formula: 'queue +', target: '1' }))).toBeUndefined();
  });
});

describe('docs/formulas.md', () => {
  const page = readFileSync('docs/formulas.md', 'utf8');
  const [, table = ''] = /## What people write\n([^]*?)\n## /.exec(page) ?? [];
  const formulas = [...table.matchAll(/\| `([^`]+)`/g)].map(([, text = '']) => text);

  it('shows formulas that can be computed', () => {
    expect(formulas).toHaveLength(7);
    const names = 'a b c queue queue_a queue_b connections workers primary secondary'.split(' ');
    for (const text of formulas) {
      expect(compileFormula(text, names).evaluate(() => 700, 1_800_000_000_000)).toBeGreaterThan(0);
    }
  });
});
