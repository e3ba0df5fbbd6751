// spec.advanced.scalingModifiers: what is wrong with it, and the formula that it holds. KEDA: https://keda.sh/docs/latest/reference/scaledobject-spec/#scalingmodifiers
import type { FieldIssue } from '../errors.ts';
import { compileFormula, type Formula } from '../formula/formula.ts';
import { FormulaError } from '../formula/formula-error.ts';
import { usesModifiers } from './checks.ts';
import type { ScaledObjectSpec } from './scaled-object.ts';

/** One metric instead of the triggers' own. */
export interface CompositeMetric {
  readonly target: number;
  readonly type: 'AverageValue' | 'Value';
  /** Active above it. */
  readonly activation: number;
}

/** For an object that passed its checks; undefined when every trigger counts by itself. */
export function compositeOf(spec: ScaledObjectSpec): CompositeMetric | undefined {
  if (!usesModifiers(spec)) return undefined;
  const { target = '', metricType: type = 'AverageValue', activationTarget } = spec.advanced?.scalingModifiers ?? {};
  return { target: Number(target), type, activation: Number(activationTarget ?? 0) };
}

const formulas = new WeakMap<ScaledObjectSpec, Formula | FormulaError>();

/** The formula over the names of all triggers, compiled once for each spec; undefined when there is none that can be computed. */
export function formulaOf(spec: ScaledObjectSpec): Formula | undefined {
  const compiled = formulas.get(spec) ?? compiledFrom(spec, () => true);
  formulas.set(spec, compiled);
  return compiled instanceof FormulaError ? undefined : compiled;
}

/** cpu and memory are the HPA's: their values are not known here, so that no formula can name them (KEDA). */
function compiledFrom(
  { triggers, advanced }: ScaledObjectSpec,
  polled: (type: string) => boolean,
): Formula | FormulaError {
  const names = triggers.flatMap(({ name = '', type }) => (name !== '' && polled(type) ? [name] : []));
  try {
    return compileFormula(advanced?.scalingModifiers?.formula ?? '', names);
  } catch (error) {
    if (error instanceof FormulaError) return error;
    throw error;
  }
}

const checked = new WeakMap<ScaledObjectSpec, readonly FieldIssue[]>();

/** Formula and target are there, the formula can be computed, and the numbers are numbers. Checked once for each spec. */
export function checkScalingModifiers(
  spec: ScaledObjectSpec,
  types: { readonly polled: (type: string) => boolean },
): readonly FieldIssue[] {
  const issues = checked.get(spec) ?? issuesOf(spec, types.polled);
  checked.set(spec, issues);
  return issues;
}

function issuesOf(spec: ScaledObjectSpec, polled: (type: string) => boolean): readonly FieldIssue[] {
  if (!usesModifiers(spec)) return [];
  const { formula = '', target = '', activationTarget = '' } = spec.advanced?.scalingModifiers ?? {};
  const compiled = compiledFrom(spec, polled);
  return [
    ...issue('formula', formula === '' ? REQUIRED : formulaProblem(spec, compiled, polled)),
    ...issue('target', target === '' ? REQUIRED : targetProblem(target)),
    ...issue('activationTarget', isNumber(activationTarget || '0') ? '' : numberExpected(activationTarget)),
  ];
}

/** Triggers that are read and change nothing, because the formula does not name them. */
export function triggersOutsideFormula(
  spec: ScaledObjectSpec,
  types: { readonly isResource: (type: string) => boolean },
): readonly FieldIssue[] {
  const uses = compositeOf(spec) && formulaOf(spec)?.uses;
  if (!uses) return [];
  return spec.triggers.flatMap(({ name, type }, index) => {
    if (types.isResource(type) || (name !== undefined && uses.has(name))) return [];
    const message = 'has no effect: spec.advanced.scalingModifiers.formula does not name this trigger';
    return [{ field: `spec.triggers[${index}]`, message }];
  });
}

const REQUIRED = 'is required: scalingModifiers needs both formula and target';
const issue = (field: string, message: string): readonly FieldIssue[] =>
  message === '' ? [] : [{ field: `spec.advanced.scalingModifiers.${field}`, message }];

const isNumber = (text: string): boolean => /^[+-]?(\d+(?:\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text);
const numberExpected = (found: string): string => `expected a number, found ${JSON.stringify(found)}`;

function targetProblem(text: string): string {
  // An HPA's target has three decimals.
  const isGood = isNumber(text) && Math.round(Number(text) * 1_000) >= 1;
  return isGood ? '' : `expected a number of at least 0.001, found ${JSON.stringify(text)}`;
}

/** When the formula is tried. */
const TRIED_AT = Date.UTC(2000, 0);
/**
 * What triggers are taken to say while it is asked whether the formula ever gives a number: the same, or each its own, since a difference of
 * two of them may stand below a fraction.
 */
const TRIALS: readonly ((place: number, names: number) => number)[] = [
  () => 0,
  () => 1,
  () => 7.5,
  (place) => 3.7 ** (place + 1),
  (place, names) => 3.7 ** (names - place),
  (place) => 1e6 + 370 * place,
];

function formulaProblem(
  { triggers }: ScaledObjectSpec,
  formula: Formula | FormulaError,
  polled: (type: string) => boolean,
): string {
  if (formula instanceof FormulaError) {
    const resource = triggers.find(({ name, type }) => name && !polled(type) && formula.message.includes(`"${name}"`));
    return resource
      ? `${formula.message} (a ${resource.type} trigger has no value that a formula could use)`
      : formula.message;
  }
  try {
    // KEDA refuses what cannot be computed with every trigger at -1, and nothing else: an array may well be too short for another number.
    const isUseful = isFiniteOrNil(formula.evaluate(() => -1, TRIED_AT)) || everGivesNumber(formula);
    return isUseful ? '' : 'gives no finite number, whatever the triggers say: it divides by zero';
  } catch (error) {
    if (error instanceof FormulaError) return `${error.message} (tried with every trigger at -1)`;
    throw error;
  }
}

function everGivesNumber(formula: Formula): boolean {
  const names = [...formula.uses];
  return TRIALS.some((trial) => {
    try {
      return isFiniteOrNil(formula.evaluate((name) => trial(names.indexOf(name), names.length), TRIED_AT));
    } catch (error) {
      if (error instanceof FormulaError) return false;
      throw error;
    }
  });
}

const isFiniteOrNil = (result: number | undefined): boolean => result === undefined || Number.isFinite(result);
