// The scale subresource: any object's replicas as an autoscaling/v1 Scale, read and written.
import { type ApiObject, at, isObject, type JsonObject, numberAt, textAt, withAt } from './object.ts';
import type { ScalePaths } from './resource-type.ts';
import { objectSchema } from './kinds/kind-schemas.ts';
import { selectorText } from './selectors.ts';
import { invalid, invalidValue } from './status.ts';

export const SCALE_SCHEMA = objectSchema('autoscaling.v1.Scale');

export function scaleOf(object: ApiObject, paths: ScalePaths): JsonObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const selector = paths.selector === undefined ? undefined : at(object, ...paths.selector);
  const text = isObject(selector) ? selectorText(selector) : typeof selector === 'string' ? selector : '';
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), uid, resourceVersion, creationTimestamp },
    spec: { replicas: numberAt(object, ...paths.specReplicas) ?? 0 },
    status: { replicas: numberAt(object, ...paths.statusReplicas) ?? 0, ...(text === '' ? {} : { selector: text }) },
  };
}

/** The object with the replicas of `scale`; its resourceVersion, if given, is the one the write is for. Throws 422. */
export function withScale(object: ApiObject, paths: ScalePaths, scale: JsonObject): JsonObject {
  const replicas = numberAt(scale, 'spec', 'replicas') ?? 0;
  if (!Number.isInteger(replicas) || replicas < 0) {
    throw invalid({ group: 'autoscaling', kind: 'Scale' }, object.metadata.name, [
      invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0'),
    ]);
  }
  const resourceVersion = textAt(scale, 'metadata', 'resourceVersion') ?? '';
  return withAt(withAt(object, paths.specReplicas, replicas), ['metadata', 'resourceVersion'], resourceVersion);
}
