// The table of parameters of types without a scaler: consistent with itself and with what there are scalers for.
import { describe, expect, it } from '@jest/globals';
import { documentedTypes } from '../../../../src/cli/validate/keda-parameters.ts';
import { KEDA_TRIGGER_TYPES, triggerSource } from '../../../../src/scalers/registry.ts';

describe.each([...documentedTypes.values()])('the parameters of $type', ({ type, fields, oneOf, target }) => {
  it('are those of a type of KEDA that there is no scaler for', () => {
    expect(KEDA_TRIGGER_TYPES).toContain(type);
    // With a scaler, its own declaration is the truth, and the row here is to go.
    expect(triggerSource(type)).toBeUndefined();
  });
  it('have a name each and known places', () => {
    const names = fields.flatMap(({ name, aliases }) => [name, ...aliases]);
    const shared = names.filter((name, index) => names.indexOf(name) !== index);
    // Two parameters may share a name when they are read from different places.
    for (const name of shared) {
      const places = fields.filter((field) => field.name === name).flatMap(({ sources }) => sources);
      expect(new Set(places).size).toBe(places.length);
    }
    for (const { name, sources } of fields) {
      expect(name).toMatch(/^[A-Za-z]+$/);
      expect(['metadata', 'auth', 'env']).toEqual(expect.arrayContaining([...sources]));
    }
    expect(names).toEqual(expect.arrayContaining([...oneOf.flat(), ...(target === undefined ? [] : [target])]));
  });
});
