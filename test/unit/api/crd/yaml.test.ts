// The YAML writer of generated files, against a real YAML reader.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'yaml';
import { toYaml } from '../../../../src/api/crd/yaml.ts';

describe('toYaml', () => {
  it('writes block style with two spaces', () =>
    expect(toYaml({ a: { b: [{ c: 1, d: 'x' }, 'z', []] }, e: {}, f: undefined })).toBe(
      'a:\n  b:\n    - c: 1\n      d: x\n    - z\n    - []\ne: {}\n',
    ));
  it.each([
    'yes',
    'No',
    'on',
    'null',
    '~',
    '1',
    '1e3',
    '.inf',
    '-',
    'a: b',
    'a #b',
    ' a',
    'a ',
    '',
    '"',
    "it's",
    'x\ny',
    'ü',
    '0x1f',
    '=',
    '<<',
    '2026-11-21',
  ])('reads back %j as the same string, by YAML 1.1 too', (text) => {
    expect(parse(toYaml({ text }), { version: '1.1' })).toEqual({ text });
    expect(parse(toYaml({ text }))).toEqual({ text });
  });
  it('reads back whatever was written', () => {
    const key = fc.string().filter((k) => k !== '__proto__' && k !== '<<');
    const { data } = fc.letrec((tie) => ({
      data: fc.oneof(
        { maxDepth: 4 },
        fc.string({ unit: 'binary' }),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        tie('list'),
        tie('map'),
      ),
      list: fc.array(tie('data'), { maxLength: 4 }),
      map: fc.dictionary(key, tie('data'), { maxKeys: 4 }),
    }));
    fc.assert(fc.property(data, (value) => expect(parse(toYaml(value))).toEqual(value)));
  });
});
