import { describe, expect, it } from '@jest/globals';
import { aggregate, AGGREGATIONS } from '../../../../src/scalers/metrics-api/aggregate.ts';

const broken = new Error('no answer');
const read = async (value: number | 'fails'): Promise<number> => {
  if (value === 'fails') throw broken;
  return value;
};

describe('aggregate', () => {
  it.each([
    ['average', 4],
    ['sum', 12],
    ['max', 9],
    ['min', 1],
  ] as const)('makes the %s of all', async (aggregation, expected) => {
    expect(await aggregate([9, 1, 2], aggregation, read)).toBe(expected);
  });

  it('makes an average of those that answer', async () => {
    expect(await aggregate([9, 'fails', 1], 'average', read)).toBe(5);
  });

  it.each(['sum', 'max', 'min'] as const)('makes no %s without one of them', async (aggregation) => {
    await expect(aggregate([9, 'fails', 1], aggregation, read)).rejects.toBe(broken);
  });

  it.each(AGGREGATIONS)('makes no %s of failures', async (aggregation) => {
    await expect(aggregate(['fails', 'fails'], aggregation, read)).rejects.toBe(broken);
  });

  it('asks sixteen at once', async () => {
    let [now, most] = [0, 0];
    const slow = async (value: number): Promise<number> => {
      most = Math.max(most, ++now);
      await Promise.resolve();
      now--;
      return value;
    };
    const values = Array.from({ length: 100 }, (_, i) => i);
    expect(await aggregate(values, 'max', slow)).toBe(99);
    expect(most).toBe(16);
  });
});
