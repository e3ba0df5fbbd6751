// Label selectors (equality and set syntax, and their object form) and field selectors, as predicates.
import { type ApiObject, at, type Json, type JsonObject, listAt, objectAt, textAt, plainText } from './object.ts';
import { badRequest } from './status.ts';

type Labels = Readonly<Record<string, string>>;
export type LabelPredicate = (labels: Labels) => boolean;

type Operator = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'GreaterThan' | 'LessThan';

const REQUIREMENT =
  /^\s*(?:(?<absent>!)\s*(?<absentKey>[^\s!=(),]+)|(?<setKey>[^\s!=(),]+)\s+(?<set>in|notin)\s*\((?<values>[^()]*)\)|(?<key>[^\s!=<>(),]+)\s*(?<op>==|!=|=|>|<)\s*(?<value>[^\s!=(),]*)|(?<existing>[^\s!=(),]+))\s*$/;

/** Parses `a=b,c!=d,e in (f,g),!h`; the empty selector matches everything. Throws a 400 that quotes what it can't read. */
export function parseLabelSelector(text: string): LabelPredicate {
  const parts = splitOutsideParentheses(text).filter((part) => part.trim() !== '');
  const all = parts.map((part) => parseRequirement(part, text));
  return (labels) => all.every((matches) => matches(labels));
}

function parseRequirement(part: string, whole: string): LabelPredicate {
  const found = REQUIREMENT.exec(part)?.groups;
  if (!found) {
    throw badRequest(
      `unable to parse requirement: found '${part.trim()}', expected: a label selector requirement in ${JSON.stringify(whole)}`,
    );
  }
  if (found['absentKey'] !== undefined) return requirement(found['absentKey'], 'DoesNotExist', []);
  if (found['existing'] !== undefined) return requirement(found['existing'], 'Exists', []);
  if (found['setKey'] !== undefined) {
    const values = (found['values'] ?? '').split(',').map((v) => v.trim());
    return requirement(found['setKey'], found['set'] === 'in' ? 'In' : 'NotIn', values);
  }
  const operators: Record<string, Operator> = { '!=': 'NotIn', '>': 'GreaterThan', '<': 'LessThan' };
  return requirement(found['key'] ?? '', operators[found['op'] ?? ''] ?? 'In', [found['value'] ?? '']);
}

function requirement(key: string, operator: Operator, values: readonly string[]): LabelPredicate {
  const valueOf = (labels: Labels): string | undefined => (Object.hasOwn(labels, key) ? labels[key] : undefined);
  switch (operator) {
    case 'In':
      return (labels) => values.some((value) => value === valueOf(labels));
    case 'NotIn':
      return (labels) => valueOf(labels) === undefined || !values.includes(valueOf(labels) ?? '');
    case 'Exists':
      return (labels) => valueOf(labels) !== undefined;
    case 'DoesNotExist':
      return (labels) => valueOf(labels) === undefined;
    case 'GreaterThan':
      return (labels) => Number(valueOf(labels)) > Number(values[0]);
    case 'LessThan':
      return (labels) => Number(valueOf(labels)) < Number(values[0]);
  }
}

function splitOutsideParentheses(text: string): string[] {
  return text.split(/,(?![^(]*\))/);
}

/** The object form (`matchLabels`, `matchExpressions`); the empty selector matches everything, a missing one nothing. */
export function selectorFromObject(selector: Json | undefined): LabelPredicate {
  if (selector === undefined || selector === null) return () => false;
  const parts = [
    ...Object.entries(objectAt(selector, 'matchLabels')).map(([key, value]) =>
      requirement(key, 'In', [plainText(value ?? '')]),
    ),
    ...listAt(selector, 'matchExpressions').map((expression) =>
      requirement(
        textAt(expression, 'key') ?? '',
        (textAt(expression, 'operator') ?? 'In') as Operator,
        listAt(expression, 'values').map(String),
      ),
    ),
  ];
  return (labels) => parts.every((matches) => matches(labels));
}

/** The text form of a selector object, as `/scale` reports it in `status.selector`. */
export function selectorText(selector: JsonObject): string {
  const equalities = Object.entries(objectAt(selector, 'matchLabels')).map(
    ([key, value]) => `${key}=${plainText(value ?? '')}`,
  );
  const expressions = listAt(selector, 'matchExpressions').map((expression) => {
    const key = textAt(expression, 'key') ?? '';
    const values = `(${listAt(expression, 'values').map(String).join(',')})`;
    const operator = textAt(expression, 'operator');
    if (operator === 'Exists') return key;
    if (operator === 'DoesNotExist') return `!${key}`;
    return `${key} ${operator === 'In' ? 'in' : 'notin'} ${values}`;
  });
  return [...equalities, ...expressions].join(',');
}

export type ObjectPredicate = (object: ApiObject) => boolean;

/** Parses `metadata.name=a,status.phase!=Running`; only `allowed` fields and metadata.name/namespace may be named. */
export function parseFieldSelector(text: string, allowed: readonly string[]): ObjectPredicate {
  const tests = text
    .split(',')
    .filter((part) => part.trim() !== '')
    .map((part): ObjectPredicate => {
      const found = /^\s*([^=!]+?)\s*(!=|==|=)\s*(.*?)\s*$/.exec(part);
      if (!found) throw badRequest(`invalid selector: '${part}'; can't understand '${part}'`);
      const [, field = '', operator, value] = found;
      if (!['metadata.name', 'metadata.namespace', ...allowed].includes(field)) {
        throw badRequest(
          allowed.length > 0
            ? `field label not supported: ${field}`
            : `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`,
        );
      }
      const path = field.split('.');
      const wanted = operator !== '!=';
      return (object) => (plainText(at(object, ...path) ?? '') === value) === wanted;
    });
  return (object) => tests.every((test) => test(object));
}
