// Facts about a ScaledJob in, an explanation out. Pure.
import { isPaused } from '../../api/annotations.ts';
import type { JobDecisionRecord } from '../../controller/scaled-job/job-decisions.ts';
import type { JobReason } from '../../controller/scaled-job/plan/plan.ts';
import type { Explanation, TriggerLine } from './explanation.ts';
import type { ScaledJobFacts } from './facts.ts';
import { saying, triggerLine } from './trigger-lines.ts';
import { conditionOf, troublesOf } from './troubles.ts';
import { windowTimers } from './window-timers.ts';
import { ago } from './wording.ts';

export function explainScaledJob(facts: ScaledJobFacts): Explanation {
  const { kind, metadata, status } = facts.object;
  const record = 'is' in facts.decision ? facts.decision.is : undefined;
  const body = record && !isPaused(facts.object) ? fromDecision(record, facts) : fromStatus(facts);
  const needsDecision = body.reason !== 'Paused' && body.reason !== 'ScaledJobCheckFailed';
  return {
    kind,
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    ...body,
    troubles: troublesOf(status?.conditions ?? []),
    ...('isNot' in facts.decision && needsDecision ? { source: facts.decision.isNot } : {}),
  };
}

type Body = Pick<Explanation, 'summary' | 'reason' | 'triggers' | 'timers'> &
  Partial<Pick<Explanation, 'decidedAt' | 'jobs' | 'lastStep'>>;

function fromDecision(record: JobDecisionRecord, { now, object }: ScaledJobFacts): Body {
  const { at, decision, seen, policy, lastWave } = record;
  const { running, pending } = seen.jobs;
  const triggers = seen.triggers.map((state) =>
    triggerLine(state, now, {
      wants: (value, { target }) => (target > 0 ? Math.ceil(value / target) : 0),
      standsIn: decision.inFallback.includes(state.metric) ? policy.fallback?.replicas : undefined,
    }),
  );
  const inSeconds = Math.round((at + decision.checkAgainInMs - now) / 1_000);
  return {
    summary: SENTENCES[decision.reason]({ record, lines: triggers }),
    reason: decision.reason,
    decidedAt: new Date(at).toISOString(),
    jobs: { running, pending, finished: seen.finished, min: policy.minJobs, max: policy.maxJobs },
    triggers,
    timers: [{ what: 'the next look at the triggers', inSeconds }, ...windowTimers(object.spec.triggers, now)],
    ...(lastWave
      ? { lastStep: `${ago(now - lastWave.at)}: ${jobs(lastWave.created)} created (${lastWave.reason})` }
      : {}),
  };
}

interface Told {
  readonly record: JobDecisionRecord;
  readonly lines: readonly TriggerLine[];
}

const SENTENCES: Readonly<Record<JobReason, (told: Told) => string>> = {
  Paused: () => PAUSED,
  RaisedToMin: ({ record: { decision, policy } }) =>
    `${jobs(decision.create)} created, up to the minReplicaCount of ${policy.minJobs}.`,
  Created: (told) => `${jobs(told.record.decision.create)} created, because ${because(told)}${beside(told)}.`,
  AtMaximum: (told) =>
    `No Job is created: ${jobs(told.record.seen.jobs.running)} ${areThere(told)}, as many as are allowed, although ${because(told)}.`,
  Served: (told) =>
    `No Job is created: ${because(told)}, and the ${jobs(told.record.seen.jobs.running)} that ${areThere(told)} ${told.record.seen.jobs.running === 1 ? 'is' : 'are'} enough for that.`,
  SourceUnknown: ({ lines }) => {
    const failing = lines.filter(({ state }) => state === 'failing').map((line) => saying(line, 'a Job'));
    return `No Job is created, because ${failing.join(' and ')}: what is not known is not taken for work.`;
  },
  Idle: ({ record: { seen } }) =>
    `Nothing waits, and ${jobs(seen.jobs.running)} ${seen.jobs.running === 1 ? 'runs' : 'run'}.`,
};

const PAUSED = 'No Job is created: the ScaledJob is paused by annotation. Jobs that run are left alone.';

function because({ record: { policy }, lines }: Told): string {
  const asking = lines.filter(({ active }) => active);
  const highest = asking.toSorted((a, b) => (b.wants ?? 0) - (a.wants ?? 0));
  // Of several triggers the sum or the mean counts with some settings: then all are named.
  const named = policy.combine === 'max' ? highest.slice(0, 1) : asking;
  if (named.length === 0) return 'something waits';
  return named.map((line) => `${saying(line, 'a Job')}, and asks for ${line.wants ?? 0}`).join('; ');
}

function beside({ record: { seen } }: Told): string {
  const { running, pending } = seen.jobs;
  if (running === 0) return '';
  const yet = pending === 0 ? '' : `, ${pending} of them with a message yet to take`;
  return `, beside the ${jobs(running)} before${yet}`;
}

function areThere({ record: { seen } }: Told): string {
  return seen.jobs.running === 1 ? 'is unfinished' : 'are unfinished';
}

function jobs(count: number): string {
  return `${count} ${count === 1 ? 'Job' : 'Jobs'}`;
}

/** Paused, refused, or not decided on by anybody who could be asked. */
function fromStatus({ object }: ScaledJobFacts): Body {
  const nothing = { triggers: [], timers: [] };
  if (isPaused(object)) return { ...nothing, summary: PAUSED, reason: 'Paused' };
  const ready = conditionOf(object.status, 'Ready');
  const active = conditionOf(object.status, 'Active');
  if (ready?.reason === 'ScaledJobCheckFailed') {
    const summary = `No Job is created, because the ScaledJob cannot be put into effect: ${ready.message ?? 'no reason is given'}.`;
    return { ...nothing, summary, reason: ready.reason };
  }
  if (ready === undefined || ready.status === 'Unknown') {
    const summary = 'Nobody has looked at the ScaledJob yet. Is Sluice running, and does it serve this namespace?';
    return { ...nothing, summary, reason: 'NotSeen' };
  }
  const summary = `The ScaledJob: ${active?.message ?? 'it is not known whether a trigger is active'}.`;
  return { ...nothing, summary, reason: active?.reason ?? 'UnknownState' };
}
