// What a ScaledObject scales, by name and kind.
import type { ScaledObject } from './scaled-object.ts';

/** The scale target, as the ScaledObject names it (defaults filled in). */
export interface TargetReference {
  readonly namespace: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
}

/** KEDA's defaults: apps/v1, Deployment. */
export function targetOf({ metadata, spec }: Pick<ScaledObject, 'metadata' | 'spec'>): TargetReference {
  const { name, apiVersion, kind } = spec.scaleTargetRef;
  return {
    namespace: metadata.namespace ?? 'default',
    apiVersion: apiVersion || 'apps/v1',
    kind: kind || 'Deployment',
    name,
  };
}

/** `apps/v1` → group apps, version v1; `v1` is the core group. */
export function groupVersionOf(apiVersion: string): { readonly group: string; readonly version: string } {
  const slash = apiVersion.indexOf('/');
  return slash < 0
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

interface Named {
  readonly apiVersion?: string;
  readonly kind: string;
  readonly name: string;
}

/** Of one namespace; the version does not count, for one object may be asked for in several. */
export function isSameTarget(one: Named, other: Named): boolean {
  const groupOf = ({ apiVersion = '' }: Named): string => groupVersionOf(apiVersion).group;
  return one.name === other.name && one.kind === other.kind && groupOf(one) === groupOf(other);
}

/** KEDA's form in status.scaleTargetKind: `apps/v1.Deployment`, `/v1.ReplicationController`. */
export function kindText({ apiVersion, kind }: Pick<TargetReference, 'apiVersion' | 'kind'>): string {
  return apiVersion.includes('/') ? `${apiVersion}.${kind}` : `/${apiVersion}.${kind}`;
}
