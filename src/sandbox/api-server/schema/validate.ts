// Checking a value against a structural schema, with the messages of Kubernetes' API extensions server.
import { equal, isList, isObject, type Json, type JsonObject } from '../object.ts';
import { required as requiredCause, type StatusCause, unsupported } from '../status.ts';
import { hasFormat } from './formats.ts';
import { memberSchema, type Schema } from './schema.ts';

/** Every violation, in document order; empty when the value fits. */
export function validateSchema(schema: Schema, value: Json, path: string): readonly StatusCause[] {
  if (value === null && schema.nullable) return [];
  const wrongType = checkType(schema, value, path);
  if (wrongType) return [wrongType];
  return [
    ...checkEnum(schema, value, path),
    ...(typeof value === 'number' ? checkNumber(schema, value, path) : []),
    ...(typeof value === 'string' ? checkString(schema, value, path) : []),
    ...(isList(value) ? checkList(schema, value, path) : []),
    ...(isObject(value) ? checkObject(schema, value, path) : []),
    ...checkCombined(schema, value, path),
  ];
}

export function typeOf(value: Json): string {
  if (value === null) return 'null';
  if (isList(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function fail(path: string, value: unknown, why: string): StatusCause {
  return {
    reason: 'FieldValueInvalid',
    field: path,
    message: `Invalid value: ${JSON.stringify(value)}: ${path} in body ${why}`,
  };
}

function checkType(schema: Schema, value: Json, path: string): StatusCause | undefined {
  const found = typeOf(value);
  if (schema['x-kubernetes-int-or-string']) {
    return found === 'integer' || found === 'string'
      ? undefined
      : wrong(path, found, `must be of type integer,string: "${found}"`);
  }
  const wanted = schema.type;
  if (wanted === undefined || wanted === found || (wanted === 'number' && found === 'integer')) return undefined;
  return wrong(path, found, `must be of type ${wanted}: "${found}"`);
}

function wrong(path: string, found: string, why: string): StatusCause {
  return {
    reason: 'FieldValueTypeInvalid',
    field: path,
    message: `Invalid value: "${found}": ${path} in body ${why}`,
  };
}

function checkEnum(schema: Schema, value: Json, path: string): StatusCause[] {
  if (!schema.enum || schema.enum.some((allowed) => equal(allowed, value))) return [];
  return [unsupported(path, value, schema.enum)];
}

function checkNumber(schema: Schema, value: number, path: string): StatusCause[] {
  const out: StatusCause[] = [];
  const { minimum, maximum, multipleOf } = schema;
  if (minimum !== undefined && (schema.exclusiveMinimum ? value <= minimum : value < minimum)) {
    out.push(fail(path, value, `should be greater than ${schema.exclusiveMinimum ? '' : 'or equal to '}${minimum}`));
  }
  if (maximum !== undefined && (schema.exclusiveMaximum ? value >= maximum : value > maximum)) {
    out.push(fail(path, value, `should be less than ${schema.exclusiveMaximum ? '' : 'or equal to '}${maximum}`));
  }
  if (multipleOf !== undefined && !Number.isInteger(value / multipleOf)) {
    out.push(fail(path, value, `should be a multiple of ${multipleOf}`));
  }
  if (!hasFormat(schema.format, value))
    out.push(fail(path, value, `must be of type ${schema.format}: ${JSON.stringify(value)}`));
  return out;
}

function checkString(schema: Schema, value: string, path: string): StatusCause[] {
  const out: StatusCause[] = [];
  const length = Array.from(value).length;
  if (schema.maxLength !== undefined && length > schema.maxLength) {
    out.push({
      reason: 'FieldValueTooLong',
      field: path,
      message: `Too long: may not be more than ${schema.maxLength} bytes`,
    });
  }
  if (schema.minLength !== undefined && length < schema.minLength) {
    out.push(fail(path, value, `should be at least ${schema.minLength} chars long`));
  }
  if (schema.pattern !== undefined && !patternOf(schema.pattern).test(value)) {
    out.push(fail(path, value, `should match '${schema.pattern}'`));
  }
  if (!hasFormat(schema.format, value))
    out.push(fail(path, value, `must be of type ${schema.format}: ${JSON.stringify(value)}`));
  return out;
}

const patterns = new Map<string, RegExp>();

/** Kubernetes' patterns are RE2, unanchored; what this engine can't compile matches everything. */
function patternOf(pattern: string): RegExp {
  let made = patterns.get(pattern);
  if (!made) {
    try {
      made = new RegExp(pattern, 'u');
    } catch {
      made = /^/;
    }
    patterns.set(pattern, made);
  }
  return made;
}

function checkList(schema: Schema, value: readonly Json[], path: string): StatusCause[] {
  const out: StatusCause[] = [];
  if (schema.maxItems !== undefined && value.length > schema.maxItems) {
    out.push({
      reason: 'FieldValueTooMany',
      field: path,
      message: `Too many: ${value.length}: must have at most ${schema.maxItems} items`,
    });
  }
  if (schema.minItems !== undefined && value.length < schema.minItems) {
    out.push(fail(path, value.length, `should have at least ${schema.minItems} items`));
  }
  const keys = schema['x-kubernetes-list-map-keys'];
  const isSet = schema['x-kubernetes-list-type'] === 'set' || schema.uniqueItems === true;
  if (isSet || keys) out.push(...duplicates(value, isSet ? undefined : keys, path));
  const { items } = schema;
  if (items) for (const [index, item] of value.entries()) out.push(...validateSchema(items, item, `${path}[${index}]`));
  return out;
}

function duplicates(list: readonly Json[], keys: readonly string[] | undefined, path: string): StatusCause[] {
  const seen = new Set<string>();
  const out: StatusCause[] = [];
  for (const [index, item] of list.entries()) {
    const identity = keys && isObject(item) ? Object.fromEntries(keys.map((key) => [key, item[key]])) : item;
    const text = JSON.stringify(identity);
    if (seen.has(text))
      out.push({ reason: 'FieldValueDuplicate', field: `${path}[${index}]`, message: `Duplicate value: ${text}` });
    seen.add(text);
  }
  return out;
}

function checkObject(schema: Schema, value: JsonObject, path: string): StatusCause[] {
  const out: StatusCause[] = [];
  const inside = (key: string): string => (path === '' ? key : `${path}.${key}`);
  for (const key of schema.required ?? []) if (value[key] === undefined) out.push(requiredCause(inside(key)));
  const count = Object.keys(value).length;
  if (schema.maxProperties !== undefined && count > schema.maxProperties) {
    out.push({
      reason: 'FieldValueTooMany',
      field: path,
      message: `Too many: ${count}: must have at most ${schema.maxProperties} items`,
    });
  }
  if (schema.minProperties !== undefined && count < schema.minProperties) {
    out.push(fail(path, count, `should have at least ${schema.minProperties} properties`));
  }
  for (const [key, member] of Object.entries(value)) {
    const inner = memberSchema(schema, key);
    if (inner && member !== undefined) out.push(...validateSchema(inner, member, inside(key)));
  }
  return out;
}

function checkCombined(schema: Schema, value: Json, path: string): StatusCause[] {
  const fits = (option: Schema): boolean => validateSchema(option, value, path).length === 0;
  const out: StatusCause[] = (schema.allOf ?? []).flatMap((part) => validateSchema(part, value, path));
  if (schema.anyOf && !schema.anyOf.some(fits))
    out.push(fail(path, value, 'must validate at least one schema (anyOf)'));
  if (schema.oneOf && schema.oneOf.filter(fits).length !== 1) {
    out.push(fail(path, value, 'must validate one and only one schema (oneOf). Found none valid'));
  }
  if (schema.not && fits(schema.not)) out.push(fail(path, value, 'must not validate the schema (not)'));
  return out;
}
