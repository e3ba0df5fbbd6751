// Keeps the HPA as it should be, with as few writes as possible, and never somebody else's.
import { createHash } from 'node:crypto';
import { mayTakeOverHpa } from '../api/annotations.ts';
import { hpaNameOf } from '../api/checks.ts';
import { annotations, labels } from '../api/names.ts';
import type { ScaledObject } from '../api/scaled-object.ts';
import type { Clock } from '../async.ts';
import { createComplaint } from '../complaint.ts';
import { ConfigError } from '../errors.ts';
import { isSameBehavior } from '../hpa/behavior.ts';
import { parseQuantity } from '../quantity.ts';
import type { KubeClient, ObjectKey } from '../kube/client.ts';
import { HORIZONTAL_POD_AUTOSCALERS } from '../kube/resources.ts';
import type { Store } from '../kube/store.ts';
import type { Logger } from '../log.ts';
import { adoptFields } from './adopt-hpa.ts';
import { getOrUndefined } from './auth/kube-lookup.ts';
import { ownerOf } from './changes.ts';
import { createDependencies } from './dependencies.ts';
import { canonicalJson, type Hpa, SPEC_HASH } from './hpa.ts';
import { keyOf, namesOf } from './object-key.ts';

export const FIELD_MANAGER = 'sluice';

export interface HpaKeeper {
  /** Creates, renames or corrects it. Throws a ConfigError when the name is taken by an HPA that is not ours. */
  apply(object: ScaledObject, wanted: Hpa, signal: AbortSignal): Promise<void>;
  /** Deletes every one that was made for the object; absent is not an error. */
  remove(object: ScaledObject, signal: AbortSignal): Promise<void>;
  /** As the watch knows it. */
  live(namespace: string, name: string): Hpa | undefined;
}

export interface HpaKeeperOptions {
  readonly client: KubeClient;
  readonly hpas: Store<Hpa>;
  readonly clock: Clock;
  readonly log: Logger;
}

interface LastWrite {
  readonly hash: string | undefined;
  /** A digest of what the API server made of it. */
  readonly became: string;
  readonly at: number;
}

/** Two who answer each other's writes at once would keep the API server busy with nothing. */
const GIVE_WAY_MS = 60_000;

export function createHpaKeeper({ client, hpas, clock, log }: HpaKeeperOptions): HpaKeeper {
  /** What our last write was, until the watch tells of that HPA again. */
  const written = new Map<string, string | undefined>();
  const lastWrites = new Map<string, LastWrite>();
  const rivalry = createComplaint({ clock, log });
  hpas.subscribe(({ object }) => written.delete(idOf(object.metadata)));
  const made = createDependencies();
  hpas.subscribe(({ type, object }) => {
    const owner = type === 'deleted' ? undefined : madeFor(object);
    made.set(idOf(object.metadata), owner === undefined ? [] : [owner]);
    if (type === 'deleted') lastWrites.delete(idOf(object.metadata));
  });

  /** A hand-made one carries none of our labels, so the watch does not show it: ask before taking the name for free. */
  async function find(key: ObjectKey, signal: AbortSignal): Promise<Hpa | undefined> {
    return hpas.get(key) ?? (await getOrUndefined<Hpa>(client, HORIZONTAL_POD_AUTOSCALERS, key, signal));
  }

  /** The status tells of one that the watch does not know yet, the watch of one that the program did not live to put on record. */
  async function removeAllBut(kept: string, object: ScaledObject, signal: AbortSignal): Promise<void> {
    const { namespace } = object.metadata;
    const recorded = object.status?.hpaName ?? '';
    const known = made.of(keyOf(object)).map((id) => namesOf(id).name);
    for (const name of new Set([...known, recorded])) {
      if (name !== '' && name !== kept) await removeOne(object, { namespace, name }, signal);
    }
  }

  async function removeOne(object: ScaledObject, key: ObjectKey, signal: AbortSignal): Promise<void> {
    const live = await find(key, signal);
    written.delete(idOf(key));
    if (!live || !isOwnedBy(live, object)) return;
    const { uid } = live.metadata;
    await client.delete(HORIZONTAL_POD_AUTOSCALERS, key, { signal, ...(uid === undefined ? {} : { uid }) });
  }

  /** It is as it should be, or nothing is gained by writing it. */
  function mayStay(live: Hpa, wanted: Hpa): boolean {
    const hash = hashOf(wanted);
    const isSame = hashOf(live) === hash && isSameBehavior(live.spec.behavior, wanted.spec.behavior);
    if (isSame && covers(live, wanted)) return true;
    // A webhook of the cluster may have its own idea of it: what our own write became is not written once more.
    const last = lastWrites.get(idOf(live.metadata));
    if (last?.hash === hash && last?.became === contentOf(live)) return true;
    return hashOf(live) === undefined && givesWay(live, wanted);
  }

  /** To somebody who took our mark from what we wrote a moment ago, and left it meaning the same. */
  function givesWay(live: Hpa, wanted: Hpa): boolean {
    const last = lastWrites.get(idOf(wanted.metadata));
    if (last === undefined || last.hash !== hashOf(wanted) || Math.abs(clock.now() - last.at) >= GIVE_WAY_MS)
      return false;
    if (!covers(live.spec, wanted.spec)) return false;
    const mend = 'sluice doctor';
    rivalry.raise('rewritten', 'somebody else rewrites our HPAs: does KEDA still run?', {
      hpa: live.metadata.name,
      mend,
    });
    return true;
  }

  return {
    async remove(object, signal) {
      await removeAllBut('', object, signal);
      // Written a moment ago, neither on record nor known to the watch.
      const key = { namespace: object.metadata.namespace, name: hpaNameOf(object) };
      if (written.has(idOf(key))) await removeOne(object, key, signal);
    },
    live: (namespace, name) => hpas.get({ namespace, name }),
    async apply(object, wanted, signal) {
      const { name, namespace } = wanted.metadata;
      const key = { namespace, name };
      const hash = hashOf(wanted);
      // The watch lags behind our write. One that it does not show at all may be gone again, so that is asked.
      const isWritten = hpas.get(key) !== undefined && written.get(idOf(key)) === hash;
      const live = isWritten ? undefined : await find(key, signal);
      // Before the one of a former name goes: an object whose new name is taken keeps what it has.
      if (live) refuseForeign(live, object);
      await removeAllBut(name, object, signal);
      if (isWritten) return;
      if (live && mayStay(live, wanted)) return;
      // Made or rewritten by somebody else, KEDA for example, or given a behavior that we do not speak of.
      const hasForeignFields =
        live && (hashOf(live) === undefined || !isSameBehavior(live.spec.behavior, wanted.spec.behavior));
      if (hasForeignFields) await adoptFields(client, key, FIELD_MANAGER, signal);
      const options = { signal, fieldManager: FIELD_MANAGER, force: true };
      const became = await client.apply<Hpa>(HORIZONTAL_POD_AUTOSCALERS, wanted, options);
      written.set(idOf(key), hash);
      lastWrites.set(idOf(key), { hash, became: contentOf(became), at: clock.now() });
    },
  };
}

