import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type LagRules, lagReading, partitionLag } from '../../../../src/scalers/kafka/lag.ts';
import type { PartitionOffsets } from '../../../../src/scalers/kafka/offsets.ts';

const defaults: LagRules = {
  lagThreshold: 10,
  activationLagThreshold: 0,
  offsetResetPolicy: 'latest',
  allowIdleConsumers: false,
  limitToPartitionsWithLag: false,
  ensureEvenDistributionOfPartitions: false,
  scaleToZeroOnInvalidOffset: false,
};
const never = () => false;

const at = (committed: number | undefined, end: number, start?: number): PartitionOffsets => ({
  partition: 0,
  end: BigInt(end),
  committed: committed === undefined ? undefined : BigInt(committed),
  ...(start === undefined ? {} : { start: BigInt(start) }),
});
/** One partition for each lag. */
const lags = (...each: readonly number[]): ReadonlyMap<string, readonly PartitionOffsets[]> =>
  new Map([['orders', each.map((lag, partition) => ({ partition, end: BigInt(lag), committed: 0n }))]]);

describe('the lag of a partition', () => {
  const earliest = { offsetResetPolicy: 'earliest' } as const;
  const zero = { scaleToZeroOnInvalidOffset: true } as const;
  it.each<[string, PartitionOffsets, Partial<LagRules>, bigint]>([
    ['what was written since the commit', at(7, 12), {}, 5n],
    ['0 where everything is committed', at(12, 12), {}, 0n],
    ['the same whatever the policy, where there is a commit', at(7, 12), { ...earliest, ...zero }, 5n],
    ['1 without a commit, however much there is', at(undefined, 500), {}, 1n],
    ['1 without a commit, even where there is nothing', at(undefined, 0), {}, 1n],
    ['0 without a commit, if the user wants', at(undefined, 500), zero, 0n],
    ['all of it without a commit, for who begins at the start', at(undefined, 500), earliest, 500n],
    ['what is still there of it, for who begins at the start', at(undefined, 500, 450), earliest, 50n],
    ['0 of all of it, if the user wants', at(undefined, 500), { ...earliest, ...zero }, 0n],
    ['1 in a topic that was made anew', at(900, 12), {}, 1n],
    ['all of a topic that was made anew, for who begins at the start', at(900, 12, 2), earliest, 10n],
    ['0 in a topic that was made anew, if the user wants', at(900, 12), zero, 0n],
  ])('is %s', (_, offsets, rules, expected) => {
    expect(partitionLag(offsets, { ...defaults, ...rules })).toBe(expected);
  });
});

