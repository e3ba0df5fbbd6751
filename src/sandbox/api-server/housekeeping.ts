// What a cluster does by itself: collecting garbage, emptying namespaces, removing the objects of removed kinds.
import type { Clock } from '../../async.ts';
import type { Logger } from '../../log.ts';
import { watchNamespaces } from './namespaces.ts';
import type { ApiObject } from './object.ts';
import { DEFINITIONS, type Registry } from './registry.ts';
import type { ResourceType } from './resource-type.ts';
import type { Storage } from './storage.ts';
import type { WriteOptions } from './write-options.ts';
import type { ObjectWriter } from './writer.ts';
import { StatusError } from './status.ts';
import { collectGarbage } from './garbage-collection.ts';
import type { Propagation } from './deletion.ts';

export interface Housekeeping {
  stop(): void;
}

export function startHousekeeping(parts: {
  storage: Storage;
  registry: Registry;
  writer: ObjectWriter;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}): Housekeeping {
  const { storage, registry, writer, clock, log, signal } = parts;
  const options: WriteOptions = {
    user: { name: 'system:kube-controller-manager', groups: ['system:masters'] },
    manager: 'kube-controller-manager',
    dryRun: false,
    fieldValidation: 'Ignore',
    from: 'body',
    warn() {},
    signal,
  };
  const typeOf = (collection: string): ResourceType | undefined =>
    registry.all().find((type) => type.collection === collection);

  const remove = (collection: string, object: ApiObject, propagation: Propagation): void => {
    const type = typeOf(collection);
    if (!type) return void storage.remove(collection, object.metadata.namespace, object.metadata.name);
    const how = { propagation, graceSeconds: undefined, uid: object.metadata.uid, resourceVersion: undefined };
    writer.remove(type, type.fromStored(object), how, options).catch((error: unknown) => {
      if (signal.aborted || (error instanceof StatusError && [404, 409].includes(error.status))) return;
      log.warn('housekeeping could not remove an object', {
        kind: type.kind,
        object: `${object.metadata.namespace ?? ''}/${object.metadata.name}`,
        error,
      });
    });
  };

  const stops = [
    watchNamespaces({
      storage,
      clock,
      removeContent: (collection, object) => remove(collection, object, 'Background'),
    }),
    collectGarbage({ storage, clock, typeOf, remove }),
    storage.subscribe(DEFINITIONS, (change) => {
      if (change.type !== 'DELETED') return;
      const { spec } = change.object as { spec?: { group?: string; names?: { plural?: string } } };
      const collection = `${spec?.group}/${spec?.names?.plural}`;
      for (const object of storage.list(collection))
        storage.remove(collection, object.metadata.namespace, object.metadata.name);
    }),
  ];
  return {
    stop() {
      for (const stop of stops) stop();
    },
  };
}
