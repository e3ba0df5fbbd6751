// What goes from one replica to the others.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createNoteBoard, packNotes, unpackNotes } from '../../../../src/controller/membership/notes.ts';
import { NOTES } from '../../../../src/kube/leases.ts';

describe('controller/membership/notes', () => {
  it('arrive as old as they left, whatever the clocks show', () => {
    const note = fc.record({
      value: fc.jsonValue(),
      ageMs: fc.nat(9_000),
      forMs: fc.integer({ min: 10_000, max: 20_000 }),
    });
    fc.assert(
      fc.property(fc.dictionary(fc.uuid(), note), fc.nat(), fc.nat(), (all, here, there) => {
        const ours = new Map(
          Object.entries(all).map(([uid, { value, ageMs, forMs }]) => [
            uid,
            { note: value, at: here - ageMs, until: here - ageMs + forMs },
          ]),
        );
        const arrived = unpackNotes(packNotes(ours, here), there);
        expect(arrived.size).toBe(ours.size);
        for (const [uid, { ageMs }] of Object.entries(all)) expect(there - (arrived.get(uid)?.at ?? 0)).toBe(ageMs);
      }),
    );
  });

  it('leave out what is over, and the oldest when there is too much', () => {
    const entry = (at: number) => ({ note: 'x'.repeat(1_000), at, until: at + 100_000 });
    const many = new Map(Array.from({ length: 300 }, (_, i) => [`uid-${i}`, entry(i)]));
    const arrived = unpackNotes(packNotes(many, 1_000), 0);
    expect(arrived.size).toBeLessThan(130);
    expect(arrived.has('uid-299')).toBe(true);
    expect(arrived.has('uid-0')).toBe(false);
    expect(packNotes(new Map([['a', { note: 1, at: 0, until: 5 }]]), 5)).toBe('');
  });

  it.each([undefined, '', 'nonsense', '{}', '[[1]]', '[["uid",1]]'])(
    'say nothing when they cannot be read: %j',
    (text) => {
      expect(unpackNotes(text, 0).size).toBe(0);
    },
  );

  it('grow old although the Lease that carries them is not renewed', () => {
    let now = 0;
    const board = createNoteBoard(() => now);
    const annotations = { [NOTES]: packNotes(new Map([['uid', { note: 7, at: 0, until: 5_000 }]]), 0) };
    const lease = { apiVersion: '', kind: 'Lease', metadata: { name: 'other', resourceVersion: '1', annotations } };
    for (; now <= 4_000; now += 800) board.hear([lease]);
    expect(board.on('uid')).toEqual({ note: 7, ageMs: 4_800 });
    now = 5_000;
    expect(board.on('uid')).toBeUndefined();
  });
});
