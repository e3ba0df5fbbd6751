// spec.behavior of an autoscaling/v2 HPA: its defaults, and how far its policies let one step go.
// https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#configurable-scaling-behavior
import type { HpaBehavior, HpaScalingPolicy, HpaScalingRules } from '../api/hpa-behavior.ts';
import { DEFAULT_TOLERANCE, type Tolerances } from './desired-replicas.ts';
import { parseQuantity } from '../quantity.ts';
import { changeWithin, type HpaState } from './state.ts';

/** One direction with every default filled in. */
export interface CompleteRules {
  readonly stabilizationMs: number;
  readonly selectPolicy: 'Max' | 'Min' | 'Disabled';
  readonly policies: readonly HpaScalingPolicy[];
}

export const DEFAULT_SCALE_DOWN_WINDOW_MS = 300_000;

/** Double, or four more, each 15 s; at once. */
export function scaleUpRules(rules: HpaScalingRules = {}): CompleteRules {
  return {
    stabilizationMs: (rules.stabilizationWindowSeconds ?? 0) * 1000,
    selectPolicy: selectPolicy(rules),
    policies: rules.policies ?? [
      { type: 'Pods', value: 4, periodSeconds: 15 },
      { type: 'Percent', value: 100, periodSeconds: 15 },
    ],
  };
}

/** Everything down to the minimum within 15 s; after five minutes without a higher recommendation. */
export function scaleDownRules(
  rules: HpaScalingRules = {},
  defaultWindowMs: number = DEFAULT_SCALE_DOWN_WINDOW_MS,
): CompleteRules {
  const seconds = rules.stabilizationWindowSeconds;
  return {
    stabilizationMs: seconds === undefined ? defaultWindowMs : seconds * 1000,
    selectPolicy: selectPolicy(rules),
    policies: rules.policies ?? [{ type: 'Percent', value: 100, periodSeconds: 15 }],
  };
}

/** Whether an HPA moves in the same way by either; the API server writes the defaults out, so that one may say more than the other. */
export function isSameBehavior(a: HpaBehavior = {}, b: HpaBehavior = {}): boolean {
  const meaning = ({ scaleUp, scaleDown }: HpaBehavior): string =>
    JSON.stringify([
      { ...scaleUpRules(scaleUp), policies: policiesOf(scaleUpRules(scaleUp)) },
      { ...scaleDownRules(scaleDown), policies: policiesOf(scaleDownRules(scaleDown)) },
      parseQuantity(scaleUp?.tolerance ?? ''),
      parseQuantity(scaleDown?.tolerance ?? ''),
    ]);
  return meaning(a) === meaning(b);
}

function policiesOf({ policies }: CompleteRules): unknown {
  return policies.map(({ type, value, periodSeconds }) => [type, value, periodSeconds]);
}

/** Max unless the user says otherwise; the API server lets nothing else into an HPA. */
function selectPolicy({ selectPolicy: chosen }: HpaScalingRules): CompleteRules['selectPolicy'] {
  return chosen === 'Min' || chosen === 'Disabled' ? chosen : 'Max';
}

/** How far a ratio may lie from 1 in each direction: the user's own tolerance, else `fallback`. */
export function tolerancesOf(behavior: HpaBehavior = {}, fallback: number = DEFAULT_TOLERANCE): Tolerances {
  return {
    up: toleranceOf(behavior.scaleUp, fallback),
    down: toleranceOf(behavior.scaleDown, fallback),
  };
}

/** As `tolerancesOf`, of one direction. */
export function toleranceOf(rules: HpaScalingRules = {}, fallback: number = DEFAULT_TOLERANCE): number {
  return rules.tolerance === undefined ? fallback : (parseQuantity(rules.tolerance) ?? fallback);
}

/** The most replicas that the policies allow now; never below `current`. */
export function scaleUpLimit(current: number, rules: CompleteRules, state: HpaState, nowMs: number): number {
  const limits = policyLimits(current, rules, state, nowMs, (start, { type, value }) =>
    // Rounded up, or a small percentage of few replicas would never grow.
    type === 'Pods' ? start + value : Math.ceil(start * (1 + value / 100)),
  );
  const limit = rules.selectPolicy === 'Min' ? Math.min(...limits) : Math.max(...limits);
  return Math.max(current, limit);
}

/** The fewest replicas that the policies allow now; never above `current`. */
export function scaleDownLimit(current: number, rules: CompleteRules, state: HpaState, nowMs: number): number {
  const limits = policyLimits(current, rules, state, nowMs, (start, { type, value }) =>
    type === 'Pods' ? start - value : Math.trunc(start * (1 - value / 100)),
  );
  const limit = rules.selectPolicy === 'Min' ? Math.max(...limits) : Math.min(...limits);
  return Math.min(current, limit);
}

/** Each policy's bound, counted from the replicas there were when its period began. Disabled bounds at `current`. */
function policyLimits(
  current: number,
  rules: CompleteRules,
  state: HpaState,
  nowMs: number,
  bound: (atPeriodStart: number, policy: HpaScalingPolicy) => number,
): readonly number[] {
  if (rules.selectPolicy === 'Disabled' || rules.policies.length === 0) return [current];
  return rules.policies.map((policy) =>
    bound(current - changeWithin(state, policy.periodSeconds * 1000, nowMs), policy),
  );
}
