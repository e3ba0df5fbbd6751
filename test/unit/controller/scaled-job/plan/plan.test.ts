// One look at a ScaledJob: what it does, why, and when the next one is due.
import { describe, expect, it } from '@jest/globals';
import { planJobs } from '../../../../../src/controller/scaled-job/plan/plan.ts';
import { counted, failing, NOW, plan, policyOf, waiting } from './job-world.ts';

const accurate = { scalingStrategy: { strategy: 'accurate' as const } };
const fallback = (replicas: number) => ({ sluice: { fallback: { failureThreshold: 2, replicas } } });

describe('the plan of Jobs', () => {
  it.each([
    [
      'starts a Job for each message',
      policyOf(),
      [waiting(5)],
      counted(),
      { create: 5, reason: 'Created', active: 'True' },
    ],
    [
      'starts no more than the maximum',
      policyOf({ maxReplicaCount: 3 }),
      [waiting(5)],
      counted(1),
      { create: 2, maxScale: 3 },
    ],
    [
      'waits when the maximum runs',
      policyOf({ maxReplicaCount: 3 }),
      [waiting(5)],
      counted(3),
      { create: 0, reason: 'AtMaximum' },
    ],
    ['starts one for each target', policyOf(), [waiting(11, 5)], counted(), { create: 3, scaleTo: 11 }],
    [
      'is idle when nothing waits',
      policyOf(),
      [waiting(0)],
      counted(2),
      { create: 0, reason: 'Idle', active: 'False' },
    ],
    [
      'keeps the minimum, which is no answer to what waits',
      policyOf({ minReplicaCount: 2 }),
      [waiting(0)],
      counted(1),
      { create: 1, reason: 'RaisedToMin', active: 'True' },
    ],
    [
      'lets pending Jobs take what waits',
      policyOf(accurate),
      [waiting(5)],
      counted(5, 5),
      { create: 0, reason: 'Served' },
    ],
    [
      'adds to Jobs that have their message',
      policyOf(accurate),
      [waiting(5)],
      counted(5, 0),
      { create: 5, reason: 'Created' },
    ],
    [
      'lets Jobs that ended during the reading count once more',
      policyOf({ ...accurate, maxReplicaCount: 10 }),
      [waiting(1000)],
      counted(0, 10),
      { create: 10 },
    ],
    [
      'knows nothing of a queue that cannot be read',
      policyOf(),
      [failing()],
      counted(),
      { create: 0, reason: 'SourceUnknown', active: 'Unknown', failing: ['s1-broken'] },
    ],
    [
      'goes by the triggers that can be read',
      policyOf(),
      [failing(), waiting(3)],
      counted(),
      { create: 3, active: 'True', failing: ['s1-broken'] },
    ],
    [
      'keeps the minimum though the queue is unknown',
      policyOf({ minReplicaCount: 2 }),
      [failing()],
      counted(),
      { create: 2, reason: 'RaisedToMin' },
    ],
    [
      'does not fall back before the threshold is passed',
      policyOf({ advanced: fallback(4) }),
      [failing(2)],
      counted(),
      { create: 0, inFallback: [], reason: 'SourceUnknown' },
    ],
    [
      'falls back to so many Jobs',
      policyOf({ advanced: fallback(4) }),
      [failing(3)],
      counted(1),
      { create: 3, inFallback: ['s1-broken'], failing: [], active: 'True' },
    ],
    [
      'holds so many Jobs in fallback, not so many at each look',
      policyOf({ ...accurate, advanced: fallback(4) }),
      [failing(3, 7)],
      counted(3, 1),
      { create: 1, inFallback: ['s1-broken'] },
    ],
    [
      'has nothing to add when the fallback runs',
      policyOf({ ...accurate, advanced: fallback(4) }),
      [failing(3)],
      counted(4, 0),
      { create: 0, inFallback: ['s1-broken'], failing: [], active: 'True', reason: 'Served' },
    ],
    [
      'takes a fallback of none for none',
      policyOf({ advanced: fallback(0) }),
      [failing(3)],
      counted(),
      { create: 0, active: 'False', reason: 'Idle' },
    ],
    [
      'starts nothing while it is paused',
      { ...policyOf(), isPaused: true },
      [waiting(5)],
      counted(),
      { create: 0, reason: 'Paused', active: 'Unknown' },
    ],
  ] as const)('%s', (_name, policy, triggers, jobs, expected) => {
    expect(plan(policy, triggers, jobs)).toMatchObject(expected);
  });

  it('remembers when a trigger was last active', () => {
    const seen = { now: NOW, lastActiveAt: 7, jobs: counted(), phaseMs: 0 };
    expect(planJobs(policyOf(), { ...seen, triggers: [waiting(1)] }).lastActiveAt).toBe(NOW);
    expect(planJobs(policyOf(), { ...seen, triggers: [waiting(0)] }).lastActiveAt).toBe(7);
  });

  it('looks again at its moment of the interval', () => {
    expect(plan(policyOf({ pollingInterval: 20 }), [waiting(1)], counted(), NOW + 1).checkAgainInMs).toBe(19_999);
  });

  it('looks again when a Job that counts by caution alone has settled, if something waits', () => {
    const jobs = counted(2, 2, { settlesAt: NOW + 4_000 });
    expect(plan(policyOf(accurate), [waiting(2)], jobs).checkAgainInMs).toBe(4_000);
    expect(plan(policyOf(accurate), [waiting(0)], jobs).checkAgainInMs).toBe(30_000);
    expect(plan(policyOf({ ...accurate, maxReplicaCount: 2 }), [waiting(2)], jobs).checkAgainInMs).toBe(30_000);
  });

  it('fills the minimum first, and looks again at once for what waits', () => {
    const policy = policyOf({ minReplicaCount: 2, maxReplicaCount: 10 });
    expect(plan(policy, [waiting(20)])).toMatchObject({ create: 2, reason: 'RaisedToMin', checkAgainInMs: 1000 });
    expect(plan(policy, [waiting(20)], counted(2))).toMatchObject({ create: 8, reason: 'Created' });
  });
});
