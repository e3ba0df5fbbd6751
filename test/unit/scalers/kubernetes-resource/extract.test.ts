import { describe, expect, it } from '@jest/globals';
import { createExtract, type Format, type ValueType } from '../../../../src/scalers/kubernetes-resource/extract.ts';

const JSON_TEXT = '{"jobs":{"open":7.9,"text":"1500m","big":1e3},"list":[1,2,3],"no":null,"yes":true}';
const YAML_TEXT = 'jobs:\n  open: 7.9\n  text: "1500m"\n  words: 12 apples\nlist: [1, 2, 3]\nyes: true\n';

describe('the number in a value', () => {
  it.each<[Format, ValueType, string, string, number]>([
    ['number', 'float64', '', '42', 42],
    ['number', 'float64', '', ' -2.5e1\n', -25],
    ['number', 'float64', '', '12abc', 12],
    ['number', 'float64', '', '.5', 0.5],
    ['number', 'int64', '', '3.7', 3],
    ['number', 'int64', '', '+8', 8],
    ['number', 'int64', '', '-9223372036854775808', -(2 ** 63)],
    ['number', 'quantity', '', ' 1500m\n', 1.5],
    ['number', 'quantity', '', '2Ki', 2048],
    ['json', 'float64', 'jobs.open', JSON_TEXT, 7.9],
    ['json', 'float64', 'jobs.text', JSON_TEXT, 1.5],
    ['json', 'int64', 'jobs.open', JSON_TEXT, 7],
    ['json', 'quantity', 'jobs.text', JSON_TEXT, 1.5],
    ['json', 'quantity', 'jobs.big', JSON_TEXT, 1000],
    ['json', 'float64', 'list.#', JSON_TEXT, 3],
    ['yaml', 'float64', 'jobs.open', YAML_TEXT, 7.9],
    ['yaml', 'int64', 'jobs.open', YAML_TEXT, 7.9],
    ['yaml', 'quantity', 'jobs.text', YAML_TEXT, 1.5],
    ['yaml', 'float64', 'jobs.text', YAML_TEXT, 1500],
    ['yaml', 'int64', 'jobs.words', YAML_TEXT, 12],
    ['yaml', 'float64', 'list.1', YAML_TEXT, 2],
  ])('with the format %s and the type %s at %j of %j is %d', async (format, type, location, text, value) => {
    await expect(createExtract(format, type, location)(text)).resolves.toBe(value);
  });

  it.each<[Format, ValueType, string, string, string]>([
    ['number', 'float64', '', '', 'expected a text that begins with a number such as 2.5'],
    ['number', 'float64', '', 'NaN', 'expected a text that begins with a number such as 2.5'],
    ['number', 'float64', '', '5e', 'expected a text that begins with a number such as 2.5'],
    ['number', 'float64', '', '1e999', 'expected a text that begins with a number such as 2.5'],
    ['number', 'int64', '', '+-5', 'expected a text that begins with a whole number of 64 bits'],
    ['number', 'int64', '', '9223372036854775808', 'expected a text that begins with a whole number of 64 bits'],
    ['number', 'quantity', '', '12abc', 'expected a quantity such as 1500m'],
    ['json', 'float64', 'jobs.gone', JSON_TEXT, 'there is nothing at valueLocation "jobs.gone"'],
    ['json', 'int64', 'jobs.text', JSON_TEXT, 'expected a number of the valueType at valueLocation "jobs.text"'],
    ['json', 'float64', 'no', JSON_TEXT, 'expected a number of the valueType at valueLocation "no"'],
    ['json', 'float64', 'yes', JSON_TEXT, 'expected a number of the valueType at valueLocation "yes"'],
    ['json', 'float64', 'a', '{"s3cret"', 'expected json, found something else'],
    ['yaml', 'float64', 'yes', YAML_TEXT, 'expected a number of the valueType at valueLocation "yes"'],
    ['yaml', 'float64', 'jobs.gone', YAML_TEXT, 'there is nothing at valueLocation "jobs.gone"'],
    ['yaml', 'float64', 'a', 'a: [', 'expected yaml, found something else'],
  ])('with the format %s and the type %s at %j of %j is refused', async (format, type, location, text, message) => {
    await expect(createExtract(format, type, location)(text)).rejects.toThrow(message);
  });
});
