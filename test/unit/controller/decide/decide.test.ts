// The decision table. Each row: what is wanted, what is seen, what is done.
import { describe, expect, it } from '@jest/globals';
import { type Decision, decide } from '../../../../src/controller/decide/decide.ts';
import type { Observation, TriggerState } from '../../../../src/controller/decide/observation.ts';
import type { ScalingPolicy } from '../../../../src/controller/decide/policy.ts';
import { EMPTY_STATE } from '../../../../src/hpa/state.ts';

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;

const aPolicy = (over: Partial<ScalingPolicy> = {}): ScalingPolicy => ({
  minReplicas: 0,
  maxReplicas: 10,
  idleReplicas: undefined,
  pollingIntervalMs: 30_000,
  awakeIntervalMs: 13_500,
  cooldownMs: 5 * MINUTE,
  initialCooldownMs: 0,
  fallback: undefined,
  pause: { kind: 'running', scaleIn: 'allowed', scaleOut: 'allowed' },
  isForcedActive: false,
  scaleUp: 'Direct',
  scaleUpRules: undefined,
  verifyBeforeZero: true,
  readTimeoutMs: 3_000,
  usesPush: true,
  ...over,
});

const seen = (over: Partial<Observation> = {}): Observation => ({
  now: NOW,
  createdAt: NOW - 60 * MINUTE,
  lastActiveAt: NOW - 10 * MINUTE,
  replicas: 0,
  readyReplicas: undefined,
  triggers: [value(0)],
  phaseMs: 0,
  history: EMPTY_STATE,
  ...over,
});

/** A queue of which one replica handles five. */
const value = (length: number, over: Partial<Extract<TriggerState, { kind: 'value' }>> = {}): TriggerState => ({
  kind: 'value',
  metric: 's0-queue',
  value: length,
  isActive: length > 0,
  target: 5,
  type: 'AverageValue',
  at: NOW,
  ...over,
});
const failed = (failures = 1, metric = 's1-other'): TriggerState => ({
  kind: 'failed',
  metric,
  failures,
  code: 'SOURCE_TIMEOUT',
  message: 'no answer within 3000 ms',
  target: 5,
  type: 'AverageValue',
});
const fallback = { failureThreshold: 3, replicas: 4, behavior: 'static' } as const;
const paused = (over: Partial<{ scaleIn: 'paused'; scaleOut: 'paused' }>) =>
  ({ kind: 'running', scaleIn: 'allowed', scaleOut: 'allowed', ...over }) as const;

type Row = [
  rule: string,
  policy: Partial<ScalingPolicy>,
  seen: Partial<Observation>,
  expected: Omit<Partial<Decision>, 'scaleTo'> & { readonly scaleTo?: number | undefined },
];
const stays = { scaleTo: undefined } as const;

