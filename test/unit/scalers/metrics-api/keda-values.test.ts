// The numbers that KEDA's own code finds in texts, recorded (test/fixtures/keda-answers/values), and ours.
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Recording } from '../../../fixtures/keda-answers/values/places.ts';
import { createExtract } from '../../../../src/scalers/metrics-api/extract.ts';

const folder = join(import.meta.dirname, '../../../fixtures/keda-answers/values');
const { answers } = JSON.parse(readFileSync(join(folder, 'values.json'), 'utf8')) as Recording;

/** Locations at which KEDA finds a number, and we do not, and why. */
const differences: Readonly<Record<string, string>> = {
  '#(a': 'a query that is not closed could lead to anything, and is refused',
  'q.@fromstr': 'the text is a quantity, no JSON: GJSON makes 0 of it',
};

const cases = answers.flatMap(({ format, text, numbers }) =>
  Object.entries(numbers).flatMap(([location, told]) => {
    const number = told === null ? undefined : Number(told);
    return location in differences && number !== undefined ? [] : [[format, location, text, number] as const];
  }),
);

async function ours(...[format, location, text]: (typeof cases)[number]): Promise<number | undefined> {
  try {
    return await createExtract(format, location)(text, 'api');
  } catch {
    return undefined;
  }
}

describe('a number that KEDA finds', () => {
  it.each(cases)('in %s at %s of %j is %d here too, if it is one', async (...asked) => {
    const [, , , number] = asked;
    expect(await ours(...asked)).toBe(Number.isFinite(number) ? number : undefined);
  });

  it.each(Object.entries(differences))('is left alone at %s: %s', async (location) => {
    const found = answers.filter(({ numbers }) => typeof numbers[location] === 'string');
    expect(found.length).toBeGreaterThan(0);
    for (const { format, text } of found) expect(await ours(format, location, text, undefined)).toBeUndefined();
  });
});
