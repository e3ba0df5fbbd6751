// KEDA's own code as the judge of formulas: which are refused, and what the others give.
import { describe } from '@jest/globals';
import { checkScalingModifiers, formulaOf } from '../../../src/api/scaling-modifiers.ts';
import type { ScaledObjectSpec } from '../../../src/api/scaled-object.ts';
import { FormulaError } from '../../../src/formula/formula-error.ts';
import type { AskedFormula, FormulaAnswer } from '../../fixtures/keda-answers/objects/question.ts';
import { questions } from '../../fixtures/keda-answers/objects/questions/formula.ts';
import { itAnswersAsKeda } from '../../support/keda-objects.ts';

const NOW = Date.UTC(2026, 0);
/** The last digits of a power are the processor's. */
const DIGITS = 12;

function specOf({ formula, names }: AskedFormula): ScaledObjectSpec {
  return {
    scaleTargetRef: { name: 'worker' },
    triggers: names.map((name) => ({ type: 'redis', name, metadata: {} })),
    advanced: { scalingModifiers: { formula, target: '1' } },
  };
}

function ours(asked: AskedFormula): 'refused' | readonly string[] {
  const spec = specOf(asked);
  if (checkScalingModifiers(spec, { polled: () => true }).length > 0) return 'refused';
  return asked.values.map((values) => {
    try {
      const value = formulaOf(spec)?.evaluate((name) => values[asked.names.indexOf(name)] ?? undefined, NOW);
      return value === undefined ? 'nil' : value.toPrecision(DIGITS);
    } catch (error) {
      if (error instanceof FormulaError) return 'error';
      throw error;
    }
  });
}

const WORDS: Readonly<Record<string, string>> = { '+Inf': 'Infinity', '-Inf': '-Infinity' };
const asNumber = (text: string): string =>
  text === 'nil' || text === 'error' ? text : Number(WORDS[text] ?? text).toPrecision(DIGITS);

describe('a formula', () => {
  itAnswersAsKeda('formula', questions, {
    theirs: (answer: FormulaAnswer) => ('refused' in answer ? 'refused' : answer.results.map(asNumber)),
    ours,
  });
});
