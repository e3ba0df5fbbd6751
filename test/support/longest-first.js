// The order of test files: those that take minutes first, so that no worker is left alone with one at the end. A clean clone has no times
// of an earlier run that jest could go by, and the size of a file says little.
import { createRequire } from 'node:module';

const { default: Sequencer } = createRequire(import.meta.url)('@jest/test-sequencer');

/** The longest first. */
const LONGEST = [
  '/e2e/example/example.',
  '/e2e/keda/',
  '/e2e/example/',
  '/e2e/chart/',
  '/contract/rabbitmq',
  '/contract/celery',
  '/contract/',
];

const rankOf = ({ path }) => {
  const rank = LONGEST.findIndex((part) => path.includes(part));
  return rank < 0 ? LONGEST.length : rank;
};

// oxlint-disable-next-line import/no-default-export -- jest takes a class, by this name only
export default class LongestFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).toSorted((a, b) => rankOf(a) - rankOf(b));
  }
}
