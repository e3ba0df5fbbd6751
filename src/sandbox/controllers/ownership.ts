// Who owns whom: finding children by their controller reference, adopting orphans, letting go of those that no longer match.
import type { KubeClient, KubeObject, ObjectKey, OwnerReference, Resource } from '../../kube/client.ts';
import type { Store } from '../../kube/store.ts';
import { keyOf } from './keyed-controller.ts';
import { type LabelSelector, selectorMatches, selectorQuery } from './label-selector.ts';
import { controllerReference } from './pod-template.ts';

export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((reference) => reference.controller === true);
}

export function isControlledBy(object: KubeObject, owner: KubeObject): boolean {
  return controllerOf(object)?.uid === owner.metadata.uid;
}

/** The key of the object's controller when it is of this kind. */
export function controllerKey(object: KubeObject, kind: string): ObjectKey | undefined {
  const controller = controllerOf(object);
  return controller?.kind === kind ? { namespace: object.metadata.namespace, name: controller.name } : undefined;
}

export type Selecting = KubeObject & { readonly spec: { readonly selector: LabelSelector } };

/** The keys that a child's change concerns: its controller, or everybody who might adopt it. */
export function keysForChild(
  child: KubeObject,
  kind: string,
  owners: Store<Selecting>,
): readonly (ObjectKey | undefined)[] {
  if (controllerOf(child) !== undefined) return [controllerKey(child, kind)];
  return owners
    .list(child.metadata.namespace)
    .filter((owner) => selectorMatches(owner.spec.selector, child.metadata.labels))
    .map(keyOf);
}

/**
 * The owner's children as the API server has them now: those it controls, and orphans that match its selector, which it
 * adopts. Read live, so that what an earlier reconcile created is never counted as missing.
 */
export async function claimChildren<T extends KubeObject>(
  client: KubeClient,
  owner: Selecting,
  resource: Resource,
  signal: AbortSignal,
): Promise<readonly T[]> {
  const { namespace } = owner.metadata;
  const labelSelector = selectorQuery(owner.spec.selector);
  const { items } = await client.list<T>(resource, { namespace, labelSelector, signal });
  const claimed: T[] = [];
  for (const child of items) {
    if (isControlledBy(child, owner)) {
      claimed.push(child);
    } else if (controllerOf(child) === undefined && !isLeaving(child) && !isLeaving(owner)) {
      const references = [...(child.metadata.ownerReferences ?? []), controllerReference(owner)];
      claimed.push(await setOwners<T>(client, resource, child, references, signal));
    }
  }
  return claimed;
}

/** Takes the owner off children whose labels were changed away from its selector; they live on as orphans. */
export async function releaseStrays(
  client: KubeClient,
  owner: Selecting,
  resource: Resource,
  known: Store<KubeObject>,
  signal: AbortSignal,
): Promise<void> {
  for (const child of known.list(owner.metadata.namespace)) {
    if (!isControlledBy(child, owner) || selectorMatches(owner.spec.selector, child.metadata.labels)) continue;
    const references = (child.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner.metadata.uid);
    await setOwners(client, resource, child, references, signal);
  }
}

function setOwners<T extends KubeObject>(
  client: KubeClient,
  resource: Resource,
  child: T,
  ownerReferences: readonly OwnerReference[],
  signal: AbortSignal,
): Promise<T> {
  const { uid, resourceVersion } = child.metadata;
  const body = { metadata: { uid, resourceVersion, ownerReferences } };
  return client.patch<T>(resource, keyOf(child), { type: 'merge', body }, { signal });
}

function isLeaving(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined;
}
