// Worlds in which the accounting of Jobs was wrong while its rules were found, as fast-check shrank them. `was` is the rule of then.
import type { Scenario } from './simulated-world.ts';

export interface PastFailure {
  readonly was: string;
  readonly world: Scenario;
}

const calm = {
  strategy: 'default',
  max: 1,
  deaths: [],
  maxChanges: [],
  pause: { at: 0, until: 0 },
  history: 100,
  vanish: false,
} as const;
/** `dice` with its runs of zeros written as their length below zero. */
const failure = (was: string, world: Partial<Scenario>, dice: readonly number[]): PastFailure => ({
  was,
  world: {
    ...calm,
    arrivals: [0, 0],
    ...world,
    dice: Uint8Array.from(dice.flatMap((die) => (die < 0 ? Array.from({ length: -die }, () => 0) : die))),
  },
});

export const pastFailures: readonly PastFailure[] = [
  failure('a Job counts for nothing once it has finished', { arrivals: [] }, []),
  failure(
    'Jobs are looked at when the queue has been read',
    { arrivals: [0, 0, 0], max: 2, vanish: true },
    [-20, 247, -3, 176, 0, 98, -2, 138, 172, 140, 229, -20, 1],
  ),
  failure(
    'a Job whose pod runs has its message',
    { strategy: 'accurate', arrivals: [21, 21, 0, 0] },
    [-34, 116, -8, 40, 0, 175, 2, 0, 253, 79, -16, 42],
  ),
  failure(
    'a Job that the cache does not show does not count',
    { strategy: 'accurate', arrivals: [0, 31], deaths: [60], maxChanges: [{ at: 0, max: 2 }] },
    [-28, 7, -4, 47, -2, 41, 12, 0, 45, -2, 81, 0, 6, -3, 56, -3, 136],
  ),
  failure(
    'who takes over goes on above the highest number that is seen',
    { arrivals: [2, 2], max: 2, deaths: [21] },
    [-6, 63, -8, 52, 0, 99],
  ),
  failure(
    'what is between the numbers that are seen was deleted',
    { deaths: [29], maxChanges: [{ at: 0, max: 2 }], pause: { at: 0, until: 11 } },
    [-11, 175, -5, 48, -2, 44],
  ),
  failure(
    'a creation that was not answered is repeated, whatever is wanted by now',
    { arrivals: [0, 21], max: 2, maxChanges: [{ at: 22, max: 1 }] },
    [-3, 17, -2, 215, 242, 0, 137, 171, -15, 95, 0, 127],
  ),
  failure(
    'a maximum that was lowered is the maximum of Jobs that are on their way',
    { arrivals: [2, 2], deaths: [22], maxChanges: [{ at: 21, max: 2 }] },
    [-6, 151, -8, 119, -2, 48, -3, 1],
  ),
  failure(
    'numbers are used again as soon as no Job has them',
    { arrivals: [0, 0, 0], deaths: [61, 0], history: 0 },
    [-23, 44, -17, 158, -10, 4],
  ),
  failure(
    'who takes over begins with a list of the cache',
    { arrivals: [0, 0, 0, 0, 0], max: 2, deaths: [61], history: 0 },
    [-14, 20, 0, 68, 25, -6, 4, 74, 134, 31, -23, 15, -10, 148],
  ),
  failure(
    'history is deleted before a successor can know of it',
    { deaths: [21], history: 0 },
    [-9, 34, 0, 255, -10, 4],
  ),
  failure(
    'a Job is deleted while a second creation of it is on its way',
    { arrivals: [0, 15, 21, 0, 0, 31, 31, 0, 0], max: 3, deaths: [2], history: 0 },
    [-24, 20, -3, 24, 1, -4, 54, -32, 103, -7, 84, -10, 254, -8, 49, -2, 175],
  ),
];
