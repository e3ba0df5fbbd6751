// What is to be done about one object now. Level-triggered, idempotent, and safe to be cut off between any two writes.
import { scaledObjects } from '../api/names.ts';
import type { ScaledObject } from '../api/scaled-object.ts';
import { ConfigError, type SluiceError } from '../errors.ts';
import type { KubeClient, KubeObject } from '../kube/client.ts';
import type { TriggerTypes } from './bind.ts';
import { policyOf, type ScalingPolicy } from './decide/policy.ts';
import { claim, finalize } from './finalize.ts';
import { checkLabels, checkScaledObject, loadScaledObject, nameOf, readPause, unreadableStatus } from './load.ts';
import { createLook, type LookOptions } from './look.ts';
import { memoryFor, type ObjectMemory } from './memory.ts';
import { mendStatus } from './mend-status.ts';
import { failuresOnRecord } from './failures.ts';
import { lastActivity } from './observe.ts';
import { holdPaused } from './pause.ts';
import type { ObservedTarget } from './scale-target.ts';
import { targetOf } from '../api/target.ts';
import { report, type Visit } from './visit.ts';
import { goOnWith, newestOf } from './written.ts';

export interface ReconcileOptions extends LookOptions {
  readonly client: KubeClient;
  readonly types: TriggerTypes;
  /** The object as the watch knows it, by `namespace/name`. */
  readonly find: (key: string) => KubeObject | undefined;
  /** Another ScaledObject that scales the same target and was there first. */
  readonly rivalOf: (object: ScaledObject) => string | undefined;
  readonly memories: Map<string, ObjectMemory>;
  /** Where an object sets no readTimeoutSeconds of its own. */
  readonly readTimeoutMs: number;
  /** Drops everything that is kept for the key. */
  readonly forget: (key: string) => void;
}

/** Resolves to the milliseconds until the next look; undefined when nothing is to be done before something changes. */
export type Reconcile = (key: string, signal: AbortSignal) => Promise<number | undefined>;

export function createReconcile(options: ReconcileOptions): Reconcile {
  const { client, clock, sampler, targets, hpas, reporter, announce, decisions, memories, types } = options;
  const look = createLook(options);

  /** Nothing is read for it until it is in force again. */
  function rest({ key, memory, object }: Visit): void {
    if (memory.isWatched) announce.unbound(object);
    memory.isWatched = false;
    sampler.unbind(key);
    memory.bindings = undefined;
    memory.boundFor = '';
    memory.policy = undefined;
    decisions.remove({ namespace: object.metadata.namespace ?? '', name: object.metadata.name });
  }

  /** For what must not scale: an HPA goes on by its cpu metrics, or stands in the way of another one. */
  async function removeHpaIfRefused<T>(visit: Visit, check: () => T): Promise<T> {
    try {
      return check();
    } catch (error) {
      await hpas.remove(visit.object, visit.signal);
      visit.found = { hpaName: null };
      throw error;
    }
  }

  async function hold(visit: Visit, policy: ScalingPolicy): Promise<number> {
    const replicas = policy.pause.kind === 'paused-at' ? policy.pause.replicas : undefined;
    rest(visit);
    await report(visit, reporter, { kind: 'pausing' });
    const beforeStep = async (target: ObservedTarget): Promise<void> => {
      visit.found = { target };
      await report(visit, reporter, { kind: 'pausing' });
    };
    await holdPaused(visit.object, replicas, { hpas, targets, beforeStep }, visit.signal);
    visit.found = { hpaName: null };
    await report(visit, reporter, { kind: 'paused', replicas });
    return policy.pollingIntervalMs;
  }

  async function refuse(visit: Visit, error: SluiceError): Promise<void> {
    rest(visit);
    visit.memory.errors++;
    await report(visit, reporter, { kind: 'refused', error });
  }

  async function run(visit: Visit): Promise<number | undefined> {
    let againInMs: number | undefined;
    try {
      visit.object = loadScaledObject(visit.object);
      await mend(visit);
      // Before the label is set, into which not every name fits.
      checkLabels(visit.object);
      goOnWith(visit, await claim(visit.object, client, visit.signal));
      visit.memory.lastActiveAt ??= lastActivity(visit.object, clock.now());
      visit.memory.failuresBefore ??= failuresOnRecord(visit.object);
      // KEDA: what is paused at something that is no number is paused all the same.
      const pause = await removeHpaIfRefused(visit, () => readPause(visit.object));
      const policy = policyOf(visit.object, pause, options);
      // What its author must mend may come from elsewhere (a target that is created), so it is looked at again at leisure.
      againInMs = policy.pollingIntervalMs;
      // Before a pause, which may hold a size that the other one does not want.
      await removeHpaIfRefused(visit, () => refuseRival(visit.object, options.rivalOf(visit.object)));
      if (policy.pause.kind !== 'running') return await hold(visit, policy);
      checkScaledObject(visit.object, types);
      return await look(visit, policy);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      await refuse(visit, error);
      return againInMs;
    }
  }

  async function mend(visit: Visit): Promise<void> {
    const unreadable = unreadableStatus(visit.object);
    const mending = { client, resource: scaledObjects, unreadable, now: clock.now() };
    goOnWith(visit, await mendStatus(visit.object, mending, visit.signal));
  }

  return async (key, signal) => {
    const stored = options.find(key);
    if (!stored) {
      options.forget(key);
      return undefined;
    }
    const memory = memoryFor(memories, key, stored, { now: clock.now(), forget: options.forget });
    // Checked by loadScaledObject before anything of its spec is used.
    const visit: Visit = { key, memory, signal, found: {}, ...newestOf<ScaledObject>(stored, memory) };
    if (visit.object.metadata.deletionTimestamp === undefined) return run(visit);
    rest(visit);
    await finalize(visit.object, options, signal);
    return undefined;
  };
}

function refuseRival(object: ScaledObject, rival: string | undefined): void {
  if (rival === undefined) return;
  const { kind, name } = targetOf(object);
  const message = `${kind} "${name}" is scaled by ScaledObject "${rival}" already: two would work against each other, delete one`;
  throw new ConfigError(nameOf(object), [{ field: 'spec.scaleTargetRef', message }]);
}