// biome-ignore format: a table
const ROWS: Row[] = [
  // Up
  ['wakes to the demand in one step', {}, { triggers: [value(42)] }, { reason: 'Activated', scaleTo: 9, active: 'True', lastActiveAt: NOW }],
  ['wakes to no more than the maximum', {}, { triggers: [value(1_000_000)] }, { scaleTo: 10 }],
  ['wakes to at least the minimum', { minReplicas: 3 }, { triggers: [value(1)] }, { scaleTo: 3 }],
  ['wakes to one at least, even when the value is below one', {}, { triggers: [value(0.001)] }, { scaleTo: 1 }],
  ['takes the trigger that asks for most', {}, { triggers: [value(3), value(30, { metric: 's1-b' })] }, { scaleTo: 6 }],
  ['counts a trigger that is not active once another one is', {}, { triggers: [value(1), value(30, { metric: 's1-b', isActive: false })] }, { scaleTo: 6 }],
  ['raises a target that runs already', {}, { replicas: 2, triggers: [value(42)] }, { reason: 'Raised', scaleTo: 9 }],
  ['leaves a size within the tolerance of the HPA', { maxReplicas: 20 }, { replicas: 10, triggers: [value(54)] }, { reason: 'Active', ...stays }],
  ['never lowers a target that is active', {}, { replicas: 9, triggers: [value(1)] }, { reason: 'Active', ...stays }],
  ['only wakes, and leaves the rest to the HPA, when told so', { scaleUp: 'HPA' }, { triggers: [value(42)] }, { reason: 'Activated', scaleTo: 1 }],
  ['does not raise when told to leave that to the HPA', { scaleUp: 'HPA' }, { replicas: 2, triggers: [value(42)] }, { reason: 'Active', ...stays }],
  ['stays within the user’s own policy', { scaleUpRules: { policies: [{ type: 'Pods', value: 2, periodSeconds: 60 }] } }, { replicas: 1, triggers: [value(42)] }, { reason: 'Raised', scaleTo: 3 }],
  ['wakes a target although the policy forbids growth', { scaleUpRules: { selectPolicy: 'Disabled' } }, { triggers: [value(42)] }, { scaleTo: 1 }],
  ['compares a Value metric as a whole', {}, { replicas: 2, readyReplicas: 2, triggers: [value(15, { type: 'Value' })] }, { scaleTo: 6 }],
  ['leaves idleReplicaCount for the minimum', { minReplicas: 3, idleReplicas: 1 }, { replicas: 1, triggers: [value(1)] }, { reason: 'Activated', scaleTo: 3 }],
  ['counts force-activation as activity', { isForcedActive: true }, {}, { reason: 'Activated', scaleTo: 1, lastActiveAt: NOW }],
  ['counts cpu and memory alone as always active', {}, { triggers: [] }, { reason: 'Activated', scaleTo: 1, active: 'True' }],
  ['wakes to the one size there is where minReplicaCount equals maxReplicaCount', { minReplicas: 10 }, { triggers: [value(1_000)] }, { scaleTo: 10 }],
  ['leaves idleReplicaCount 0 for the demand, not only for the minimum', { minReplicas: 3, idleReplicas: 0 }, { triggers: [value(42)] }, { scaleTo: 9 }],
  ['wakes from a size between idleReplicaCount and the minimum', { minReplicas: 3, idleReplicas: 0 }, { replicas: 2, triggers: [value(1)] }, { reason: 'Activated', scaleTo: 3 }],
  ['counts force-activation although every trigger fails', { isForcedActive: true }, { triggers: [failed()] }, { reason: 'Activated', scaleTo: 1, active: 'True', failing: ['s1-other'] }],
  ['takes no force-activation for an end of a pause', { isForcedActive: true, pause: { kind: 'paused' } }, {}, { reason: 'Paused', ...stays }],
  // Down
  ['rests when the cooldown is over', {}, { replicas: 1 }, { reason: 'Deactivated', scaleTo: 0, active: 'False' }],
  ['rests from any size', {}, { replicas: 10 }, { reason: 'Deactivated', scaleTo: 0 }],
  ['waits for the cooldown', {}, { replicas: 1, lastActiveAt: NOW - MINUTE }, { reason: 'CoolingDown', ...stays }],
  ['rests at the very end of the cooldown', {}, { replicas: 1, lastActiveAt: NOW - 5 * MINUTE }, { reason: 'Deactivated' }],
  ['rests at idleReplicaCount', { minReplicas: 3, idleReplicas: 1 }, { replicas: 3 }, { reason: 'Deactivated', scaleTo: 1 }],
  ['rests at once when there was never any activity', {}, { replicas: 3, lastActiveAt: undefined }, { reason: 'Deactivated', scaleTo: 0 }],
  ['waits for initialCooldownPeriod before the first zero', { initialCooldownMs: 90 * MINUTE }, { replicas: 3, lastActiveAt: undefined }, { reason: 'CoolingDown', ...stays }],
  ['ignores initialCooldownPeriod after the first activity', { initialCooldownMs: 90 * MINUTE }, { replicas: 3 }, { reason: 'Deactivated' }],
  ['leaves the way down to a minimum above zero to the HPA', { minReplicas: 2 }, { replicas: 9 }, { reason: 'Idle', ...stays }],
  ['raises an inactive target to its minimum', { minReplicas: 2 }, { replicas: 0 }, { reason: 'RaisedToMin', scaleTo: 2, active: 'False' }],
  ['does nothing about a target that rests', {}, {}, { reason: 'Idle', ...stays, active: 'False' }],
  ['rests at zero with minReplicaCount 0 and idleReplicaCount 0', { idleReplicas: 0 }, { replicas: 3 }, { reason: 'Deactivated', scaleTo: 0 }],
  ['rests at idleReplicaCount from a size between it and the minimum', { minReplicas: 3, idleReplicas: 1 }, { replicas: 2 }, { reason: 'Deactivated', scaleTo: 1 }],
  ['does nothing about a target below its idleReplicaCount', { minReplicas: 3, idleReplicas: 1 }, { replicas: 0 }, { reason: 'Idle', ...stays }],
  ['waits for the cooldown before idleReplicaCount too', { minReplicas: 3, idleReplicas: 1 }, { replicas: 3, lastActiveAt: NOW - MINUTE }, { reason: 'CoolingDown', ...stays }],
  ['rests at the first idle look with a cooldown of 0', { cooldownMs: 0 }, { replicas: 3, lastActiveAt: NOW }, { reason: 'Deactivated', scaleTo: 0 }],
  ['does not rest where minReplicaCount equals maxReplicaCount', { minReplicas: 10 }, { replicas: 10 }, { reason: 'Idle', ...stays }],
  ['leaves a size above the maximum to the HPA', {}, { replicas: 15, triggers: [value(1)] }, { reason: 'Active', ...stays }],
  ['rests from a size above the maximum', {}, { replicas: 15 }, { reason: 'Deactivated', scaleTo: 0 }],
  // Unknown is not zero
  ['holds while the only trigger fails', {}, { replicas: 3, triggers: [failed()] }, { reason: 'SourceUnknown', ...stays, active: 'Unknown', failing: ['s1-other'] }],
  ['holds while one fails and the other is empty', {}, { replicas: 3, triggers: [value(0), failed()] }, { reason: 'SourceUnknown', ...stays }],
  ['holds at zero as well', { minReplicas: 2 }, { triggers: [failed()] }, { reason: 'SourceUnknown', ...stays }],
  ['still wakes for the trigger that answers', {}, { triggers: [value(42), failed()] }, { reason: 'Activated', scaleTo: 9, failing: ['s1-other'] }],
  ['remembers the activity it saw although another trigger fails', {}, { replicas: 9, triggers: [value(42), failed()] }, { reason: 'Active', lastActiveAt: NOW }],
  ['holds until the fallback is in force', { fallback }, { replicas: 3, triggers: [failed(3)] }, { reason: 'SourceUnknown', ...stays, inFallback: [] }],
  ['holds even when the fallback says zero replicas', { fallback: { ...fallback, replicas: 0 } }, { replicas: 3, triggers: [failed(3)] }, { reason: 'SourceUnknown', ...stays }],
  // Fallback
  ['goes up to the fallback after more failures than the threshold', { fallback }, { triggers: [failed(4)] }, { reason: 'Activated', scaleTo: 4, active: 'True', inFallback: ['s1-other'], failing: [] }],
  ['goes to the fallback at the first failure with threshold 0', { fallback: { ...fallback, failureThreshold: 0 } }, { triggers: [failed(1)] }, { scaleTo: 4 }],
  ['keeps the current size with currentReplicas', { fallback: { ...fallback, behavior: 'currentReplicas' } }, { replicas: 7, triggers: [failed(4)] }, { reason: 'Active', ...stays }],
  ['raises to the fallback with currentReplicasIfHigher', { fallback: { ...fallback, behavior: 'currentReplicasIfHigher' } }, { replicas: 2, triggers: [failed(4)] }, { scaleTo: 4 }],
  ['does not raise with currentReplicasIfLower', { fallback: { ...fallback, behavior: 'currentReplicasIfLower' } }, { replicas: 2, triggers: [failed(4)] }, { ...stays }],
  ['takes the fallback’s number for a Value metric too', { fallback }, { replicas: 2, readyReplicas: 2, triggers: [{ ...failed(4), type: 'Value' }] }, { scaleTo: 4 }],
  ['wakes by a Value in fallback as well, though there is no pod to multiply by', { fallback }, { readyReplicas: 0, triggers: [{ ...failed(4), type: 'Value' }] }, { scaleTo: 4 }],
  ['holds a Value in fallback while no pod is Ready, for an HPA would multiply by them', { fallback }, { replicas: 2, readyReplicas: 0, triggers: [{ ...failed(4), type: 'Value' }] }, { ...stays, active: 'True' }],
  ['takes the greater of a fallback and what answers', { fallback }, { triggers: [value(42), failed(4)] }, { scaleTo: 9, inFallback: ['s1-other'] }],
  ['counts a trigger in fallback as active beside one that is idle', { fallback }, { triggers: [value(0), failed(4)] }, { scaleTo: 4, active: 'True' }],
  ['goes on with the fallback while another fails within its threshold', { fallback }, { replicas: 2, triggers: [failed(4), failed(1, 's2-third')] }, { scaleTo: 4, failing: ['s2-third'] }],
  ['wakes to one by a fallback of no replicas, as KEDA does', { fallback: { ...fallback, replicas: 0 } }, { triggers: [failed(4)] }, { scaleTo: 1 }],
  ['never goes down by a fallback of fewer replicas', { fallback }, { replicas: 9, triggers: [failed(4)] }, { reason: 'Active', ...stays }],
  ['does not wake by a fallback while scaling out is paused', { fallback, pause: paused({ scaleOut: 'paused' }) }, { triggers: [failed(4)] }, { reason: 'ScaleOutPaused', ...stays }],
  // Paused
  ['does nothing while paused', { pause: { kind: 'paused' } }, { replicas: 3, triggers: [value(42)] }, { reason: 'Paused', ...stays, active: 'Unknown' }],
  ['holds the size that paused-replicas gives', { pause: { kind: 'paused-at', replicas: 2 } }, { replicas: 3 }, { reason: 'Paused', scaleTo: 2 }],
  ['does not wake while scaling out is paused', { pause: paused({ scaleOut: 'paused' }) }, { triggers: [value(42)] }, { reason: 'ScaleOutPaused', ...stays, active: 'True' }],
  ['does not raise while scaling out is paused', { pause: paused({ scaleOut: 'paused' }) }, { replicas: 2, triggers: [value(42)] }, { reason: 'Active', ...stays }],
  ['raises to the minimum although scaling out is paused', { minReplicas: 2, pause: paused({ scaleOut: 'paused' }) }, {}, { reason: 'RaisedToMin', scaleTo: 2 }],
  ['does not rest while scaling in is paused', { pause: paused({ scaleIn: 'paused' }) }, { replicas: 3 }, { reason: 'ScaleInPaused', ...stays }],
];

describe('controller/decide', () => {
  it.each(ROWS)('%s', (_rule, policy, observation, expected) => {
    const decision = decide(aPolicy(policy), seen(observation));
    expect({ scaleTo: undefined, ...decision }).toMatchObject(expected);
  });

  it.each([
    ['at the next moment of its phase while asleep', {}, { phaseMs: NOW + 20_000 }, 20_000],
    [
      'sooner while awake, so that the HPA is answered from memory',
      {},
      { replicas: 1, lastActiveAt: NOW, phaseMs: NOW + 20_000 },
      6_500,
    ],
    [
      'exactly when the cooldown ends',
      {},
      { replicas: 1, lastActiveAt: NOW - 5 * MINUTE + 1_234, phaseMs: NOW },
      1_234,
    ],
    ['a whole interval later when it is its moment now', {}, { phaseMs: NOW }, 30_000],
  ] satisfies [string, Partial<ScalingPolicy>, Partial<Observation>, number][])(
    'looks again %s',
    (_when, policy, observation, inMs) => {
      expect(decide(aPolicy(policy), seen(observation)).checkAgainInMs).toBe(inMs);
    },
  );
});
