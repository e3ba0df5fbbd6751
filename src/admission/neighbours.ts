// Who else scales what: ScaledObjects and HPAs by target, kept up to date by watches, so that a question costs the same whatever their number.
import { hpaNameOf } from '../api/checks.ts';
import { annotations, defaultHpaName } from '../api/names.ts';
import type { ScaledObject } from '../api/scaled-object.ts';
import { groupVersionOf, type TargetReference, targetOf } from '../api/target.ts';

interface ObjectFacts {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly deletionTimestamp?: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[];
  };
}
export interface HpaFacts extends ObjectFacts {
  readonly spec: {
    readonly scaleTargetRef: { readonly apiVersion?: string; readonly kind: string; readonly name: string };
  };
}

/** What a watch knows; `subscribe` begins with what there is already. */
export interface ObjectFeed<T> {
  get(key: { readonly namespace: string; readonly name: string }): T | undefined;
  subscribe(
    listener: (
      change:
        | { readonly type: 'added' | 'deleted'; readonly object: T }
        | { readonly type: 'updated'; readonly object: T; readonly previous: T },
    ) => void,
  ): () => void;
  synced(): boolean;
}

export interface NeighbourFeeds {
  /** Objects that do not parse may be among them. */
  readonly scaledObjects: ObjectFeed<ObjectFacts>;
  /** All HPAs, in one feed or several. */
  readonly hpas: readonly ObjectFeed<HpaFacts>[];
}

export interface Neighbours {
  /** Begins to listen; returns the way out. */
  listen(): () => void;
  /** False while it is not known who there is. */
  known(): boolean;
  /** The name of another ScaledObject that scales the target. */
  scaledObjectOn(target: TargetReference, self: string): string | undefined;
  /** The name of another ScaledObject whose HPA has this name. */
  scaledObjectWithHpa(namespace: string, hpaName: string, self: string): string | undefined;
  /** HPAs on the target that no ScaledObject owns, but those that say they don't mind. */
  foreignHpasOn(target: TargetReference): readonly string[];
}

export function createNeighbours({ scaledObjects, hpas }: NeighbourFeeds): Neighbours {
  const byTarget = createIndex();
  /** Only names that were set: the default ones say whose they are. */
  const byHpaName = createIndex();
  const foreignHpas = createIndex();

  function noteObject(index: 'add' | 'remove', object: ObjectFacts): void {
    const readable = readableObject(object);
    if (readable === undefined || (index === 'add' && isLeaving(object))) return;
    const { name, namespace = '' } = readable.metadata;
    byTarget[index](targetKey(targetOf(readable)), name);
    const hpaName = hpaNameOf(readable);
    if (hpaName !== defaultHpaName(name)) byHpaName[index](`${namespace}/${hpaName}`, name);
  }

  function noteHpa(index: 'add' | 'remove', { metadata, spec }: HpaFacts): void {
    const { namespace = '', name, ownerReferences = [] } = metadata;
    if (metadata.annotations?.[annotations.validateHpaOwnership] === 'false') return;
    // One that a ScaledObject owns is told of by that ScaledObject, so ours need no place here.
    if (ownerReferences.some(({ kind }) => kind === 'ScaledObject')) return;
    const { apiVersion = '', kind } = spec.scaleTargetRef;
    foreignHpas[index](targetKey({ namespace, apiVersion, kind, name: spec.scaleTargetRef.name }), name);
  }

  return {
    listen() {
      const ends = [follow(scaledObjects, noteObject), ...hpas.map((feed) => follow(feed, noteHpa))];
      return () => {
        for (const end of ends) end();
      };
    },
    known: () => scaledObjects.synced() && hpas.every((feed) => feed.synced()),
    scaledObjectOn: (target, self) => byTarget.of(targetKey(target)).find((name) => name !== self),
    scaledObjectWithHpa(namespace, hpaName, self) {
      const named = byHpaName.of(`${namespace}/${hpaName}`).find((name) => name !== self);
      if (named !== undefined) return named;
      const prefix = defaultHpaName('');
      const name = hpaName.startsWith(prefix) ? hpaName.slice(prefix.length) : '';
      if (name === '' || name === self) return undefined;
      const other = scaledObjects.get({ namespace, name });
      const readable = other && !isLeaving(other) ? readableObject(other) : undefined;
      return readable !== undefined && hpaNameOf(readable) === hpaName ? name : undefined;
    },
    foreignHpasOn: (target) => foreignHpas.of(targetKey(target)),
  };
}

function follow<T>(feed: ObjectFeed<T>, note: (index: 'add' | 'remove', object: T) => void): () => void {
  return feed.subscribe((change) => {
    if (change.type === 'updated') note('remove', change.previous);
    note(change.type === 'deleted' ? 'remove' : 'add', change.object);
  });
}

/** Undefined when it does not say what it scales. */
function readableObject(object: ObjectFacts): ScaledObject | undefined {
  const { spec } = object as Partial<ScaledObject>;
  return typeof spec?.scaleTargetRef?.name === 'string' ? (object as ScaledObject) : undefined;
}

/** What a deleted object scaled is free, though it still waits for its finalizer. */
const isLeaving = ({ metadata }: ObjectFacts): boolean => metadata.deletionTimestamp !== undefined;

/** Without the version: apps/v1 and apps/v1beta2 serve the same Deployments. */
function targetKey({ namespace, apiVersion, kind, name }: TargetReference): string {
  return `${namespace}/${groupVersionOf(apiVersion).group}/${kind}/${name}`;
}

interface Index {
  add(key: string, name: string): void;
  remove(key: string, name: string): void;
  of(key: string): readonly string[];
}

const NONE: readonly string[] = [];

/** Nearly every key has one name, so a list of one is all that is kept for it. */
function createIndex(): Index {
  const names = new Map<string, readonly string[]>();
  const of = (key: string): readonly string[] => names.get(key) ?? NONE;
  return {
    of,
    add(key, name) {
      const present = of(key);
      if (present.length === 0) names.set(key, [name]);
      else if (!present.includes(name)) names.set(key, [...present, name]);
    },
    remove(key, name) {
      const left = of(key).filter((other) => other !== name);
      if (left.length > 0) names.set(key, left);
      else names.delete(key);
    },
  };
}
