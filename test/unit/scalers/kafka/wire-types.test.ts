import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createReader, createWriter } from '../../../../src/scalers/kafka/wire-types.ts';

describe('what is written', () => {
  it.each([false, true])('is read as it was, however long it is (flexible: %s)', (flexible) => {
    const item = fc.record({
      text: fc.string({ unit: 'grapheme', maxLength: 80 }),
      big: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    });
    fc.assert(
      fc.property(
        fc.array(item, { maxLength: 60 }),
        fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
        (items, number) => {
          const writer = createWriter(flexible).int32(number).int16(-7).int8(3);
          const written = writer
            .array(items, ({ text, big }) => writer.string(text).int64(big).tags())
            .tags()
            .done();
          const r = createReader(written, flexible);
          expect([r.int32(), r.int16(), r.int8()]).toEqual([number, -7, 3]);
          const read = r.array(() => {
            const one = { text: r.string(), big: r.int64() };
            r.tags();
            return one;
          });
          r.tags();
          expect(read).toEqual(items);
          expect(() => r.int8()).toThrow(RangeError);
        },
      ),
    );
  });
});
