// The port through which parameters of a trigger are looked up: objects of the cluster, or of a set of files.
import type { TargetReference } from '../../api/target.ts';
import type { TriggerAuthenticationSpec } from '../../api/trigger-authentication.ts';
import type { IssuedToken, StoreAnswer, StoreContext, Value } from '../../secret-stores/secret-store.ts';
import type { Section, StoreName } from '../../secret-stores/section.ts';

/** A Secret's values as text (already decoded from base64), as far as they are UTF-8. */
export type SecretData = Readonly<Record<string, string>>;
export type ConfigMapData = Readonly<Record<string, string>>;

export interface AuthenticationObject {
  readonly spec: AuthenticationSpec;
}
export type AuthenticationSpec = TriggerAuthenticationSpec;

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
  /** A token that is issued for a ServiceAccount. */
  serviceAccountToken(namespace: string, name: string): Promise<Found<IssuedToken>>;
  /** The parameters in one of our own files (`filePath`). Rejects with a ConfigError that says what is wrong with it. */
  parameterFile(path: string): Promise<Found<Readonly<Record<string, string>>>>;
  /** What a store outside the cluster answers; rejects with the SluiceError that says why it does not. */
  readonly askStore: AskStore;
}

export type AskStore = <N extends StoreName>(
  name: N,
  section: Section<N>,
  context: Omit<StoreContext, 'serviceAccountToken'>,
) => Promise<{ readonly kind: 'answer'; readonly answer: StoreAnswer } | Exclude<Value, { readonly kind: 'set' }>>;

export const unresolved: unique symbol = Symbol('unresolved');
export type Found<T> = T | undefined | typeof unresolved;

const outOfSight = (): Promise<typeof unresolved> => Promise.resolve(unresolved);

/** Where nothing can be known. */
export const UNRESOLVED: Lookup = {
  secret: outOfSight,
  configMap: outOfSight,
  triggerAuthentication: outOfSight,
  clusterTriggerAuthentication: outOfSight,
  serviceAccount: outOfSight,
  podTemplate: outOfSight,
  serviceAccountToken: outOfSight,
  parameterFile: outOfSight,
  askStore: (name) => Promise.resolve({ kind: 'unresolved', reference: name }),
};
