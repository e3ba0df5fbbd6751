// One look at an object that is in force: bind, HPA, sample, decide, act, report.
import { hpaNameOf } from '../api/checks.ts';
import type { ScaledObject } from '../api/scaled-object.ts';
import type { Clock } from '../async.ts';
import { KubeError, SluiceError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { act, type Look } from './act.ts';
import type { Announce } from './announce.ts';
import type { HpaKeeper } from './apply-hpa.ts';
import type { Binding } from './binding.ts';
import type { Bind } from './binder.ts';
import { type Decision, decide } from './decide/decide.ts';
import { isLookDue } from './decide/looks.ts';
import type { Observation, TriggerState } from './decide/observation.ts';
import type { ScalingPolicy } from './decide/policy.ts';
import type { DecisionLog } from './decisions.ts';
import type { LookTold } from './look-told.ts';
import { type Dependencies, referenceTo } from './dependencies.ts';
import { buildHpa } from './hpa.ts';
import type { ObjectMemory } from './memory.ts';
import { countUnasked, withFailuresBefore } from './failures.ts';
import { observationOf, sameMomentMs, sampleTriggers } from './observe.ts';
import type { Outcome } from './outcome.ts';
import { podCountFor } from './ready-pods.ts';
import { renewWhenBroken, renewWhenRefused } from './renewal.ts';
import type { Reporter } from './report.ts';
import type { Sampler } from './sampler.ts';
import type { ObservedTarget, ScaleTargets } from './scale-target.ts';
import { originalReplicasOf } from './status-facts.ts';
import { targetOf } from '../api/target.ts';
import { triggersOf } from './triggered.ts';
import { report, type Visit } from './visit.ts';

export interface LookOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly version: string;
  readonly sampler: Sampler;
  readonly targets: ScaleTargets;
  readonly hpas: HpaKeeper;
  readonly bind: Bind;
  readonly reporter: Reporter;
  readonly announce: Announce;
  readonly decisions: DecisionLog;
  readonly dependencies: Dependencies;
  readonly hooks?: LookHooks;
}

export interface LookHooks {
  /** A look came to a decision. */
  decided?(told: LookTold): void;
  /** The target was raised, because the triggers said so much. */
  raised?(object: ScaledObject, on: ObjectMemory['raisedOn']): void;
}

/** Resolves to the milliseconds until the next look. Throws a ConfigError for what its author must mend, and what is worth a retry. */
export type TakeLook = (visit: Visit, policy: ScalingPolicy) => Promise<number>;

