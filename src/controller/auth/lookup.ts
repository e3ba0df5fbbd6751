// The port through which parameters of a trigger are looked up: objects of the cluster, or of a set of files.
import type { TargetReference } from '../../api/target.ts';

/** A Secret's values as text (already decoded from base64), as far as they are UTF-8. */
export type SecretData = Readonly<Record<string, string>>;
export type ConfigMapData = Readonly<Record<string, string>>;

/** The part of a TriggerAuthentication that resolution needs; the rest is checked by its own schema. */
export interface AuthenticationObject {
  readonly spec: AuthenticationSpec;
}

export interface AuthenticationSpec {
  readonly podIdentity?: AuthenticationIdentity | undefined;
  readonly secretTargetRef?: readonly KeyReference[] | undefined;
  readonly configMapTargetRef?: readonly KeyReference[] | undefined;
  readonly env?: readonly EnvReference[] | undefined;
}
export interface AuthenticationIdentity {
  readonly provider: string;
  readonly identityId?: string | undefined;
  readonly identityTenantId?: string | undefined;
  readonly identityAuthorityHost?: string | undefined;
  readonly roleArn?: string | undefined;
  readonly externalID?: string | undefined;
  readonly identityOwner?: string | undefined;
}
export interface KeyReference {
  readonly parameter: string;
  readonly name: string;
  readonly key: string;
}
export interface EnvReference {
  readonly parameter: string;
  readonly name: string;
  readonly containerName?: string | undefined;
}

/** The containers of a pod template, as far as their environment goes. */
export interface PodTemplate {
  readonly containers: readonly PodContainer[];
  readonly serviceAccountName?: string | undefined;
}
export type Annotations = Readonly<Record<string, string>>;
export interface PodContainer {
  readonly name: string;
  readonly env?: readonly EnvVariable[] | undefined;
  readonly envFrom?: readonly EnvSource[] | undefined;
}
export interface EnvVariable {
  readonly name: string;
  readonly value?: string | undefined;
  readonly valueFrom?:
    | { readonly secretKeyRef?: EnvKeyRef | undefined; readonly configMapKeyRef?: EnvKeyRef | undefined }
    | undefined;
}
export interface EnvKeyRef {
  readonly name?: string | undefined;
  readonly key: string;
  readonly optional?: boolean | undefined;
}
export interface EnvSource {
  readonly prefix?: string | undefined;
  readonly secretRef?: EnvObjectRef | undefined;
  readonly configMapRef?: EnvObjectRef | undefined;
}
export interface EnvObjectRef {
  readonly name?: string | undefined;
  readonly optional?: boolean | undefined;
}

/**
 * Where parameters come from. Each method resolves to the object, to `undefined` when it certainly does not exist, or to
 * `unresolved` when that cannot be known here (`sluice validate` sees only files), and rejects with a KubeError when the
 * API server could not answer.
 */
export interface Lookup {
  secret(namespace: string, name: string): Promise<Found<SecretData>>;
  configMap(namespace: string, name: string): Promise<Found<ConfigMapData>>;
  triggerAuthentication(namespace: string, name: string): Promise<Found<AuthenticationObject>>;
  clusterTriggerAuthentication(name: string): Promise<Found<AuthenticationObject>>;
  /** The annotations of a ServiceAccount. */
  serviceAccount(namespace: string, name: string): Promise<Found<Annotations>>;
  podTemplate(target: TargetReference): Promise<Found<PodTemplate>>;
}

export const unresolved: unique symbol = Symbol('unresolved');
export type Found<T> = T | undefined | typeof unresolved;
