import { describe, expect, it } from '@jest/globals';
import { labelSelector } from '../../../src/options/label-selector.ts';

describe('a label selector given as an option', () => {
  it.each([
    ['', ''],
    ['""', ''],
    [' team=payments ', 'team=payments'],
    ['team==payments,tier!=test', 'team==payments,tier!=test'],
    ['example.com/team in (a,b), !legacy', 'example.com/team in (a,b), !legacy'],
    ['tier notin (test),owner', 'tier notin (test),owner'],
    ['empty=', 'empty='],
  ])('%j is taken', (given, selector) => {
    expect(labelSelector.parse(given)).toBe(selector);
  });

  it.each(['a=b c', 'team>3', 'in (a)', '-x=y', 'a=b,,c=d', 'team in a,b', 'team in (a'])(
    '%j is refused, naming what is no requirement',
    (given) => {
      expect(labelSelector.safeParse(given).error?.issues[0]?.message).toMatch(
        /^expected a label selector such as .* is no requirement$/,
      );
    },
  );
});
