// Jobs are numbered, so that a Job is asked for by one name however often, and by whomever, it is asked for.
import type { ExpectedJob, JobView } from './job-view.ts';

/**
 * How many creations may be under way at once: a number is asked for when the one so far below it has been answered. So whoever takes
 * over knows where a Job may be that no list shows yet.
 */
export const CREATES_AT_ONCE = 10;

/** What is known of the numbers of a ScaledJob's Jobs. To be forgotten whenever another replica may have acted on the object. */
export interface JobNumbers {
  /** Everything up to here was answered once. status.lastJobNumber, whenever the status is written anyway. */
  readonly floor: number;
  /** Numbers above it of Jobs that are or were there. */
  readonly used: ReadonlySet<number>;
}

/**
 * For a process that has just begun with the object. A predecessor may have asked for numbers that no list shows: above the highest that
 * is seen, and in the gaps right below it.
 */
export function firstNumbers(jobs: readonly JobView[], lastInStatus: number | undefined): JobNumbers {
  const highest = jobs.reduce((most, { number = 0 }) => Math.max(most, number), 0);
  return noteNumbers({ floor: Math.max(lastInStatus ?? 0, highest - CREATES_AT_ONCE), used: new Set() }, jobs, []);
}

/** To be called with what the cache shows and what was answered, at each look and after each wave, before Jobs are deleted. */
export function noteNumbers(
  { floor, used }: JobNumbers,
  jobs: readonly JobView[],
  expected: readonly ExpectedJob[],
): JobNumbers {
  const created = expected.filter(({ state }) => state === 'created');
  const all = new Set([...used, ...[...jobs, ...created].flatMap(({ number }) => number ?? [])]);
  let top = floor;
  while (all.has(top + 1)) top++;
  return { floor: top, used: new Set([...all].filter((number) => number > top)) };
}

/**
 * The numbers of the next Jobs, to be asked for in this order. They are the lowest of which nobody knows a Job, hence the same for
 * everybody who does not know of the others' yet: a Job that is on its way, or that the cache does not show, is met by its name
 * (AlreadyExists) and not made a second time, and so is one whose creation was not answered.
 */
export function nextNumbers({ floor, used }: JobNumbers, count: number): readonly number[] {
  const numbers: number[] = [];
  for (let number = floor + 1; numbers.length < count; number++) if (!used.has(number)) numbers.push(number);
  return numbers;
}
