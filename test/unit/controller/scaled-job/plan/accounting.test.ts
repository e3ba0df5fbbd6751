// N messages make N Jobs, whatever is slow, lost or killed.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { pastFailures } from './past-failures.ts';
import { type Scenario, simulate } from './simulated-world.ts';

const second = fc.nat(90);
const scenario: fc.Arbitrary<Scenario> = fc.record({
  strategy: fc.constantFrom('default' as const, 'accurate' as const, 'eager' as const),
  arrivals: fc.array(second, { maxLength: 14, size: 'max' }),
  max: fc.integer({ min: 1, max: 12 }),
  deaths: fc.array(second, { maxLength: 3 }),
  maxChanges: fc.array(fc.record({ at: second, max: fc.integer({ min: 1, max: 12 }) }), { maxLength: 2 }),
  pause: fc.record({ at: second, until: second }),
  history: fc.constantFrom(100, 2, 0),
  vanish: fc.constantFrom(false, false, false, true),
  dice: fc.uint8Array({ maxLength: 250, size: 'max' }),
});

/** Every message was taken, by a Job of its own; never too many Jobs at once, and none for a queue that could not be read. */
function expectExact(world: Scenario): void {
  const { jobs, taken, overMaximum, fromNothing } = simulate(world);
  const messages = world.arrivals.length;
  expect({ jobs, taken, overMaximum, fromNothing }).toEqual({
    jobs: messages,
    taken: messages,
    overMaximum: 0,
    fromNothing: 0,
  });
}

describe('the accounting of Jobs', () => {
  it('makes one Job for each message in 20,000 worlds that are slow, lose answers and die', () => {
    fc.assert(fc.property(scenario, expectExact), { numRuns: 20_000 });
  });

  it.each(pastFailures)('is right where it once was not: $was', ({ world }) => expectExact(world));
});
