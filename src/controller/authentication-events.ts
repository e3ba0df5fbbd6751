// Events of TriggerAuthentications and ClusterTriggerAuthentications: that they were added, changed, deleted. Reasons are KEDA's.
import type { KubeObject } from '../kube/client.ts';
import type { EventRecorder } from '../kube/events.ts';
import type { Change, Store } from '../kube/store.ts';
import type { Ownership } from './membership/ownership.ts';
import type { Watches } from './watches.ts';

export interface AuthenticationEventsOptions {
  readonly events: EventRecorder;
  readonly ownership: Pick<Ownership, 'owns'>;
  readonly watches: Pick<Watches, 'triggerAuthentications' | 'clusterTriggerAuthentications'>;
  /** Empty: all. */
  readonly namespaces: readonly string[];
}

const DONE = { added: 'added', updated: 'updated', deleted: 'deleted' } as const;
const SUFFIX = { added: 'Added', updated: 'Updated', deleted: 'Deleted' } as const;

/** Tells of what happens from now on. (KEDA tells of everything there is whenever it starts; and says Cluster… of every update.) */
export function announceAuthentications({ events, ownership, watches, namespaces }: AuthenticationEventsOptions): void {
  function tell({ type, object }: Change<KubeObject>): void {
    const { apiVersion, kind, metadata } = object;
    const { namespace, name, uid } = metadata;
    const reason = `${kind}${SUFFIX[type]}`;
    const regarding = { apiVersion, kind, namespace, name, uid };
    events.record({ regarding, type: 'Normal', reason, action: reason, note: `${kind} was ${DONE[type]}` });
  }

  function follow(store: Store<KubeObject>): void {
    let isReplay = true;
    store.subscribe((change) => {
      // What comes before the first list is complete was there before.
      if (isReplay || !store.synced() || !ownership.owns(change.object.metadata.uid ?? '')) return;
      if (change.type !== 'updated' || isRedefined(change)) tell(change);
    });
    isReplay = false;
  }
  follow(watches.triggerAuthentications);
  // Their Events stand in the namespace default, which who serves a part of the namespaces may not write to.
  if (namespaces.length === 0) follow(watches.clusterTriggerAuthentications);
}

/** A deletion that waits for a finalizer counts as a generation, and is none. */
function isRedefined({ object, previous }: Extract<Change<KubeObject>, { type: 'updated' }>): boolean {
  const { generation, deletionTimestamp } = object.metadata;
  return generation !== previous.metadata.generation && deletionTimestamp === undefined;
}
