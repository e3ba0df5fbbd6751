// Structural schemas: validation, pruning and defaults.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Json } from '../../../../src/sandbox/api-server/object.ts';
import { applyDefaults } from '../../../../src/sandbox/api-server/schema/defaults.ts';
import { prune } from '../../../../src/sandbox/api-server/schema/prune.ts';
import type { Schema } from '../../../../src/sandbox/api-server/schema/schema.ts';
import { validateSchema } from '../../../../src/sandbox/api-server/schema/validate.ts';

const schema: Schema = {
  type: 'object',
  required: ['size'],
  properties: {
    size: { type: 'integer', minimum: 1, maximum: 10 },
    mode: { type: 'string', enum: ['a', 'b'], default: 'a' },
    name: { type: 'string', pattern: '^x', minLength: 2 },
    port: { 'x-kubernetes-int-or-string': true },
    tags: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set', maxItems: 2 },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
    free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    deep: { type: 'object', default: {}, properties: { on: { type: 'boolean', default: true } } },
    maybe: { type: 'string', nullable: true },
  },
};

describe('sandbox/api-server/schema validation', () => {
  it.each<[Json, readonly string[]]>([
    [{ size: 1 }, []],
    [{}, ['spec.size: Required value']],
    [{ size: 0 }, ['spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1']],
    [{ size: 11 }, ['spec.size: Invalid value: 11: spec.size in body should be less than or equal to 10']],
    [{ size: 'x' }, ['spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"']],
    [{ size: 1.5 }, ['spec.size: Invalid value: "number": spec.size in body must be of type integer: "number"']],
    [{ size: 1, mode: 'c' }, ['spec.mode: Unsupported value: "c": supported values: "a", "b"']],
    [{ size: 1, name: 'yy' }, ['spec.name: Invalid value: "yy": spec.name in body should match \'^x\'']],
    [{ size: 1, port: 80 }, []],
    [{ size: 1, port: 'http' }, []],
    [
      { size: 1, port: true },
      ['spec.port: Invalid value: "boolean": spec.port in body must be of type integer,string: "boolean"'],
    ],
    [{ size: 1, tags: ['a', 'a'] }, ['spec.tags[1]: Duplicate value: "a"']],
    [
      { size: 1, labels: { a: 1 } },
      ['spec.labels.a: Invalid value: "integer": spec.labels.a in body must be of type string: "integer"'],
    ],
    [{ size: 1, maybe: null }, []],
    [{ size: 1, mode: null }, ['spec.mode: Invalid value: "null": spec.mode in body must be of type string: "null"']],
  ])('of %j says %j', (value, expected) => {
    expect(validateSchema(schema, value, 'spec').map((cause) => `${cause.field}: ${cause.message}`)).toEqual(expected);
  });
});

describe('sandbox/api-server/schema pruning', () => {
  it('drops and names unknown fields, and keeps what may be unknown', () => {
    const unknown: string[] = [];
    const value = { size: 1, sise: 2, deep: { of: 1 }, free: { any: 1 }, labels: { x: 'y' } };
    const pruned = prune(schema, value, 'spec', (path) => unknown.push(path));
    expect(pruned).toEqual({ size: 1, deep: {}, free: { any: 1 }, labels: { x: 'y' } });
    expect(unknown).toEqual(['spec.sise', 'spec.deep.of']);
  });

  it('gives the same object back when there is nothing to drop', () => {
    const value = { size: 1, tags: ['a'], deep: { on: false } };
    expect(prune(schema, value, '', () => {})).toBe(value);
  });

  it('is done after once', () => {
    fc.assert(
      fc.property(fc.jsonValue() as fc.Arbitrary<Json>, (value) => {
        const once = prune(schema, value, '', () => {});
        expect(prune(schema, once, '', () => {})).toBe(once);
      }),
    );
  });
});

describe('sandbox/api-server/schema defaults', () => {
  it.each<[Json, Json]>([
    [{ size: 1 }, { size: 1, mode: 'a', deep: { on: true } }],
    [
      { size: 1, mode: 'b', deep: { on: false } },
      { size: 1, mode: 'b', deep: { on: false } },
    ],
    [
      { size: 1, mode: null, deep: {} },
      { size: 1, mode: 'a', deep: { on: true } },
    ],
    [
      { size: 1, maybe: null },
      { size: 1, maybe: null, mode: 'a', deep: { on: true } },
    ],
  ])('turn %j into %j', (value, expected) => {
    expect(applyDefaults(schema, value)).toEqual(expected);
  });
});
