// Which changes of watched objects are worth a look at which ScaledObject.
import type { KubeObject } from '../kube/client.ts';
import type { Change } from '../kube/store.ts';
import { canonicalJson, type Hpa } from './hpa.ts';
import type { Workload } from './scale-target.ts';

/** Not our own status writes, of which there would otherwise be an echo each. */
export function isNewsOfScaledObject(change: Change<KubeObject>): boolean {
  if (change.type !== 'updated') return true;
  const essence = ({ metadata }: KubeObject): string => {
    const { generation, deletionTimestamp, uid, labels, annotations, finalizers } = metadata;
    return canonicalJson({ generation, deletionTimestamp, uid, labels, annotations, finalizers });
  };
  return essence(change.object) !== essence(change.previous);
}

/** Somebody has just deleted it, whether or not it waits for what is done about that. */
export function isFarewell(change: Change<KubeObject>): boolean {
  if (change.type === 'added' || change.previous.metadata.deletionTimestamp !== undefined) return false;
  return change.type === 'deleted' || change.object.metadata.deletionTimestamp !== undefined;
}

/** Its content, or whether its metrics work (KEDA: HPAActive). */
export function isNewsOfHpa(change: Change<Hpa>): boolean {
  if (change.type !== 'updated') return true;
  const essence = ({ metadata, spec, status }: Hpa): string => {
    const scaling = status?.conditions?.map((condition) => [condition.status, condition.reason]);
    return canonicalJson([metadata.labels, metadata.annotations, metadata.ownerReferences, spec, scaling]);
  };
  return essence(change.object) !== essence(change.previous);
}

/** The ScaledObject that an HPA was made for, by its owner reference. */
export function ownerOf(hpa: Hpa): string | undefined {
  const owner = hpa.metadata.ownerReferences?.find(({ kind }) => kind === 'ScaledObject');
  return owner && `${hpa.metadata.namespace ?? ''}/${owner.name}`;
}

/** `environment`: what containers see may be different. `size`: it came, went, fell asleep or was woken. */
export function newsOfWorkload(change: Change<Workload>): 'environment' | 'size' | 'none' {
  if (change.type !== 'updated') return 'environment';
  const { object, previous } = change;
  const containers = ({ spec }: Workload): string => canonicalJson(spec?.template?.spec?.containers);
  if (containers(object) !== containers(previous)) return 'environment';
  const isAwake = ({ spec }: Workload): boolean => spec?.replicas !== 0;
  return isAwake(object) === isAwake(previous) ? 'none' : 'size';
}
