// Keeps a local copy of a set of objects: a complete list, then a watch from there, for ever.
import { backoffMs, type Clock, sleep } from '../async.ts';
import type { Component } from '../component.ts';
import { type Complaint, createComplaint } from '../complaint.ts';
import { isAccessTrouble, KubeError } from '../errors.ts';
import type { LogFields, Logger } from '../log.ts';
import type { KubeClient, KubeObject, Resource } from './client.ts';
import { mendMissingKind } from './missing-kind.ts';
import { createObjectStore } from './object-store.ts';
import { resourceName } from './path.ts';
import type { Store } from './store.ts';

export interface ReflectorOptions<T extends KubeObject> {
  readonly client: KubeClient;
  readonly resource: Resource;
  /** One namespace, several, or (neither given) all. */
  readonly namespace?: string | undefined;
  readonly namespaces?: readonly string[] | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** What to keep of an object; managedFields and kubectl's last-applied copy are dropped in any case. */
  readonly prune?: (object: T) => T;
  /** Told why the copy is not kept up to date any more, or not yet, and (undefined) that it is again. */
  readonly kept?: (trouble: unknown) => void;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
}

const WATCH_MIN_S = 300;
const WATCH_SPREAD_S = 300;
const BACKOFF_MS = 500;
const BACKOFF_MAX_MS = 10_000;
/** A watch that lived this long was a good one, even if nothing happened. */
const HEALTHY_MS = 10_000;

/**
 * Lives until its signal aborts, whatever the API server does: a compacted version or a line that can't be read leads to a
 * new list, everything else to a new watch from where the last one stopped, both with back-off.
 */
export function createReflector<T extends KubeObject>(options: ReflectorOptions<T>): Component & Store<T> {
  const { client, resource, clock, random, labelSelector, fieldSelector } = options;
  const name = `reflector:${resourceName(resource)}`;
  const log = options.log.child({ component: name });
  const scopes = options.namespaces ?? [options.namespace];
  const store = createObjectStore<T>(log);
  const unlisted = new Set(scopes);
  const prune = (object: T): T => (options.prune ?? same)(withoutClutter(object));

  async function list(namespace: string | undefined, signal: AbortSignal): Promise<string> {
    const page = await client.list<T>(resource, { namespace, labelSelector, fieldSelector, prune, signal });
    store.replace(namespace, page.items);
    unlisted.delete(namespace);
    if (unlisted.size === 0) store.markSynced();
    return page.resourceVersion;
  }

  /** One watch, with the list that it needs; `place` always says how far we are. */
  async function listAndWatch(place: Place, signal: AbortSignal): Promise<void> {
    const { namespace } = place;
    place.version ??= await list(namespace, signal);
    const timeoutSeconds = WATCH_MIN_S + Math.floor(random() * WATCH_SPREAD_S);
    const from = { namespace, labelSelector, fieldSelector, resourceVersion: place.version };
    const opened = (): void => options.kept?.(undefined);
    for await (const { type, object } of client.watch<T>(resource, { ...from, timeoutSeconds, opened, signal })) {
      if (type === 'DELETED') store.remove(prune(object));
      else if (type !== 'BOOKMARK') store.put(prune(object));
      place.version = object.metadata.resourceVersion ?? place.version;
      place.events++;
    }
  }

  function tell(error: unknown, fields: LogFields, complaint: Complaint): void {
    if (error === undefined) return log.debug('watch ended', fields);
    if (isAccessTrouble(error)) return log.debug('watch is interrupted', { ...fields, error });
    // A list or a watch names no object, so it is the kind that is not found.
    if (!(error instanceof KubeError && error.code === 'KUBE_NOT_FOUND')) {
      return complaint.raise(error instanceof Error ? error.message : '', 'watch is interrupted', { ...fields, error });
    }
    const kind = resourceName(resource);
    complaint.raise('404', 'the API server does not serve this kind', {
      ...fields,
      kind,
      mend: mendMissingKind(resource),
    });
  }

  async function follow(namespace: string | undefined, signal: AbortSignal): Promise<void> {
    const place: Place = { namespace, version: undefined, events: 0 };
    const pace = createPacer(random);
    const complaint = createComplaint({ log, clock });
    while (!signal.aborted) {
      const startedAt = clock.now();
      place.events = 0;
      const error = await listAndWatch(place, signal).catch((caught: unknown) => caught);
      if (signal.aborted) return;
      if (error !== undefined) options.kept?.(error);
      if (isGone(error)) place.version = undefined;
      const isHealthy = place.events > 0 || clock.now() - startedAt >= HEALTHY_MS;
      if (isHealthy) complaint.settle();
      const waitMs = pace(error, isHealthy);
      const fields = { namespace, waitMs, next: place.version === undefined ? 'list' : 'watch' };
      tell(error, fields, complaint);
      await sleep(clock, waitMs, signal).catch(() => {});
    }
  }

  return {
    ...store,
    name,
    ready: store.synced,
    async run(signal) {
      await Promise.all(scopes.map((namespace) => follow(namespace, signal)));
    },
  };
}

interface Place {
  readonly namespace: string | undefined;
  /** Where the next watch begins; undefined when only a list can tell. */
  version: string | undefined;
  /** Heard in this watch. */
  events: number;
}

/**
 * How long to wait after each end of a watch. An ordinary end costs nothing, nor does the first 410: it is how an API server
 * that is back tells what we missed. What repeats waits longer and longer.
 */
function createPacer(random: () => number): (error: unknown, healthy: boolean) => number {
  let failures = 0; // in a row
  let gone = false;
  return (error, healthy) => {
    const surprise = isGone(error) && !gone;
    gone = isGone(error);
    failures = healthy || surprise ? 0 : failures + 1;
    const askedMs = error instanceof KubeError ? (error.retryAfterMs ?? 0) : 0;
    if (failures === 0 && (error === undefined || surprise)) return askedMs;
    return Math.round(Math.max(askedMs, backoffMs(Math.max(0, failures - 1), BACKOFF_MS, BACKOFF_MAX_MS, random)));
  };
}

function isGone(error: unknown): boolean {
  return error instanceof KubeError && error.code === 'KUBE_GONE';
}

/** Up to half of an object's size, and nobody here reads it. */
function withoutClutter<T extends KubeObject>(object: T): T {
  const { managedFields: _, annotations, ...metadata } = object.metadata as T['metadata'] & { managedFields?: unknown };
  if (annotations === undefined) return { ...object, metadata };
  const { 'kubectl.kubernetes.io/last-applied-configuration': __, ...kept } = annotations;
  return { ...object, metadata: { ...metadata, annotations: kept } };
}

function same<T>(value: T): T {
  return value;
}
