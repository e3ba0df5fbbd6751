// What holds for every HPA, whatever its rules.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { HpaScalingRules } from '../../../src/api/hpa-behavior.ts';
import { scaleDownLimit, scaleDownRules, scaleUpLimit, scaleUpRules } from '../../../src/hpa/behavior.ts';
import { recommend } from '../../../src/hpa/recommend.ts';
import { type HpaState, startingFrom } from '../../../src/hpa/state.ts';

const NOW_MS = 10_000_000;
const count = fc.integer({ min: 0, max: 1000 });
const past = fc.integer({ min: 0, max: 700_000 }).map((ago) => NOW_MS - ago);
const rules: fc.Arbitrary<HpaScalingRules> = fc.record(
  {
    stabilizationWindowSeconds: fc.integer({ min: 0, max: 600 }),
    selectPolicy: fc.constantFrom('Max' as const, 'Min' as const, 'Disabled' as const),
    policies: fc.array(
      fc.record({
        type: fc.constantFrom('Pods' as const, 'Percent' as const),
        value: fc.integer({ min: 1, max: 500 }),
        periodSeconds: fc.integer({ min: 1, max: 600 }),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  },
  { requiredKeys: [] },
);
const state: fc.Arbitrary<HpaState> = fc.record({
  recommendations: fc.array(fc.record({ atMs: past, replicas: count }), { maxLength: 10 }),
  changes: fc.array(fc.record({ atMs: past, by: fc.integer({ min: -50, max: 50 }) }), { maxLength: 10 }),
});
const metric = fc.record({
  name: fc.constantFrom('a', 'b'),
  type: fc.constantFrom('Value' as const, 'AverageValue' as const),
  target: fc.integer({ min: 1, max: 1_000_000 }).map((milli) => milli / 1000),
  value: fc.option(fc.double({ min: 0, max: 1e9, noNaN: true }), { nil: undefined }),
});
const input = fc
  .record({
    replicas: fc.record({ spec: count, status: count, ready: count }),
    bounds: fc.tuple(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 1000 })),
    metrics: fc.array(metric, { maxLength: 4 }),
    behavior: fc.option(fc.record({ scaleUp: rules, scaleDown: rules }, { requiredKeys: [] }), { nil: undefined }),
  })
  .map(({ bounds, ...rest }) => ({
    ...rest,
    nowMs: NOW_MS,
    minReplicas: Math.min(...bounds),
    maxReplicas: Math.max(...bounds),
  }));

describe('hpa/recommend properties', () => {
  it('stays within the bounds, and at zero it stays at zero', () => {
    fc.assert(
      fc.property(input, state, (seen, before) => {
        const { desiredReplicas } = recommend(seen, before);
        if (seen.replicas.spec === 0) return expect(desiredReplicas).toBe(0);
        expect(desiredReplicas).toBeGreaterThanOrEqual(seen.minReplicas);
        expect(desiredReplicas).toBeLessThanOrEqual(seen.maxReplicas);
        expect(Number.isInteger(desiredReplicas)).toBe(true);
      }),
    );
  });

  it('never goes down while a metric is missing', () => {
    fc.assert(
      fc.property(input, state, (seen, before) => {
        fc.pre(seen.metrics.some((m) => m.value === undefined) && seen.replicas.spec <= seen.maxReplicas);
        expect(recommend(seen, before).desiredReplicas).toBeGreaterThanOrEqual(seen.replicas.spec);
      }),
    );
  });

  it('never goes further than the policies allow, except to correct a size out of bounds', () => {
    fc.assert(
      fc.property(input, state, (seen, before) => {
        const current = seen.replicas.spec;
        fc.pre(seen.behavior !== undefined && current >= seen.minReplicas && current <= seen.maxReplicas);
        const { desiredReplicas } = recommend(seen, before);
        expect(desiredReplicas).toBeLessThanOrEqual(
          scaleUpLimit(current, scaleUpRules(seen.behavior?.scaleUp), before, NOW_MS),
        );
        expect(desiredReplicas).toBeGreaterThanOrEqual(
          scaleDownLimit(current, scaleDownRules(seen.behavior?.scaleDown), before, NOW_MS),
        );
      }),
    );
  });

  it('never goes below the highest recommendation of the scaleDown window, unless it is there already', () => {
    fc.assert(
      fc.property(input, state, (seen, before) => {
        const { spec } = seen.replicas;
        fc.pre(spec > 0 && spec <= seen.maxReplicas);
        const windowMs = scaleDownRules(seen.behavior?.scaleDown).stabilizationMs;
        const recent = startingFrom(before, spec, NOW_MS)
          .recommendations.filter((r) => r.atMs > NOW_MS - windowMs)
          .map((r) => r.replicas);
        expect(recommend(seen, before).desiredReplicas).toBeGreaterThanOrEqual(Math.min(spec, Math.max(0, ...recent)));
      }),
    );
  });

  it('is a function: the same question has the same answer, and asking changes nothing', () => {
    fc.assert(
      fc.property(input, state, (seen, before) => {
        const copy = structuredClone(before);
        expect(recommend(seen, before)).toEqual(recommend(seen, before));
        expect(before).toEqual(copy);
      }),
    );
  });

  it('asks for no fewer when a value grows', () => {
    fc.assert(
      fc.property(input, state, fc.double({ min: 0, max: 1e6, noNaN: true }), (seen, before, more) => {
        const grown = seen.metrics.map((m) => ({ ...m, value: m.value === undefined ? undefined : m.value + more }));
        expect(recommend({ ...seen, metrics: grown }, before).desiredReplicas).toBeGreaterThanOrEqual(
          recommend(seen, before).desiredReplicas,
        );
      }),
    );
  });
});
