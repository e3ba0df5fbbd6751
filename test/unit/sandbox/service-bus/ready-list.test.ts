// The order of messages that come and go.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createReadyList } from '../../../../src/sandbox/service-bus/ready-list.ts';

describe('sandbox/service-bus/ready-list', () => {
  it('gives back the lowest place first, whatever was added, removed and returned', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('add', 'shift', 'remove'), fc.nat(3000))), (steps) => {
        const list = createReadyList<{ readonly place: number }>();
        const model = new Map<number, { readonly place: number }>();
        for (const [step, place] of steps) {
          const lowest = [...model.keys()].sort((a, b) => a - b)[0];
          if (step === 'add' && !model.has(place)) {
            const item = { place };
            model.set(place, item);
            list.add(item);
          } else if (step === 'remove') {
            list.remove(model.get(place) ?? { place });
            model.delete(place);
          } else if (step === 'shift') {
            expect(list.shift()?.place).toBe(lowest);
            model.delete(lowest ?? -1);
          }
          expect(list.size()).toBe(model.size);
        }
      }),
    );
  });

  it('stays in order over many thousands', () => {
    const list = createReadyList<{ readonly place: number }>();
    for (let place = 0; place < 5000; place++) list.add({ place });
    const half = Array.from({ length: 2500 }, () => list.shift()!);
    for (const item of half) list.add(item);
    expect(Array.from({ length: 5000 }, () => list.shift()!.place)).toEqual(Array.from({ length: 5000 }, (_, i) => i));
  });
});
