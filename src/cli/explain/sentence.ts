// The decision of a ScaledObject as a sentence.
import type { Decision } from '../../controller/decide/decide.ts';
import type { DecisionRecord, Step } from '../../controller/decisions.ts';
import { cooldownEnd } from '../../controller/decide/cooldown.ts';
import type { TriggerLine } from './explanation.ts';
import { saying } from './trigger-lines.ts';
import { ago, amount, duration, replicas } from './wording.ts';

export interface Told {
  /** For example `Deployment "worker"`. */
  readonly target: string;
  readonly record: DecisionRecord;
  readonly lines: readonly TriggerLine[];
  readonly now: number;
}

export function sentence(told: Told): string {
  return SENTENCES[told.record.decision.reason](told);
}

const SENTENCES: Readonly<Record<Decision['reason'], (told: Told) => string>> = {
  Paused: ({ target, record }) => `${target} keeps ${replicas(record.seen.replicas)}: scaling is paused by annotation.`,
  Activated: (told) => `${told.target} was woken${steps(told)}, because ${because(told)}.`,
  Raised: (told) => `${told.target} was raised${steps(told)}, because ${because(told)}.`,
  Active: (told) => `${told.target} has ${replicas(sizeOf(told))}: ${because(told)}${held(told)}.`,
  ScaleOutPaused: (told) =>
    `${told.target} stays at ${replicas(sizeOf(told))} although ${because(told)}: scaling out is paused by annotation.`,
  SourceUnknown: (told) => {
    const failing = told.lines.filter(({ state }) => state === 'failing');
    return `${told.target} keeps ${replicas(sizeOf(told))}, because ${failing.map((line) => saying(line)).join(' and ')}: what is not known is not taken for nothing.`;
  },
  CoolingDown: (told) =>
    `${told.target} has ${replicas(sizeOf(told))} and nothing waits. It goes to ${restingSize(told)} in ${duration((cooldownEnd(told.record.policy, told.record.seen) - told.now) / 1_000)}, unless something comes first.`,
  ScaleInPaused: (told) =>
    `${told.target} keeps ${replicas(sizeOf(told))} although nothing waits: scaling in is paused by annotation.`,
  Deactivated: (told) => `${told.target} was put to rest${steps(told)}: nothing waits, and the cooldown is over.`,
  RaisedToMin: (told) => `${told.target} was raised${steps(told)}, its minReplicaCount.`,
  Idle: (told) => `${told.target} has ${replicas(sizeOf(told))} and nothing waits.`,
};

/** After the step that was decided. */
function sizeOf({ record: { decision, seen } }: Told): number {
  return decision.scaleTo ?? seen.replicas;
}

function restingSize({ record: { policy } }: Told): number {
  return policy.idleReplicas ?? policy.minReplicas;
}

function steps({ record: { decision, seen, lastStep } }: Told): string {
  if (decision.scaleTo !== undefined) return ` from ${seen.replicas} to ${replicas(decision.scaleTo)}`;
  return lastStep ? ` from ${lastStep.from} to ${replicas(lastStep.to)}` : '';
}

/** The metric that asked for the most, or what else makes it active. */
function because({ record: { decision, policy, seen }, lines }: Told): string {
  const highest = lines.find(({ metric }) => metric === decision.demand?.metric) ?? mostWanted(lines);
  if (highest) {
    const wants = highest.wants === undefined ? '' : `, and asks for ${highest.wants}`;
    return `${saying(highest)}${wants}${limit(decision.demand?.limitedBy, policy)}`;
  }
  if (policy.isForcedActive) return 'the annotation force-activation says so';
  return seen.triggers.length === 0 ? 'the HPA goes by the cpu and memory of its pods' : 'a trigger is active';
}

function mostWanted(lines: readonly TriggerLine[]): TriggerLine | undefined {
  return lines.filter(({ active }) => active).toSorted((a, b) => (b.wants ?? 0) - (a.wants ?? 0))[0];
}

function limit(limitedBy: Step['limitedBy'], policy: DecisionRecord['policy']): string {
  switch (limitedBy) {
    case undefined:
      return '';
    case 'TooManyReplicas':
      return `; maxReplicaCount allows ${policy.maxReplicas}`;
    case 'ScaleUpStabilized':
      return '; the stabilization window of behavior.scaleUp holds it back';
    default:
      return '; behavior.scaleUp holds it back';
  }
}

/** What the next size down waits for. */
function held({ record: { seen, policy }, lines }: Told): string {
  if (policy.isForcedActive && lines.every(({ active }) => active !== true)) return '; that keeps it awake';
  const wanted = mostWanted(lines)?.wants;
  return wanted !== undefined && wanted < seen.replicas ? '; fewer would do, and going down is the HPA’s' : '';
}

export function stepText({ at, from, to, reason, metric }: Step, now: number): string {
  return `${ago(now - at)}: from ${amount(from)} to ${to} (${reason}${metric === undefined ? '' : `, ${metric}`})`;
}
