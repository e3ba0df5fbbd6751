// Facts about a ScaledObject in, an explanation out. Pure.
import { pauseOf } from '../../api/annotations.ts';
import { DEFAULT_MAX_REPLICAS } from '../../api/checks.ts';
import { targetOf } from '../../api/target.ts';
import type { DecisionRecord } from '../../controller/decisions.ts';
import type { Explanation } from './explanation.ts';
import type { ScaledObjectFacts } from './facts.ts';
import { nextOfHpa, titleOf } from './next-of-hpa.ts';
import { sentence, stepText } from './sentence.ts';
import { conditionOf, troublesOf } from './troubles.ts';
import { windowTimers } from './window-timers.ts';
import { timersOf, timersOfStatus } from './timers.ts';
import { triggerLines } from './trigger-lines.ts';
import { replicas } from './wording.ts';

/** Why an object that cannot be put into effect is not Ready. */
const REFUSED = 'ScaledObjectCheckFailed';

export function explainScaledObject(facts: ScaledObjectFacts): Explanation {
  const record = 'is' in facts.decision ? facts.decision.is : undefined;
  const { kind, metadata } = facts.object;
  const body = record && !isPutAside(facts) ? fromDecision(facts, record) : fromStatus(facts);
  const hpa = body.reason === REFUSED && facts.hpa ? `${titleOf(facts.hpa)} is left as it was` : hpaText(facts, record);
  // Of one that is paused or refused the object itself says everything.
  const needsDecision = body.reason !== 'Paused' && body.reason !== REFUSED;
  return {
    kind,
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    ...body,
    ...(hpa === undefined ? {} : { hpa }),
    ...warningsOf(facts),
    troubles: troublesOf(facts.object.status?.conditions ?? []),
    ...('isNot' in facts.decision && needsDecision ? { source: facts.decision.isNot } : {}),
  };
}

function warningsOf({ rivals = [] }: ScaledObjectFacts): Pick<Explanation, 'warnings'> {
  if (rivals.length === 0) return {};
  const told = (name: string): string =>
    `HPA "${name}" scales the same target: what one does the other undoes; delete it, or take it over (transfer-hpa-ownership)`;
  return { warnings: rivals.map(told) };
}

type Body = Pick<Explanation, 'summary' | 'reason' | 'triggers' | 'timers'> &
  Partial<Pick<Explanation, 'decidedAt' | 'replicas' | 'lastStep'>>;

function fromDecision({ object, now }: ScaledObjectFacts, record: DecisionRecord): Body {
  const { decision, seen, policy } = record;
  const lines = triggerLines(record, now);
  const target = `${targetOf(object).kind} "${targetOf(object).name}"`;
  return {
    summary: sentence({ target, record, lines, now }),
    reason: decision.reason,
    decidedAt: new Date(record.at).toISOString(),
    replicas: {
      current: decision.scaleTo ?? seen.replicas,
      ...(seen.readyReplicas === undefined ? {} : { ready: seen.readyReplicas }),
      min: policy.minReplicas,
      max: policy.maxReplicas,
      ...(policy.idleReplicas === undefined ? {} : { idle: policy.idleReplicas }),
    },
    triggers: lines,
    timers: [...timersOf(record, now), ...windowTimers(object.spec.triggers, now)],
    ...(record.lastStep ? { lastStep: stepText(record.lastStep, now) } : {}),
  };
}

/** Paused, refused, or not decided on by anybody who could be asked. */
function fromStatus({ object, hpa, now }: ScaledObjectFacts): Body {
  const { kind, name } = targetOf(object);
  const target = `${kind} "${name}"`;
  const ready = conditionOf(object.status, 'Ready');
  const active = conditionOf(object.status, 'Active');
  const nothing = { triggers: [], timers: [] };
  const pause = pauseOf(object);
  if (pause.kind === 'paused-at') {
    const summary = `${target} is held at ${replicas(pause.replicas)} by the annotation paused-replicas. No trigger is read, and there is no HPA.`;
    return { ...nothing, summary, reason: 'Paused' };
  }
  if (pause.kind === 'paused') {
    const summary = `${target} keeps its size: scaling is paused by annotation. No trigger is read, and there is no HPA.`;
    return { ...nothing, summary, reason: 'Paused' };
  }
  if (ready?.reason === REFUSED) {
    const summary = `${target} is not scaled, because the ScaledObject cannot be put into effect: ${ready.message ?? 'no reason is given'}.`;
    return { ...nothing, summary, reason: ready.reason };
  }
  if (ready === undefined || ready.status === 'Unknown') {
    const summary = `${target} is not scaled: nobody has looked at the ScaledObject yet. Is Sluice running, and does it serve this namespace?`;
    return { ...nothing, summary, reason: 'NotSeen' };
  }
  return {
    summary: `${target}: ${active?.message ?? 'it is not known whether a trigger is active'}.`,
    reason: active?.reason ?? 'UnknownState',
    triggers: [],
    timers: [...timersOfStatus(object, now), ...windowTimers(object.spec.triggers, now)],
    ...(hpa?.status?.currentReplicas === undefined
      ? {}
      : { replicas: { current: hpa.status.currentReplicas, ...boundsOf(object) } }),
  };
}

/** What was decided before it was paused or refused says nothing about now. */
function isPutAside({ object }: ScaledObjectFacts): boolean {
  const pause = pauseOf(object);
  return pause.kind !== 'running';
}

function hpaText(facts: ScaledObjectFacts, record: DecisionRecord | undefined): string | undefined {
  if (facts.hpa) return nextOfHpa(facts.hpa, record, record ? triggerLines(record, facts.now) : []);
  return isPutAside(facts) ? undefined : 'there is no HPA';
}

function boundsOf({ spec }: ScaledObjectFacts['object']): { readonly min: number; readonly max: number } {
  const { minReplicaCount: min = 0, maxReplicaCount: max = DEFAULT_MAX_REPLICAS } = spec;
  return { min, max };
}
