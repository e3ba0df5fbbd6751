// What a path leads to in a JSON document, as GJSON finds it. Pure.
import { matchesGlob } from './glob.ts';
import type { JsonPath, Operator, Query, Step } from './path.ts';

/** Undefined when there is nothing. */
export function valueAtPath(document: unknown, path: JsonPath): unknown {
  return path.reduce((value: unknown, steps) => follow(value, steps), document);
}

function follow(value: unknown, steps: readonly Step[]): unknown {
  const [step, ...rest] = steps;
  if (!step || value === undefined) return value;
  if (step.kind === 'key') return follow(member(value, step), rest);
  if (!Array.isArray(value)) return undefined;
  const elements: readonly unknown[] = value;
  if (step.kind === 'each') return rest.length === 0 ? elements.length : followEach(elements, rest);
  if (step.all)
    return followEach(
      elements.filter((element) => matches(element, step.query)),
      rest,
    );
  return follow(
    elements.find((element) => matches(element, step.query)),
    rest,
  );
}

function followEach(elements: readonly unknown[], rest: readonly Step[]): readonly unknown[] {
  return elements.map((element) => follow(element, rest)).filter((found) => found !== undefined);
}

function member(value: unknown, { name, glob }: Extract<Step, { kind: 'key' }>): unknown {
  if (Array.isArray(value)) return /^\d+$/.test(name) ? value[Number(name)] : undefined;
  if (!isObject(value)) return undefined;
  const key = glob ? Object.keys(value).find((candidate) => matchesGlob(candidate, name)) : name;
  return key !== undefined && Object.hasOwn(value, key) ? value[key] : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function matches(element: unknown, { path, test }: Query): boolean {
  if (isObject(element) !== (path !== undefined)) return false;
  const value = path === undefined ? element : valueAtPath(element, path);
  if (!test) return value !== undefined;
  const { operator, operand } = test;
  if (typeof value === 'number') return compare(value, operator, Number(operand));
  if (typeof value === 'boolean') return /^!?=$/.test(operator) && compare(String(value), operator, operand);
  if (typeof value !== 'string') return false;
  return operator.endsWith('%')
    ? matchesGlob(value, operand) === (operator === '%')
    : compare(value, operator, operand);
}

function compare<T extends string | number>(value: T, operator: Operator, operand: T): boolean {
  switch (operator) {
    case '=':
      return value === operand;
    case '!=':
      return value !== operand;
    case '<':
      return value < operand;
    case '<=':
      return value <= operand;
    case '>':
      return value > operand;
    case '>=':
      return value >= operand;
    case '%':
    case '!%':
      return false; // patterns are for text
  }
}
