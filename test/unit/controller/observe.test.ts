// What a program that has just started knows of the past.
import { describe, expect, it } from '@jest/globals';
import type { ScaledObjectStatus } from '../../../src/api/scaled-object.ts';
import { lastActivity } from '../../../src/controller/observe.ts';
import { firstLookInMs } from '../../../src/controller/phase.ts';
import { aScaledObject } from '../../support/controller-world.ts';

const NOW = Date.UTC(2026, 0, 1);
const active = (status: string) => [{ type: 'Active', status }];

describe('controller/observe lastActivity', () => {
  it.each<[string, ScaledObjectStatus, number | undefined]>([
    ['never, when nothing is on record', {}, undefined],
    ['never, when it was never active', { conditions: active('False') }, undefined],
    ['the time on record', { conditions: active('False'), lastActiveTime: '2025-12-31T23:00:00Z' }, NOW - 3_600_000],
    [
      'now, when it was active at the last report',
      { conditions: active('True'), lastActiveTime: '2025-12-31T23:00:00Z' },
      NOW,
    ],
    ['now, when the time on record cannot be read', { lastActiveTime: 'yesterday' }, NOW],
  ])('is %s', (_what, status, expected) => {
    expect(lastActivity({ ...aScaledObject('worker'), status }, NOW)).toBe(expected);
  });
});

describe('controller/phase firstLookInMs', () => {
  it('looks at a single object at once, and spreads ten thousand over less than a minute', () => {
    expect(firstLookInMs('uid', 1)).toBeLessThan(5);
    const delays = Array.from({ length: 10_000 }, (_, i) => firstLookInMs(`uid-${i}`, 10_000));
    expect(Math.max(...delays)).toBeLessThan(50_000);
    const perSecond = Map.groupBy(delays, (delay) => Math.floor(delay / 1000));
    expect(Math.max(...[...perSecond.values()].map((group) => group.length))).toBeLessThan(300);
  });
});
