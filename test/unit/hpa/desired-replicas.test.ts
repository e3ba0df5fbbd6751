// The ratio and its tolerance, on the examples that Kubernetes documents.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type ObservedMetric, replicasForMetric, replicasForMetrics } from '../../../src/hpa/desired-replicas.ts';

const tolerances = { up: 0.1, down: 0.1 };
const at = (count: number) => ({ spec: count, status: count, ready: count });

describe('hpa/desired-replicas replicasForMetric', () => {
  it.each([
    { what: 'twice the target doubles', type: 'Value', value: 0.2, target: 0.1, now: 3, to: 6 },
    { what: 'half the target halves', type: 'Value', value: 0.05, target: 0.1, now: 4, to: 2 },
    { what: 'a share of a replica counts as a whole one', type: 'Value', value: 5, target: 4, now: 2, to: 3 },
    { what: 'ratio 1.1 is still within tolerance', type: 'Value', value: 110, target: 100, now: 10, to: 10 },
    { what: 'ratio 1.101 is not', type: 'Value', value: 110.1, target: 100, now: 10, to: 12 },
    { what: 'ratio 0.9 is still within tolerance', type: 'Value', value: 90, target: 100, now: 10, to: 10 },
    { what: 'ratio 0.899 is not', type: 'Value', value: 89.9, target: 100, now: 10, to: 9 },
    { what: 'the sum is shared out', type: 'AverageValue', value: 50, target: 5, now: 1, to: 10 },
    { what: 'one message more needs one replica more', type: 'AverageValue', value: 51, target: 5, now: 2, to: 11 },
    { what: 'within tolerance of what there is', type: 'AverageValue', value: 54, target: 5, now: 10, to: 10 },
    { what: 'an empty queue needs nobody', type: 'AverageValue', value: 0, target: 5, now: 10, to: 0 },
    { what: 'from zero there is no tolerance', type: 'AverageValue', value: 1, target: 100, now: 0, to: 1 },
    { what: 'from zero, Value is the plain ratio', type: 'Value', value: 250, target: 100, now: 0, to: 3 },
    { what: 'decimals are compared in thousandths', type: 'AverageValue', value: 2.1, target: 0.7, now: 1, to: 3 },
    { what: 'absurd values stay integers', type: 'AverageValue', value: 1e300, target: 1, now: 1, to: 2 ** 31 - 1 },
    { what: 'nothing over nothing is nothing', type: 'AverageValue', value: 0, target: 0, now: 1, to: 0 },
  ] as const)('$what: $value of $target at $now -> $to', ({ type, value, target, now, to }) => {
    expect(replicasForMetric({ type, value, target }, at(now), tolerances)).toBe(to);
  });

  it('counts Ready pods for Value, and reported ones for AverageValue', () => {
    const counts = { spec: 10, status: 8, ready: 4 };
    expect(replicasForMetric({ type: 'Value', value: 200, target: 100 }, counts, tolerances)).toBe(8);
    expect(replicasForMetric({ type: 'AverageValue', value: 8, target: 1 }, counts, tolerances)).toBe(8);
  });

  it('has a tolerance for each direction', () => {
    const uneven = { up: 0.5, down: 0 };
    expect(replicasForMetric({ type: 'Value', value: 149, target: 100 }, at(10), uneven)).toBe(10);
    expect(replicasForMetric({ type: 'Value', value: 91, target: 100 }, at(100), uneven)).toBe(91);
  });

  it('never asks for fewer when the value grows', () => {
    const positive = fc.double({ min: 0, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(
        fc.constantFrom('Value' as const, 'AverageValue' as const),
        fc.tuple(positive, positive),
        fc.double({ min: 0.001, max: 1e6, noNaN: true }),
        fc.integer({ min: 0, max: 5000 }),
        (type, pair, target, now) => {
          const [low, high] = [Math.min(...pair), Math.max(...pair)];
          const few = replicasForMetric({ type, value: low, target }, at(now), tolerances);
          const many = replicasForMetric({ type, value: high, target }, at(now), tolerances);
          expect(many).toBeGreaterThanOrEqual(few);
        },
      ),
    );
  });
});

describe('hpa/desired-replicas replicasForMetrics', () => {
  const metric = (name: string, value: number | undefined): ObservedMetric => ({
    name,
    type: 'AverageValue',
    target: 1,
    value,
  });

  it('follows the metric that asks for the most', () => {
    const demand = replicasForMetrics([metric('a', 3), metric('b', 9), metric('c', 5)], at(5), tolerances);
    expect(demand).toEqual({ kind: 'known', replicas: 9, metric: 'b', missing: [] });
  });

  it('goes up on the metrics it has, while one is missing', () => {
    const demand = replicasForMetrics([metric('a', undefined), metric('b', 9)], at(5), tolerances);
    expect(demand).toEqual({ kind: 'known', replicas: 9, metric: 'b', missing: ['a'] });
  });

  it('never goes down while a metric is missing', () => {
    const demand = replicasForMetrics([metric('a', undefined), metric('b', 2)], at(5), tolerances);
    expect(demand).toEqual({ kind: 'unknown', missing: ['a'] });
  });

  it('says nothing when all metrics are missing, or when there is none', () => {
    expect(replicasForMetrics([metric('a', undefined)], at(5), tolerances)).toEqual({
      kind: 'unknown',
      missing: ['a'],
    });
    expect(replicasForMetrics([], at(5), tolerances)).toEqual({ kind: 'unknown', missing: [] });
  });
});
