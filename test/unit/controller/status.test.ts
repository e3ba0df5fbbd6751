// What the status becomes, and when that is worth a write.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ScaledObjectStatus } from '../../../src/api/scaled-object.ts';
import { isWorthWriting, mergePatch, statusAfter, timestamp } from '../../../src/controller/status.ts';

const ready = (message: string, status = 'True') => [{ type: 'Ready', status, reason: 'ScaledObjectReady', message }];

describe('controller/status', () => {
  it('changes what is stated, removes what is null, and leaves the rest', () => {
    const before = { hpaName: 'a', pausedReplicaCount: 3, triggersTypes: 'queue' };
    expect(statusAfter(before, { hpaName: 'b', pausedReplicaCount: null })).toEqual({
      hpaName: 'b',
      triggersTypes: 'queue',
    });
  });

  it.each<[string, ScaledObjectStatus, ScaledObjectStatus, number, boolean]>([
    ['nothing changed', { hpaName: 'a' }, { hpaName: 'a' }, 1e9, false],
    ['a field changed', { hpaName: 'a' }, { hpaName: 'b' }, 0, true],
    ['a condition flipped', { conditions: ready('x') }, { conditions: ready('x', 'False') }, 0, true],
    ['only a message changed, just now', { conditions: ready('x') }, { conditions: ready('y') }, 59_999, false],
    [
      'only a message changed, and the last write is a minute ago',
      { conditions: ready('x') },
      { conditions: ready('y') },
      60_000,
      true,
    ],
    [
      'an activity goes on',
      { lastActiveTime: '2026-01-01T00:00:00Z' },
      { lastActiveTime: '2026-01-01T00:00:59Z' },
      1e9,
      false,
    ],
    [
      'an activity has gone on for a minute',
      { lastActiveTime: '2026-01-01T00:00:00Z' },
      { lastActiveTime: '2026-01-01T00:01:00Z' },
      0,
      true,
    ],
    [
      'only a message changed, and the last write is in the future, because the clock was set back',
      { conditions: ready('x') },
      { conditions: ready('y') },
      -3_600_000,
      true,
    ],
    [
      'an activity seems to be of the future, because the clock was set back',
      { lastActiveTime: '2026-01-01T01:00:00Z' },
      { lastActiveTime: '2026-01-01T00:00:00Z' },
      1_000,
      true,
    ],
    ['it was active for the first time', {}, { lastActiveTime: '2026-01-01T00:00:00Z' }, 0, true],
    [
      'a counter moved, just now',
      { health: { m: { numberOfFailures: 1, status: 'Failing' } } },
      { health: { m: { numberOfFailures: 2, status: 'Failing' } } },
      0,
      false,
    ],
    [
      'a trigger began to fail',
      { health: { m: { numberOfFailures: 0, status: 'Happy' } } },
      { health: { m: { numberOfFailures: 1, status: 'Failing' } } },
      0,
      true,
    ],
    ['there was no status', {}, { conditions: ready('x') }, 0, true],
  ])('when %s', (_what, before, after, sinceMs, expected) => {
    expect(isWorthWriting(before, after, sinceMs)).toBe(expected);
  });

  it('makes a merge patch that leads from one status to the other', () => {
    const json = fc.object({
      maxDepth: 3,
      key: fc.string().filter((key) => key !== '__proto__'),
      values: [fc.integer(), fc.string(), fc.boolean()],
    });
    fc.assert(
      fc.property(json, json, (before, after) => {
        expect(applied(before, mergePatch(before, after))).toEqual(after);
      }),
    );
  });

  it('has no patch for equal statuses', () => {
    expect(mergePatch({ a: { b: [1, { c: 2 }] } }, { a: { b: [1, { c: 2 }] } })).toBeUndefined();
  });

  it('rounds times up to seconds, so that no cooldown ends early', () => {
    expect(timestamp(Date.UTC(2026, 0, 1, 0, 0, 0, 1))).toBe('2026-01-01T00:00:01Z');
    expect(timestamp(Date.UTC(2026, 0, 1))).toBe('2026-01-01T00:00:00Z');
  });
});

/** RFC 7386. */
function applied(target: unknown, patch: unknown): unknown {
  if (patch === undefined) return target;
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const isObject = typeof target === 'object' && target !== null && !Array.isArray(target);
  const result: Record<string, unknown> = isObject ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = applied(result[key], value);
  }
  return result;
}
