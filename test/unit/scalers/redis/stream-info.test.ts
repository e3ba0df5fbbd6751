// The bound on a group's lag when the server can't tell it.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { entriesAhead, readCount, readGroups, readStream } from '../../../../src/scalers/redis/stream-info.ts';

const aGroup = (delivered: string, read: number | null) =>
  readGroups([
    ['name', 'g', 'consumers', 0, 'pending', 0, 'last-delivered-id', delivered, 'entries-read', read, 'lag', null],
  ])[0]!;
const aStream = (length: number, added: number, last: string | null) =>
  readStream(['length', length, 'entries-added', added, 'last-entry', last === null ? null : [last, ['body', 'x']]]);

describe('entriesAhead', () => {
  it.each<[string, number, Parameters<typeof aStream>, Parameters<typeof aGroup>]>([
    ['none of an empty stream', 0, [0, 9, null], ['0-0', 0]],
    ['none behind the last entry', 0, [5, 6, '5-0'], ['5-0', 5]],
    ['none when the group is further than the last entry', 0, [5, 9, '5-0'], ['9-0', null]],
    ['at most what was added since', 3, [1_000, 1_003, '9-9'], ['9-1', 1_000]],
    ['at most what is there', 2, [2, 10, '10-0'], ['0-0', 0]],
    ['one, when more is said to be read than was ever added', 1, [5, 5, '5-0'], ['3-0', 9]],
    ['all that is there when nobody counted', 7, [7, 9, '9-0'], ['3-0', null]],
    [
      'more than Number can compare',
      1,
      [1, 1, '18446744073709551615-18446744073709551615'],
      ['18446744073709551615-18446744073709551614', 0],
    ],
  ])('is %s', (_, expected, stream, group) =>
    expect(entriesAhead(aStream(...stream), aGroup(...group))).toBe(expected),
  );

  it('is never less than what waits, and 0 only when nothing does', () => {
    const history = fc.record({
      deleted: fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }),
      read: fc.nat(20),
      counted: fc.boolean(),
    });
    fc.assert(
      fc.property(history, ({ deleted, read, counted }) => {
        const there = deleted.flatMap((gone, i) => (gone ? [] : [i + 1]));
        const delivered = Math.min(read, deleted.length);
        const waiting = there.filter((id) => id > delivered).length;
        const last = there.at(-1);
        const bound = entriesAhead(
          aStream(there.length, deleted.length, last === undefined ? null : `${last}-0`),
          aGroup(`${delivered}-0`, counted ? delivered : null),
        );
        expect(bound).toBeGreaterThanOrEqual(waiting);
        expect(bound === 0).toBe(waiting === 0);
      }),
    );
  });
});

describe('a reply that Redis would not give', () => {
  it.each([
    ['a count', () => readCount('5')],
    ['a negative count', () => readCount(-1)],
    ['no list of groups', () => readGroups('OK')],
    ['a group without a name', () => readGroups([['lag', 5]])],
    ['an entry without an id', () => readStream(['length', 1, 'last-entry', ['x', []]])],
  ])('is refused: %s', (_, read) => expect(read).toThrow());
});
