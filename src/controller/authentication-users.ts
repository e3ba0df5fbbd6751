// Puts on record which ScaledObjects and ScaledJobs use an authentication (KEDA: status.scaledobjects, status.scaledjobs), for
// `kubectl get ta -o wide`.
import { clusterTriggerAuthentications, triggerAuthentications } from '../api/names.ts';
import type { ScaleTrigger } from '../api/trigger.ts';
import type { Clock } from '../async.ts';
import { KubeError, toSluiceError } from '../errors.ts';
import type { KubeClient, KubeObject, Resource } from '../kube/client.ts';
import type { Change, Store } from '../kube/store.ts';
import type { Logger } from '../log.ts';
import { createDependencies, type Reference, referenceTo } from './dependencies.ts';
import { loadScaledObject } from './load.ts';
import type { Ownership } from './membership/ownership.ts';
import { keyOf, kindOf, namesOf, type ScaledKind } from './object-key.ts';
import { loadScaledJob } from './scaled-job/load.ts';
import type { Watches } from './watches.ts';
import { createWorkQueue } from './work-queue.ts';

export interface AuthenticationUsersOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  /** Empty: all. */
  readonly namespaces: readonly string[];
  /** Of the objects; all when not given or empty. */
  readonly labelSelector?: string;
  readonly watches: Pick<
    Watches,
    'scaledObjects' | 'scaledJobs' | 'triggerAuthentications' | 'clusterTriggerAuthentications'
  >;
  /** Of the authentications. */
  readonly ownership: Ownership;
}

/** A thousand objects that come with one authentication are one write. */
const GATHER_MS = 1_000;
const RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 300_000;

/** Keeps the records right until `signal` aborts. It is no more than information: a failure is retried at leisure and harms nothing else. */
export async function recordAuthenticationUsers(
  { client, clock, random, log, namespaces, labelSelector = '', watches, ownership }: AuthenticationUsersOptions,
  signal: AbortSignal,
): Promise<void> {
  const users = createDependencies();
  const queue = createWorkQueue({ clock, random, baseDelayMs: RETRY_MS, maxDelayMs: LONGEST_RETRY_MS });
  const kinds = new Map<string, { readonly resource: Resource; readonly store: Store<KubeObject> }>([
    ['TriggerAuthentication', { resource: triggerAuthentications, store: watches.triggerAuthentications }],
    [
      'ClusterTriggerAuthentication',
      { resource: clusterTriggerAuthentications, store: watches.clusterTriggerAuthentications },
    ],
  ]);

  function follow(change: Change<KubeObject>): void {
    const { object } = change;
    const before = change.type === 'updated' ? referencesOf(change.previous) : [];
    const after = referencesOf(object);
    users.set(keyOf(object), change.type === 'deleted' ? [] : after);
    for (const reference of new Set([...before, ...after])) queue.addAfter(reference, GATHER_MS);
  }

  /** Comma-separated, as KEDA writes them. */
  function namesOfUsers(reference: Reference, kind: ScaledKind): string {
    const keys = users.of(reference).filter((key) => kindOf(key) === kind);
    return [...new Set(keys.map((key) => namesOf(key).name))].toSorted().join(',');
  }

  /** What differs from the status that is there. Of a kind that is not known (yet), nothing is said. */
  function changeOf({ status = {} }: Authentication, reference: Reference): Record<string, string | null> {
    const fields = [
      ['scaledobjects', 'ScaledObject', watches.scaledObjects],
      ['scaledjobs', 'ScaledJob', watches.scaledJobs],
    ] as const;
    return Object.fromEntries(
      fields.flatMap(([field, kind, store]) => {
        const names = namesOfUsers(reference, kind);
        return store.synced() && (status[field] ?? '') !== names ? [[field, names || null]] : [];
      }),
    );
  }

  /** Undefined for one whose record is not ours to keep. */
  function find(reference: Reference): { readonly resource: Resource; readonly object: Authentication } | undefined {
    const [kind = '', namespace = '', name = ''] = reference.split('/');
    const at = kinds.get(kind);
    // Who sees a part of the objects only would wipe out what another one records.
    if (labelSelector !== '') return undefined;
    if (kind === 'ClusterTriggerAuthentication' && namespaces.length > 0) return undefined;
    const object: Authentication | undefined = at?.store.get(namespace === '' ? { name } : { namespace, name });
    return at && object && ownership.owns(object.metadata.uid ?? '') ? { resource: at.resource, object } : undefined;
  }

  async function record(reference: Reference): Promise<void> {
    const found = find(reference);
    const status = found ? changeOf(found.object, reference) : {};
    if (!found || Object.keys(status).length === 0) return;
    const { namespace, name } = found.object.metadata;
    const body = { status };
    await client.patch(found.resource, { namespace, name }, { type: 'merge', body }, { signal, subresource: 'status' });
  }

  watches.scaledObjects.subscribe(follow);
  watches.scaledJobs.subscribe(follow);
  for (const [kind, { store }] of kinds) {
    store.subscribe(({ type, object: { metadata } }) => {
      if (type !== 'deleted') queue.addAfter(referenceTo(kind, metadata.namespace ?? '', metadata.name), GATHER_MS);
    });
    ownership.subscribe(() => {
      for (const { metadata } of store.list())
        queue.addAfter(referenceTo(kind, metadata.namespace ?? '', metadata.name), GATHER_MS);
    });
  }
  const handle = async (reference: Reference): Promise<void> => {
    try {
      await record(reference);
    } catch (thrown) {
      if (signal.aborted || (thrown instanceof KubeError && thrown.code === 'KUBE_NOT_FOUND')) return;
      log.debug('users of an authentication are not on record', { reference, error: toSluiceError(thrown, 'record') });
      queue.retry(reference);
    }
  };
  await queue.run(handle, { concurrency: 4, signal });
}

interface Authentication extends KubeObject {
  readonly status?: { readonly scaledobjects?: string; readonly scaledjobs?: string };
}

/** The authentications that its triggers name; none for an object that does not parse. */
function referencesOf(object: KubeObject): readonly Reference[] {
  const { namespace = '' } = object.metadata;
  return triggersIn(object).flatMap(({ authenticationRef: ref }) => {
    if (!ref) return [];
    const { kind = 'TriggerAuthentication', name } = ref;
    return [referenceTo(kind, kind === 'TriggerAuthentication' ? namespace : '', name)];
  });
}

function triggersIn(object: KubeObject): readonly Pick<ScaleTrigger, 'authenticationRef'>[] {
  try {
    return object.kind === 'ScaledJob' ? loadScaledJob(object).spec.triggers : loadScaledObject(object).spec.triggers;
  } catch {
    return [];
  }
}
