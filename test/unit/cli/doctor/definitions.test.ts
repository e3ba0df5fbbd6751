import { describe, expect, it } from '@jest/globals';
import { crd } from '../../../../src/api/crd/definitions.ts';
import { fieldsMissing } from '../../../../src/cli/doctor/definitions.ts';

const object = (properties: object) => ({ type: 'object', properties }) as never;
const text = { type: 'string' };

describe('fields that a definition does not know', () => {
  it.each<[string, never, never, readonly string[]]>([
    ['none', object({ a: text }), object({ a: text, b: text }), []],
    ['one', object({ a: text, b: text }), object({ a: text }), ['b']],
    ['the root of a subtree', object({ a: object({ b: text }) }), object({}), ['a']],
    ['one within', object({ a: object({ b: text, c: text }) }), object({ a: object({ c: text }) }), ['a.b']],
    [
      'one of the items of a list',
      object({ list: { type: 'array', items: object({ a: text, b: text }) } }),
      object({ list: { type: 'array', items: object({ a: text }) } }),
      ['list[].b'],
    ],
    [
      'none where everything is kept',
      object({ a: object({ b: text }) }),
      object({ a: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }),
      [],
    ],
    [
      'none where any key is known',
      object({ a: object({ b: text }) }),
      object({ a: { type: 'object', additionalProperties: text } }),
      [],
    ],
  ])('are %s', (_what, wanted, found, missing) => {
    expect(fieldsMissing(wanted, found)).toEqual(missing);
  });

  it('are none of our own definition', () => {
    const schema = crd('ScaledObject').spec.versions[0]?.schema.openAPIV3Schema ?? {};
    expect(fieldsMissing(schema, schema)).toEqual([]);
  });
});
