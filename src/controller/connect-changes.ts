// From changes of watched objects to keys in the queue.
import type { KubeObject } from '../kube/client.ts';
import type { Store } from '../kube/store.ts';
import { isNewsOfHpa, isNewsOfScaledObject, newsOfWorkload, ownerOf } from './changes.ts';
import { type Dependencies, referenceTo } from './dependencies.ts';
import { keyOf } from './object-key.ts';
import type { Rivals } from './rivals.ts';
import type { Workload } from './scale-target.ts';
import type { Watches } from './watches.ts';
import type { WorkQueue } from './work-queue.ts';

export interface ChangeOptions {
  readonly watches: Watches;
  readonly queue: Pick<WorkQueue, 'add'>;
  readonly rivals: Rivals;
  readonly dependencies: Dependencies;
  /** How soon to look at an object that has just become known. */
  readonly firstSeen: (object: KubeObject) => void;
  /** What these objects' triggers were resolved from has changed. */
  readonly lookAgain: (keys: readonly string[]) => void;
}

export function connectChanges(options: ChangeOptions): void {
  const { watches, queue, rivals, dependencies, lookAgain } = options;

  watches.scaledObjects.subscribe((change) => {
    const { object } = change;
    if (change.type === 'deleted') rivals.removed(object);
    else rivals.noted(object);
    if (change.type === 'added') return options.firstSeen(object);
    if (!isNewsOfScaledObject(change)) return;
    queue.add(keyOf(object));
    // One that goes, or turns to another target, may make way for one that waited, and push another out there.
    const targets = change.type === 'updated' ? [change.previous, object] : [object];
    for (const key of targets.flatMap((target) => rivals.others(target))) queue.add(key);
  });

  watches.hpas.subscribe((change) => {
    const owner = ownerOf(change.object);
    // Those that were there at the start are compared when their owner is looked at.
    if (owner !== undefined && change.type !== 'added' && isNewsOfHpa(change)) queue.add(owner);
  });

  const followWorkloads = (store: Store<Workload>, kind: string): void => {
    let isReplay = true;
    store.subscribe((change) => {
      const { namespace = '', name } = change.object.metadata;
      // Those that waited for it depend on nothing yet.
      const waiting =
        change.type === 'added' && !isReplay
          ? rivals.claimantsOf({ apiVersion: 'apps/v1', kind, namespace, name })
          : [];
      for (const key of waiting) queue.add(key);
      const dependents = dependencies.of(referenceTo(kind, namespace, name));
      const news = dependents.length > 0 ? newsOfWorkload(change) : 'none';
      if (news === 'environment') lookAgain(dependents);
      if (news === 'size') for (const key of dependents) queue.add(key);
    });
    isReplay = false;
  };
  followWorkloads(watches.deployments, 'Deployment');
  followWorkloads(watches.statefulSets, 'StatefulSet');
}
