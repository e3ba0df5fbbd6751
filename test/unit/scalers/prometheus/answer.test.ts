import { describe, expect, it } from '@jest/globals';
import { readInstantValue } from '../../../../src/scalers/prometheus/answer.ts';

const vector = (...values: unknown[]) =>
  JSON.stringify({
    status: 'success',
    data: { resultType: 'vector', result: values.map((value) => ({ metric: {}, value: [1.5, value] })) },
  });
const read = (body: string, empty: 'zero' | 'error' = 'error') =>
  readInstantValue(body, { what: 'prom', query: 'q'.repeat(200), empty });

describe('readInstantValue', () => {
  it.each([
    [vector('5'), 5],
    [vector('-1e-3'), -0.001],
    [vector('1.7976931348623157e+308'), Number.MAX_VALUE],
    ['{"data":{"resultType":"scalar","result":[1,"7"]}}', 7],
  ])('reads %s', (body, value) => expect(read(body)).toBe(value));

  it.each([
    vector(),
    '{"data":{"resultType":"vector","result":null}}',
    vector('NaN'),
    vector('+Inf'),
    vector('-Inf'),
    vector(null),
  ])('takes %s for 0 when null values are ignored, else for an error', (body) => {
    expect(read(body, 'zero')).toBe(0);
    expect(() => read(body)).toThrow('ignoreNullValues is false');
  });

  it.each([
    vector('1', '2'),
    vector('five'),
    vector(5),
    vector(''),
    '{"data":{"resultType":"matrix","result":[]}}',
    '{"data":{"resultType":"string","result":[1,"5"]}}',
    '{"status":"error","data":{"resultType":"vector","result":[]}}',
    '{"data":{"resultType":"vector","result":[{"value":[1]}]}}',
    '{"data":{}}',
    '<html>',
    '',
  ])('never takes %s for a number, and quotes neither it nor a long query', (body) => {
    for (const empty of ['zero', 'error'] as const) {
      expect(() => read(body, empty)).toThrow(/^prom: expected/);
      expect(() => read(body, empty)).not.toThrow(/html|five|q{130}/);
    }
  });
});
