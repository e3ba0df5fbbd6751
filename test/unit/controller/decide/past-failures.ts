// Situations in which a decision was wrong, as fast-check shrank them: slips of our own while the rules were written, and what KEDA does.
import type { Observation, TriggerState } from '../../../../src/controller/decide/observation.ts';
import type { ScalingPolicy } from '../../../../src/controller/decide/policy.ts';
import { EMPTY_STATE } from '../../../../src/hpa/state.ts';

interface Situation {
  readonly was: string;
  readonly policy: ScalingPolicy;
  readonly seen: Observation;
}

const calmPolicy: ScalingPolicy = {
  minReplicas: 0,
  maxReplicas: 1,
  idleReplicas: undefined,
  pollingIntervalMs: 1000,
  awakeIntervalMs: 1000,
  cooldownMs: 0,
  initialCooldownMs: 0,
  pause: { kind: 'running', scaleIn: 'allowed', scaleOut: 'allowed' },
  scaleUpRules: undefined,
  verifyBeforeZero: true,
  readTimeoutMs: 3000,
  usesPush: true,
  fallback: undefined,
  isForcedActive: false,
  scaleUp: 'Direct',
};
const calm: Observation = {
  now: 1_800_000_000_000,
  createdAt: 1_799_999_000_000,
  lastActiveAt: undefined,
  replicas: 0,
  readyReplicas: undefined,
  triggers: [],
  phaseMs: 0,
  history: EMPTY_STATE,
};
const failed = (failures: number): TriggerState => ({
  kind: 'failed',
  metric: 's2-c',
  index: 0,
  failures,
  code: 'SOURCE_TIMEOUT',
  message: 'no answer',
  target: 1,
  type: 'AverageValue',
});
const idle: TriggerState = {
  kind: 'value',
  metric: 's0-a',
  index: 0,
  value: 0,
  isActive: false,
  target: 1,
  type: 'AverageValue',
  at: 0,
};
const situation = (was: string, policy: Partial<ScalingPolicy>, seen: Partial<Observation>): Situation => ({
  was,
  policy: { ...calmPolicy, ...policy },
  seen: { ...calm, ...seen },
});

export const pastFailures: readonly Situation[] = [
  situation('a trigger that cannot be read counted as inactive', {}, { replicas: 1, triggers: [failed(0)] }),
  situation(
    'a fallback of no replicas let an unreadable trigger put the target to rest (KEDA)',
    { fallback: { failureThreshold: 3, replicas: 0, behavior: 'static' } },
    { replicas: 1, triggers: [failed(1)] },
  ),
  situation(
    'one of two triggers could not be read, and the idle one decided',
    {},
    { replicas: 1, triggers: [idle, failed(0)] },
  ),
  situation(
    'what is at its minimum was brought to it',
    { minReplicas: 1, maxReplicas: 2 },
    { replicas: 2, triggers: [idle] },
  ),
  situation(
    'the fallback was more than the maximum',
    { fallback: { failureThreshold: 0, replicas: 2, behavior: 'static' } },
    { triggers: [failed(1)] },
  ),
  situation('the size that is there was written', {}, {}),
  situation(
    'the target rested a moment before the cooldown was over',
    { cooldownMs: 1000 },
    { replicas: 1, triggers: [idle], lastActiveAt: calm.now - 1 },
  ),
  situation(
    'the end of a long cooldown was waited for without a look',
    { cooldownMs: 600_000 },
    { replicas: 1, triggers: [idle], lastActiveAt: calm.now },
  ),
  situation(
    'the next look was no time away, at the very moment of a look',
    {},
    { now: 1_895_792_222_962, phaseMs: 4_276_159_962 },
  ),
];