describe('the value', () => {
  const idle = { allowIdleConsumers: true } as const;
  const limited = { limitToPartitionsWithLag: true } as const;
  const even = { ensureEvenDistributionOfPartitions: true } as const;
  it.each<[string, readonly number[], Partial<LagRules>, number]>([
    ['is the sum of all partitions', [3, 0, 4], {}, 7],
    ['is 0 when nothing waits', [0, 0, 0], {}, 0],
    ['is enough for one replica a partition at the most', [500, 0, 0], {}, 30],
    ['is not cut below one threshold more than the partitions take', [19], {}, 19],
    ['is cut from there on', [20], {}, 10],
    ['is the whole when consumers may be idle', [500, 0, 0], idle, 500],
    ['is enough for the partitions with lag alone, if limited', [500, 20, 0], limited, 20],
    ['is 0 when limited and nothing waits', [0, 0], limited, 0],
    ['is rounded up to an even share', [20, 20, 0, 0, 0, 0, 0, 0, 0, 0], even, 50],
    ['stays where it is even', [20, 0, 0, 0], even, 20],
    ['is all partitions when less is not enough', [500, 0, 0], even, 30],
    ['is one threshold when nothing waits and shares are to be even', [0, 0, 0], even, 10],
    ['is evened though consumers may be idle', [35, 0, 0, 0], { ...idle, ...even }, 40],
    ['is evened first and then limited, where both are allowed', [35, 0, 0, 0], { ...limited, ...even }, 10],
  ])('%s', (_, each, rules, expected) => {
    expect(lagReading(lags(...each), { ...defaults, ...rules }, never).value).toBe(expected);
  });

  it('is summed beyond what a number holds exactly', () => {
    const big = 2n ** 53n + 1n;
    const partitions = [0, 1].map((partition) => ({ partition, end: big, committed: 0n }));
    expect(lagReading(new Map([['t', partitions]]), { ...defaults, ...idle }, never).value).toBe(Number(big * 2n));
  });

  it('leaves stuck partitions out, which count for activity all the same, and not for the limit', () => {
    const isStuck = (_: string, { partition }: PartitionOffsets) => partition === 1;
    const read = (rules: Partial<LagRules>) => lagReading(lags(4, 500, 30), { ...defaults, ...rules }, isStuck);
    expect(read({})).toEqual({ value: 34, active: true });
    expect(read(limited)).toEqual({ value: 20, active: true });
    expect(lagReading(lags(0, 500), defaults, isStuck)).toEqual({ value: 0, active: true });
  });

  it('takes the topics of a group together', () => {
    const topics = new Map([...lags(3, 4), ['bills', [at(1, 6)]] as const]);
    expect(lagReading(topics, defaults, never).value).toBe(12);
  });

  it.each<[readonly number[], number, boolean]>([
    [[0], 0, false],
    [[1], 0, true],
    [[5, 5], 10, false],
    [[5, 6], 10, true],
    [[500], 499, true],
  ])('of lags %j with activation above %i is active: %s', (each, activationLagThreshold, active) => {
    expect(lagReading(lags(...each), { ...defaults, activationLagThreshold }, never).active).toBe(active);
  });
});

const someRules = fc.record({
  lagThreshold: fc.integer({ min: 1, max: 1_000 }),
  activationLagThreshold: fc.integer({ min: 0, max: 1_000 }),
  offsetResetPolicy: fc.constantFrom('latest', 'earliest'),
  allowIdleConsumers: fc.boolean(),
  limitToPartitionsWithLag: fc.boolean(),
  ensureEvenDistributionOfPartitions: fc.boolean(),
  scaleToZeroOnInvalidOffset: fc.boolean(),
});
const offset = fc.bigInt({ min: 0n, max: 10_000n });
const somePartitions = fc.array(
  fc.record({ partition: fc.nat(100), end: offset, committed: fc.option(offset, { nil: undefined }) }),
  { minLength: 1, maxLength: 24 },
);
const topicOf = (partitions: readonly PartitionOffsets[]) => new Map([['t', partitions]]);

describe('any group', () => {
  it('never has a negative value, and none beyond what the caps allow', () => {
    fc.assert(
      fc.property(somePartitions, someRules, (partitions, rules) => {
        const { value } = lagReading(topicOf(partitions), rules, never);
        expect(value).toBeGreaterThanOrEqual(0);
        const capped =
          !rules.allowIdleConsumers || rules.limitToPartitionsWithLag || rules.ensureEvenDistributionOfPartitions;
        if (capped) expect(Math.floor(value / rules.lagThreshold)).toBeLessThanOrEqual(partitions.length);
      }),
    );
  });

  it('asks for a number of replicas that divides the partitions, when shares are to be even', () => {
    fc.assert(
      fc.property(somePartitions, someRules, (partitions, some) => {
        const rules = { ...some, ensureEvenDistributionOfPartitions: true, limitToPartitionsWithLag: false };
        const replicas = lagReading(topicOf(partitions), rules, never).value / rules.lagThreshold;
        expect(partitions.length % replicas).toBe(0);
      }),
    );
  });

  it('is no less active for one more message', () => {
    fc.assert(
      fc.property(somePartitions, someRules, (partitions, rules) => {
        const more = partitions.map((each) => ({ ...each, end: each.end + 1n }));
        const isCommitted = partitions.every(({ committed, end }) => committed !== undefined && committed <= end);
        fc.pre(isCommitted);
        const [before, after] = [partitions, more].map((each) => lagReading(topicOf(each), rules, never));
        if (before?.active) expect(after?.active).toBe(true);
      }),
    );
  });
});