export function createLook(options: LookOptions): TakeLook {
  const { clock, log, sampler, targets, hpas, bind, reporter, announce, decisions, dependencies, hooks } = options;

  async function observe(visit: Visit): Promise<ObservedTarget> {
    const target = targetOf(visit.object);
    // A target that is not there yet is followed as well, so that its creation is noticed.
    dependencies.add(visit.key, referenceTo(target.kind, target.namespace, target.name));
    try {
      return await targets.observe(target, visit.signal, podCountFor(visit.object.spec));
    } catch (error) {
      if (error instanceof KubeError) await report(visit, reporter, { kind: 'replicas-unknown', error });
      throw error;
    }
  }

  /** With a trigger missing the HPA would forget what that trigger asked for, so it is left as it is until all are in order. */
  async function applyHpa(
    visit: Visit,
    bindings: readonly Binding[],
    isResting: boolean,
  ): Promise<readonly SluiceError[]> {
    const broken = bindings.flatMap((binding) => (binding.kind === 'broken' ? [binding.error] : []));
    if (broken.length > 0) return broken;
    const triggers = bindings.flatMap((b) => (b.kind === 'broken' ? [] : [{ index: b.index, trigger: b.trigger }]));
    const wanted = buildHpa({ object: visit.object, triggers, version: options.version, isResting });
    try {
      await hpas.apply(visit.object, wanted, visit.signal);
      visit.found = { ...visit.found, hpaName: wanted.metadata.name };
      return [];
    } catch (error) {
      // The API server's trouble with the HPA must not keep a target asleep; a name that is taken means somebody else scales it.
      if (error instanceof KubeError) return [error];
      throw error;
    }
  }

  /** An HPA would not leave a target at rest above zero, nor one that wakes from there: it is told which first. */
  async function prepareHpa(
    visit: Visit,
    policy: ScalingPolicy,
    observed: ObservedTarget,
    bindings: readonly Binding[],
    { reason, scaleTo = 0 }: Decision,
  ): Promise<void> {
    if (reason === 'Deactivated' && scaleTo > 0) {
      const [trouble] = await applyHpa(visit, bindings, true);
      if (trouble) throw trouble;
    }
    // Its trouble is no reason to sleep on.
    if (reason === 'Activated' && isAtRest(policy, observed)) await applyHpa(visit, bindings, false);
  }

  function keep(visit: Visit, policy: ScalingPolicy, look: Look, seen: Observation, startedAt: number): void {
    const { key, memory, object } = visit;
    const { history, ...decision } = look.decision;
    const { history: _, ...inputs } = seen;
    memory.lastActiveAt = decision.lastActiveAt;
    memory.history = history;
    memory.nextLookAt = clock.now() + decision.checkAgainInMs;
    if (look.step && look.step.to > look.step.from) {
      memory.raisedOn = valuesIn(seen, look.decision);
      hooks?.raised?.(object, memory.raisedOn);
    }
    const { name, namespace = '' } = object.metadata;
    const lastStep = look.step && { at: clock.now(), ...look.step, reason: decision.reason, ...decision.demand };
    const stepped = lastStep === undefined ? {} : { lastStep };
    decisions.record({ namespace, name, at: seen.now, decision, seen: inputs, policy, ...stepped });
    const { from, to } = look.step ?? { from: seen.replicas, to: seen.replicas };
    hooks?.decided?.({ key, name, namespace, decision, seen: inputs, from, to, startedAt, endedAt: clock.now() });
  }

  async function decideAndAct(
    visit: Visit,
    policy: ScalingPolicy,
    observed: ObservedTarget,
    bindings: readonly Binding[],
    troubles: readonly SluiceError[],
  ): Promise<Decision> {
    const { key, memory, signal } = visit;
    const startedAt = clock.now();
    const sample = (maxAgeMs: number) => sampleTriggers(sampler, key, bindings, { maxAgeMs, signal });
    const isDue = isLookDue(memory, policy, clock.now());
    let triggers = await sample(isDue ? sameMomentMs(policy) : Number.POSITIVE_INFINITY);
    if (isDue) countUnasked(memory, triggers, (metric) => sampler.latest(key, metric));
    triggers = withFailuresBefore(memory, triggers);
    let seen = observationOf(visit.object, memory, observed, triggers, clock.now());
    let newest = decide(policy, seen);
    const decideAbout = (target: ObservedTarget): Decision => {
      seen = observationOf(visit.object, memory, target, triggers, clock.now());
      newest = decide(policy, seen);
      return newest;
    };
    const outcome = (decision: Decision): Outcome => {
      const hpa = hpas.live(visit.object.metadata.namespace ?? '', visit.found.hpaName ?? hpaNameIn(visit.object));
      return { kind: 'decided', policy, seen, decision, troubles, hpa };
    };

    const first = newest;
    announce.failures(visit.object, [...triggers, ...ofFormula(triggers, first)], memory);
    renewWhenRefused(memory, triggers);
    let look: Look = { target: observed, decision: first };
    try {
      look = await act(
        look,
        {
          reference: targetOf(visit.object),
          targets,
          scaled: (decision, from, to) => announce.scaled(visit.object, { decision, seen, from, to }),
          verifyBeforeZero: policy.verifyBeforeZero,
          readings: isDue ? 'of-now' : 'earlier',
          now: () => clock.now(),
          async beforeStep(decision) {
            await prepareHpa(visit, policy, observed, bindings, decision);
            // If the program ends right after the step, its activity and the size of before are on record.
            const isOnRecord = originalReplicasOf(visit.object) !== undefined;
            if (decision.reason === 'Activated' || !isOnRecord) await report(visit, reporter, outcome(decision));
          },
          decideAgain: async (target, readings) => {
            if (readings === 'fresh') triggers = withFailuresBefore(memory, await sample(0));
            return decideAbout(target);
          },
        },
        signal,
      );
    } catch (error) {
      if (error instanceof SluiceError) {
        announce.scalingFailed(visit.object, newest, error);
        // What the triggers say is no secret because a size cannot be written. The size's own trouble is what counts.
        await report(visit, reporter, outcome(newest)).catch(() => {});
      }
      throw error;
    } finally {
      keep(visit, policy, look, seen, startedAt);
    }
    if (look.step) log.info('scaled', { object: key, ...look.step, reason: look.decision.reason });
    await report(visit, reporter, outcome(look.decision));
    return look.decision;
  }

  return async (visit, policy) => {
    const { key, memory, signal } = visit;
    const target = await observe(visit);
    memory.policy = policy;
    visit.found = { target };
    renewWhenBroken(memory, policy, clock);
    const { bindings, isNew } = await bind(key, triggersOf(visit.object), memory, policy.readTimeoutMs, signal);
    if (policy.usesPush) sampler.watch(key);
    else sampler.unwatch(key);
    visit.found = { target, bindings };
    const troubles = await applyHpa(visit, bindings, isAtRest(policy, target));
    // Not before it is sure that its HPA is nobody else's.
    memory.isWatched = true;
    if (isNew) announce.bound(visit.object, bindings);
    const { checkAgainInMs } = await decideAndAct(visit, policy, target, bindings, troubles);
    if (troubles.length === 0) announce.inOrder(visit.object, memory);
    const retriable = troubles.find((trouble) => trouble instanceof KubeError && trouble.retry !== 'never');
    if (retriable) throw retriable;
    return checkAgainInMs;
  };
}

/** What is wrong with the formula alone: a trigger that fails is told of by itself. */
function ofFormula(triggers: readonly TriggerState[], { composite }: Decision): readonly TriggerState[] {
  return composite && triggers.every(({ kind }) => kind === 'value') ? [composite] : [];
}

/** At an idleReplicaCount above zero. What was woken is above it already when it is looked at again. */
function isAtRest({ idleReplicas = 0 }: ScalingPolicy, { replicas }: ObservedTarget): boolean {
  return idleReplicas > 0 && replicas <= idleReplicas;
}

function valuesIn({ triggers }: Observation, { composite }: Decision): ObjectMemory['raisedOn'] {
  const metrics = composite ? [...triggers, composite] : triggers;
  return new Map(metrics.flatMap((t) => (t.kind === 'value' ? [[t.metric, { value: t.value, at: t.at }]] : [])));
}

function hpaNameIn(object: ScaledObject): string {
  return object.status?.hpaName ?? hpaNameOf(object);
}
