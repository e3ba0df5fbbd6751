// Two ScaledObjects on one target would work against each other: the one that was there first has it.
import type { ScaledObject } from '../api/scaled-object.ts';
import type { KubeObject } from '../kube/client.ts';
import type { Store } from '../kube/store.ts';
import { createDependencies } from './dependencies.ts';
import { keyOf, namesOf } from './object-key.ts';
import { targetOf, type TargetReference } from '../api/target.ts';

export interface Rivals {
  /** To be told of every ScaledObject there is, and of every one that is gone. */
  noted(object: KubeObject): void;
  removed(object: KubeObject): void;
  /** The name of another one that scales the same target and is older. */
  of(object: ScaledObject): string | undefined;
  /** All others that name the same target, by key. */
  others(object: KubeObject): readonly string[];
  /** All that name this target, by key. */
  claimantsOf(target: TargetReference): readonly string[];
}

export function createRivals(scaledObjects: Store<KubeObject>): Rivals {
  const claims = createDependencies();

  function others(object: KubeObject): readonly string[] {
    const claimed = claimOf(object);
    return claimed === undefined ? [] : claims.of(claimed).filter((key) => key !== keyOf(object));
  }

  return {
    noted: (object) => claims.set(keyOf(object), [claimOf(object) ?? []].flat()),
    removed: (object) => claims.remove(keyOf(object)),
    others,
    claimantsOf: (target) => claims.of(textOf(target)),
    of(object) {
      const older = others(object)
        .map((key) => scaledObjects.get(namesOf(key)))
        .find((other) => other?.metadata.deletionTimestamp === undefined && other && isOlder(other, object));
      return older?.metadata.name;
    },
  };
}

/** The target as text; undefined when the object does not say what it scales. */
function claimOf(object: KubeObject): string | undefined {
  const { spec } = object as Partial<ScaledObject>;
  if (!spec?.scaleTargetRef?.name) return undefined;
  return textOf(targetOf({ metadata: object.metadata, spec }));
}

function textOf({ apiVersion, kind, namespace, name }: TargetReference): string {
  return `${apiVersion}/${kind}/${namespace}/${name}`;
}

/** Timestamps are in whole seconds, so names decide between objects of one manifest. */
function isOlder(a: KubeObject, b: KubeObject): boolean {
  const [at, bt] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''];
  return at < bt || (at === bt && a.metadata.name < b.metadata.name);
}