/** The ScaledObject's key. One that lost its owner still carries the label. */
function madeFor(hpa: Hpa): string | undefined {
  const { namespace = '', labels: tags } = hpa.metadata;
  const name = tags?.[labels.scaledObjectName];
  return ownerOf(hpa) ?? (name === undefined ? undefined : `${namespace}/${name}`);
}

function hashOf({ metadata }: Hpa): string | undefined {
  return metadata.annotations?.[SPEC_HASH];
}

function contentOf({ metadata, spec }: Hpa): string {
  const { annotations: notes, labels: tags, ownerReferences } = metadata;
  return createHash('sha256')
    .update(canonicalJson([notes, tags, ownerReferences, spec]))
    .digest('base64url');
}

function idOf({ namespace = '', name }: ObjectKey): string {
  return `${namespace}/${name}`;
}

/**
 * Ours by name as well as by uid: a ScaledObject that was deleted and made again finds the HPA of its former self. One that lost
 * its owner is still known by what we wrote on it.
 */
function isOwnedBy(hpa: Hpa, { kind, metadata }: ScaledObject): boolean {
  const { ownerReferences: owners = [], annotations: notes, labels: tags } = hpa.metadata;
  if (owners.length === 0) return notes?.[SPEC_HASH] !== undefined && tags?.[labels.scaledObjectName] === metadata.name;
  return owners.some((owner) => owner.uid === metadata.uid || (owner.kind === kind && owner.name === metadata.name));
}

function refuseForeign(hpa: Hpa, object: ScaledObject): void {
  if (isOwnedBy(hpa, object) || mayTakeOverHpa(object)) return;
  const [owner] = hpa.metadata.ownerReferences ?? [];
  const whose = owner ? `belongs to ${owner.kind} "${owner.name}"` : 'was not made for this ScaledObject';
  throw new ConfigError(`ScaledObject ${object.metadata.namespace}/${object.metadata.name}`, [
    {
      field: 'spec.advanced.horizontalPodAutoscalerConfig.name',
      message: `HorizontalPodAutoscaler "${hpa.metadata.name}" exists already and ${whose}: choose another name, delete it, or set the annotation ${annotations.transferHpaOwnership}: "true" to take it over`,
    },
  ]);
}

/** Whether everything wanted is there; what the API server filled in does not matter. Quantities are compared by value: 1000m is 1. */
export function covers(live: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    return Array.isArray(live) && live.length === wanted.length && wanted.every((item, i) => covers(live[i], item));
  }
  if (typeof wanted === 'object' && wanted !== null) {
    if (typeof live !== 'object' || live === null) return false;
    const there = new Map<string, unknown>(Object.entries(live));
    return Object.entries(wanted).every(([key, value]) => covers(there.get(key), value));
  }
  return live === wanted || isSameQuantity(live, wanted);
}

function isSameQuantity(a: unknown, b: unknown): boolean {
  if ((typeof a !== 'string' && typeof a !== 'number') || (typeof b !== 'string' && typeof b !== 'number'))
    return false;
  const value = parseQuantity(a);
  return value !== undefined && value === parseQuantity(b);
}
