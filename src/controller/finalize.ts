// The end of a ScaledObject: its HPA goes, the target gets its replicas back if that was asked for, then the object may go.
import { FINALIZER, labels, scaledObjects } from '../api/names.ts';
import type { ScaledObject } from '../api/scaled-object.ts';
import { KubeError, SluiceError } from '../errors.ts';
import type { KubeClient, KubeObject } from '../kube/client.ts';
import type { Logger } from '../log.ts';
import type { Announce } from './announce.ts';
import type { HpaKeeper } from './apply-hpa.ts';
import type { ScaleTargets } from './scale-target.ts';
import { loadScaledObject } from './load.ts';
import { originalReplicasOf } from './status-facts.ts';
import { targetOf } from '../api/target.ts';
import { atVersionOf } from './written.ts';

export interface FinalizeOptions {
  readonly client: KubeClient;
  readonly targets: ScaleTargets;
  readonly hpas: HpaKeeper;
  readonly announce: Announce;
  readonly log: Logger;
}

/** Kubernetes sets it when somebody deletes an object and wants what it owns to stay. */
const KEEP_DEPENDENTS = 'orphan';

/** Removing the HPA and restoring the size are tried once and never stand in the way (KEDA). */
export async function finalize(
  object: KubeObject,
  { client, targets, hpas, announce, log }: FinalizeOptions,
  signal: AbortSignal,
): Promise<void> {
  if (!object.metadata.finalizers?.includes(FINALIZER)) return;
  const parsed = parsedOrUndefined(object);
  if (parsed) {
    if (!object.metadata.finalizers.includes(KEEP_DEPENDENTS)) await removeHpa(parsed, hpas, log, signal);
    await restore(parsed, targets, log, signal);
  }
  const { name, namespace, resourceVersion, uid } = object.metadata;
  const finalizers = object.metadata.finalizers.filter((finalizer) => finalizer !== FINALIZER);
  const body = { metadata: { resourceVersion, uid, finalizers } };
  try {
    await client.patch(scaledObjects, { namespace, name }, { type: 'merge', body }, { signal });
  } catch (error) {
    // We let it go a moment ago, and the watch has not told yet.
    if (error instanceof KubeError && error.code === 'KUBE_NOT_FOUND') return;
    throw error;
  }
  if (parsed) announce.deleted(parsed);
}

/** One that cannot be understood must be deletable as well. */
function parsedOrUndefined(object: KubeObject): ScaledObject | undefined {
  try {
    return loadScaledObject(object);
  } catch {
    return undefined;
  }
}

/**
 * Its owner reference would do, but not always: when the CRD goes as well, the garbage collector can no longer ask whether the owner
 * is gone, and keeps the HPA.
 */
async function removeHpa(object: ScaledObject, hpas: HpaKeeper, log: Logger, signal: AbortSignal): Promise<void> {
  try {
    await hpas.remove(object, signal);
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    log.warn('HPA is left to the garbage collector', { object: object.metadata.name, error });
  }
}

async function restore(object: ScaledObject, targets: ScaleTargets, log: Logger, signal: AbortSignal): Promise<void> {
  const original = originalReplicasOf(object);
  if (object.spec.advanced?.restoreToOriginalReplicaCount !== true || original === undefined) return;
  const reference = targetOf(object);
  try {
    let { replicas } = await targets.read(reference, signal);
    while (replicas !== original) ({ replicas } = await targets.step(reference, replicas, original, signal));
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    log.warn('original replicas are not restored', { target: reference.name, original, error });
  }
}

/** The finalizer and the name label that every ScaledObject carries; resolves to the object with both. */
export async function claim(object: ScaledObject, client: KubeClient, signal: AbortSignal): Promise<ScaledObject> {
  const { name, namespace, resourceVersion, uid, finalizers = [] } = object.metadata;
  if (finalizers.includes(FINALIZER) && object.metadata.labels?.[labels.scaledObjectName] === name) return object;
  const ours = {
    finalizers: [...new Set([...finalizers, FINALIZER])],
    labels: { ...object.metadata.labels, [labels.scaledObjectName]: name },
  };
  const body = { metadata: { resourceVersion, uid, ...ours } };
  const written = await client.patch(scaledObjects, { namespace, name }, { type: 'merge', body }, { signal });
  return atVersionOf({ ...object, metadata: { ...object.metadata, ...ours } }, written);
}
