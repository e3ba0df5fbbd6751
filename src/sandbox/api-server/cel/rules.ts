// x-kubernetes-validations: the CEL rules of a custom schema, judged on an object and its older self.
import type { Logger } from '../../../log.ts';
import type { RuleCheck } from '../custom/definitions.ts';
import { isList, isObject, type Json } from '../object.ts';
import { itemEdge } from '../patch/field-set.ts';
import { memberSchema, type Schema, type ValidationRule } from '../schema/schema.ts';
import type { StatusCause } from '../status.ts';
import { checkKnown, evaluate } from './evaluate.ts';
import { EvaluationError, type Expression, UnsupportedExpression } from './expression.ts';
import { parseExpression } from './parse.ts';

/** A rule that can't be understood is skipped, with one line in the log, and never fails a write. */
export function createRuleCheck(log: Logger): RuleCheck {
  const compiled = new Map<string, Expression | 'skipped'>();

  const compile = (text: string): Expression | 'skipped' => {
    let found = compiled.get(text);
    if (found === undefined) {
      try {
        found = parseExpression(text);
        checkKnown(found);
      } catch (error) {
        if (!(error instanceof UnsupportedExpression)) throw error;
        log.warn('a validation rule is skipped: the sandbox does not know its expression', {
          rule: text,
          why: error.message,
        });
        found = 'skipped';
      }
      compiled.set(text, found);
    }
    return found;
  };

  const judge = (rule: ValidationRule, value: Json, old: Json | undefined, path: string): StatusCause[] => {
    const comparing = /\boldSelf\b/.test(rule.rule);
    if (comparing && old === undefined) return [];
    const expression = compile(rule.rule);
    if (expression === 'skipped') return [];
    const variables = new Map<string, Json>([
      ['self', value],
      ...(old === undefined ? [] : ([['oldSelf', old]] as const)),
    ]);
    const where = `${path}${rule.fieldPath ?? ''}`.replace(/^\./, '');
    try {
      if (evaluate(expression, variables) === true) return [];
      return [failure(rule, where, message(rule, variables))];
    } catch (error) {
      if (!(error instanceof EvaluationError)) throw error;
      return [failure({ rule: rule.rule }, where, `rule evaluation error: ${error.message}`)];
    }
  };

  const message = (rule: ValidationRule, variables: ReadonlyMap<string, Json>): string => {
    const expression = rule.messageExpression === undefined ? 'skipped' : compile(rule.messageExpression);
    if (expression !== 'skipped') {
      try {
        const made = evaluate(expression, variables);
        if (typeof made === 'string' && made.trim() !== '') return made;
      } catch (error) {
        if (!(error instanceof EvaluationError)) throw error;
      }
    }
    return rule.message ?? `failed rule: ${rule.rule}`;
  };

  const walk = (schema: Schema, value: Json, old: Json | undefined, path: string): StatusCause[] => {
    if (value === null) return [];
    const own = (schema['x-kubernetes-validations'] ?? []).flatMap((rule) => judge(rule, value, old, path));
    return [...own, ...below(schema, value, old, path)];
  };

  const below = (schema: Schema, value: Json, old: Json | undefined, path: string): StatusCause[] => {
    const { items } = schema;
    if (isList(value) && items) {
      // Only items of keyed lists have an older self.
      const keyed = schema['x-kubernetes-list-type'] === 'map' && isList(old);
      const before = new Map(keyed ? old.map((item) => [itemEdge(schema, item), item]) : []);
      return value.flatMap((item, index) => walk(items, item, before.get(itemEdge(schema, item)), `${path}[${index}]`));
    }
    if (!isObject(value)) return [];
    return Object.entries(value).flatMap(([key, member]) => {
      const inner = memberSchema(schema, key);
      if (!inner || member === undefined) return [];
      return walk(
        inner,
        member,
        isObject(old) ? old[key] : undefined,
        schema.additionalProperties ? `${path}[${key}]` : `${path}.${key}`,
      );
    });
  };

  return (schema, value, old) => walk(schema, value, old, '');
}

/** The root has no path, which Kubernetes prints as <nil>; the value itself is not shown. */
function failure(rule: ValidationRule, path: string, why: string): StatusCause {
  const field = path === '' ? '<nil>' : path;
  const reason = rule.reason ?? 'FieldValueInvalid';
  if (reason === 'FieldValueForbidden') return { reason, field, message: `Forbidden: ${why}` };
  if (reason === 'FieldValueRequired') return { reason, field, message: `Required value: ${why}` };
  return { reason, field, message: `Invalid value: ${why}` };
}
