// The strategies against KEDA's own table, written down a second time.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ScaledJobSpec } from '../../../../../src/api/scaled-job.ts';
import { counted, plan, policyOf, waiting } from './job-world.ts';

interface Situation {
  readonly triggers: readonly { readonly length: number; readonly target: number; readonly isActive: boolean }[];
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly strategy: 'default' | 'custom' | 'accurate' | 'eager';
  readonly calculation: 'min' | 'max' | 'avg' | 'sum';
  readonly deduction: number;
  readonly percentage: string;
  readonly running: number;
  readonly pending: number;
}

/** What KEDA creates in one look, transcribed from its documentation and what it is seen to do. */
function kedaCreates(s: Situation): number {
  let minimum = s.min ?? 0;
  let most = 100;
  if (s.max !== undefined) {
    most = s.max - minimum;
    if (minimum > s.max) [minimum, most] = [s.max, s.max];
  }
  const rows = s.triggers
    .filter((t) => t.isActive)
    .map((t) => ({ length: t.length, value: Math.min(t.length / t.target, most) }));
  const sums = rows.reduce((a, r) => ({ length: a.length + r.length, value: a.value + r.value }), {
    length: 0,
    value: 0,
  });
  const sorted = rows.toSorted((a, b) => a.length - b.length);
  const none = { length: 0, value: 0 };
  const { length, value } = {
    min: sorted[0] ?? none,
    // The first of those that are as long.
    max: rows.find((r) => r.length === sorted.at(-1)?.length) ?? none,
    sum: sums,
    avg: rows.length === 0 ? none : { length: sums.length / rows.length, value: sums.value / rows.length },
  }[s.calculation];
  const isActive = minimum > 0 || (s.calculation === 'max' ? length > 0 : rows.length > 0);
  if (!isActive) return 0;
  if (s.running < minimum) return minimum - s.running;
  const maxScale = Math.ceil(Math.min(value, most));
  const running = s.running - minimum;
  const share = Number.parseFloat(s.percentage);
  const effective = {
    default: maxScale - running,
    custom: Number.isNaN(share)
      ? maxScale - running
      : Math.min(maxScale - s.deduction - Math.trunc(running * share), most),
    accurate: maxScale + running - s.pending > most ? most - running : maxScale - s.pending,
    eager: Math.min(most - running - s.pending, maxScale),
  }[s.strategy];
  return Math.max(0, Math.min(s.strategy === 'eager' ? most : Math.ceil(length), effective));
}

function ours(s: Situation, accounting: 'Exact' | 'KEDA'): number {
  const spec: Partial<ScaledJobSpec> = {
    ...(s.min === undefined ? {} : { minReplicaCount: s.min }),
    ...(s.max === undefined ? {} : { maxReplicaCount: s.max }),
    scalingStrategy: {
      strategy: s.strategy,
      multipleScalersCalculation: s.calculation,
      customScalingQueueLengthDeduction: s.deduction,
      customScalingRunningJobPercentage: s.percentage,
    },
    advanced: { sluice: { accounting } },
  };
  const triggers = s.triggers.map((t) => waiting(t.length, t.target, t.isActive));
  return plan(policyOf(spec), triggers, counted(s.running, s.pending)).create;
}

/** The Jobs that there may be: KEDA's maximum, with its default. */
const mostOf = ({ min = 0, max }: Situation): number => max ?? min + 100;
const roomIn = (s: Situation): number => Math.max(0, mostOf(s) - s.running);

const situation: fc.Arbitrary<Situation> = fc
  .record({
    triggers: fc.array(
      fc.record({ length: fc.nat(40), target: fc.constantFrom(0.5, 1, 2, 5), isActive: fc.boolean() }),
      {
        maxLength: 3,
      },
    ),
    min: fc.option(fc.nat(6), { nil: undefined }),
    max: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
    strategy: fc.constantFrom('default' as const, 'custom' as const, 'accurate' as const, 'eager' as const),
    calculation: fc.constantFrom('min' as const, 'max' as const, 'avg' as const, 'sum' as const),
    deduction: fc.integer({ min: -3, max: 5 }),
    percentage: fc.constantFrom('0.5', '0', '1', '', 'half'),
    running: fc.nat(25),
    pending: fc.nat(25),
  })
  .map((s) => ({ ...s, pending: Math.min(s.pending, s.running) }));
const RUNS = { numRuns: 5_000 };

describe('the strategies', () => {
  it('with accounting KEDA create what KEDA creates', () => {
    fc.assert(
      fc.property(situation, (s) => expect(ours(s, 'KEDA')).toBe(kedaCreates(s))),
      RUNS,
    );
  });

  it.each(['default', 'custom'] as const)('create what KEDA creates, within the maximum: %s', (strategy) => {
    fc.assert(
      fc.property(situation, (given) => {
        const s = { ...given, strategy };
        expect(ours(s, 'Exact')).toBe(Math.min(kedaCreates(s), roomIn(s)));
      }),
      RUNS,
    );
  });

  it('create what KEDA creates: accurate, unless Jobs of the minimum are pending, of which it thinks as a part of the room', () => {
    fc.assert(
      fc.property(situation, (given) => {
        const s = { ...given, strategy: 'accurate' as const };
        const keda = Math.min(kedaCreates(s), roomIn(s));
        if (s.pending <= s.running - (s.min ?? 0)) expect(ours(s, 'Exact')).toBe(keda);
        else expect(ours(s, 'Exact')).toBeGreaterThanOrEqual(keda);
      }),
      RUNS,
    );
  });

  it('count a pending Job once when they are eager: what waits, less what will be taken', () => {
    fc.assert(
      fc.property(situation, (s) => {
        const accurate = ours({ ...s, strategy: 'accurate' }, 'Exact');
        const eager = ours({ ...s, strategy: 'eager' }, 'Exact');
        expect(eager).toBeGreaterThanOrEqual(accurate);
        expect(s.running + eager).toBeLessThanOrEqual(Math.max(s.running, mostOf(s)));
        const keda = kedaCreates({ ...s, strategy: 'eager' });
        if (s.pending === 0) expect(eager).toBe(Math.min(keda, roomIn(s)));
      }),
      RUNS,
    );
  });
});
