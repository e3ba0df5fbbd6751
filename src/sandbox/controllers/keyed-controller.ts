// The loop that every controller here shares: changes name keys, a queue holds them, one reconcile per key reads the world anew.
import type { Clock } from '../../async.ts';
import type { Component } from '../../component.ts';
import { createWorkQueue } from '../../controller/work-queue.ts';
import { KubeError } from '../../errors.ts';
import type { KubeClient, KubeObject, ObjectKey } from '../../kube/client.ts';
import type { EventRecorder } from '../../kube/events.ts';
import type { Change, Store } from '../../kube/store.ts';
import type { Logger } from '../../log.ts';

export interface ControllerDeps {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly events: EventRecorder;
}

/** Where changes come from, and which keys they concern. */
export interface Trigger {
  attach(add: (key: ObjectKey) => void): () => void;
  synced(): boolean;
}

export function onChange<T extends KubeObject>(
  store: Store<T>,
  concerns: (change: Change<T>) => readonly (ObjectKey | undefined)[],
): Trigger {
  return {
    synced: store.synced,
    attach: (add) =>
      store.subscribe((change) => {
        for (const key of concerns(change)) if (key !== undefined) add(key);
      }),
  };
}

/** The object's own key on every change. */
export function onItself<T extends KubeObject>(store: Store<T>): Trigger {
  return onChange(store, ({ object }) => [keyOf(object)]);
}

export interface KeyedController {
  readonly name: string;
  readonly triggers: readonly Trigger[];
  readonly concurrency?: number;
  /** Brings the world of one key into order; gives the milliseconds after which to look again even if nothing changes. */
  reconcile(key: ObjectKey, signal: AbortSignal): Promise<number | undefined>;
}

/** Failures come back with back-off; a lost race (409, 404) is only an old read and is not worth a warning. */
export function createKeyedController(controller: KeyedController, deps: ControllerDeps): Component {
  const { name, triggers, concurrency = 4 } = controller;
  const log = deps.log.child({ component: name });
  const queue = createWorkQueue({
    clock: deps.clock,
    random: deps.random,
    baseDelayMs: 20,
    maxDelayMs: 10_000,
    hooks: {
      failed: (key, error) => (isLostRace(error) ? log.debug : log.warn)('reconcile failed', { object: key, error }),
    },
  });
  return {
    name,
    ready: () => triggers.every((trigger) => trigger.synced()),
    async run(signal) {
      const detach = triggers.map((trigger) =>
        trigger.attach((key) => queue.add(`${key.namespace ?? ''}/${key.name}`)),
      );
      try {
        await queue.run(
          async (key) => {
            const [namespace = '', objectName = ''] = key.split('/');
            const again = await controller.reconcile({ namespace, name: objectName }, signal);
            if (again !== undefined) queue.addAfter(key, again);
          },
          { concurrency, signal },
        );
      } finally {
        for (const leave of detach) leave();
      }
    },
  };
}

export function keyOf(object: KubeObject): ObjectKey {
  return { namespace: object.metadata.namespace, name: object.metadata.name };
}

/** Undefined when there is no such object. */
export async function find<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof KubeError && error.code === 'KUBE_NOT_FOUND') return undefined;
    throw error;
  }
}

function isLostRace(error: unknown): boolean {
  return error instanceof KubeError && (error.code === 'KUBE_CONFLICT' || error.code === 'KUBE_NOT_FOUND');
}
