// The contract of a secret store: one section of a TriggerAuthentication in, values of parameters out. Knows nothing of Kubernetes but
// what its context hands it.
import type { Clock } from '../async.ts';
import type { Environment } from '../config.ts';
import type { PodIdentity } from '../api/pod-identity.ts';
import type { ClientPool } from '../scalers/scaler.ts';

/**
 * One for the whole program. Two steps, because a thousand objects may use one authentication: each of them prepares its question, so that
 * each depends on the Secrets that it was made of, and equal questions are asked once.
 */
export interface SecretStore<Section> {
  /** Resolves credentials and checks what no schema can. Asks the cluster by way of `context`, the store itself nothing. */
  prepare(section: Section, context: StoreContext): Promise<Prepared>;
  close(): Promise<void>;
}

export interface StoreDeps {
  readonly clock: Clock;
  /** Of the whole program; identities at a cloud are leased from it and released when the question is answered. */
  readonly clients: ClientPool;
  /** Of this program, not of the scale target. */
  readonly env: Environment;
}

/** How stores are asked over HTTP: the largest secret of any of them is 1 MiB, which base64 and JSON make larger. */
export const storeHttp = { silenceMs: 10_000, mostBytes: 4 * 2 ** 20 } as const;

/** What an authentication may use of the cluster, in the namespace that it works in. */
export interface StoreContext {
  readonly namespace: string;
  /** Of the object that is scaled; another one than `namespace` with a ClusterTriggerAuthentication. */
  readonly ownNamespace: string;
  /** One key of a Secret of the namespace. */
  secret(reference: { readonly name: string; readonly key: string }): Promise<Value>;
  /** KEDA's rule for provider aws and aws-eks: roleArn, or the role of the workload's ServiceAccount; undefined for our own identity. */
  awsRole(identity: PodIdentity): Promise<Value | undefined>;
  /** A new token of a ServiceAccount of the object's own namespace. Called while the store is asked, never while preparing. */
  serviceAccountToken(name: string, signal: AbortSignal): Promise<IssuedToken>;
}

/** A value that is there, is certainly missing (`why` is a clause such as `Secret "shop/a" does not exist`), or is out of sight. */
export type Value =
  | { readonly kind: 'set'; readonly value: string }
  | { readonly kind: 'missing'; readonly why: string }
  | { readonly kind: 'unresolved'; readonly reference: string };

export interface IssuedToken {
  readonly token: string;
  /** In milliseconds since the epoch. */
  readonly endsAtMs: number;
}

/** `missing` is told of every parameter of the section. */
export type Prepared =
  | { readonly kind: 'question'; readonly question: StoreQuestion }
  | Exclude<Value, { kind: 'set' }>;

export interface StoreQuestion {
  /** Everything that the answer depends on, credentials included, and the namespaces only where they matter. It is digested at once and never shown. */
  readonly dependsOn: readonly unknown[];
  /**
   * Asks the store; no retries, no caching of values. Throws AuthError (refused), SourceUnavailableError (away, sealed, throttled),
   * SourceAnswerError (not what is expected): each says which store, what happened and what to do, and holds no secret and no text of
   * the answer. What concerns one parameter alone is a gap instead.
   */
  ask(signal: AbortSignal): Promise<StoreAnswer>;
}

/** Of the section's own parameters each is either among the values or among the gaps. */
export interface StoreAnswer {
  readonly values: Readonly<Record<string, string>>;
  /** `why` is a clause: `secret "prod/redis" has no key "password"`. A value that is there is in `values`, even when empty. */
  readonly gaps: readonly { readonly parameter: string; readonly why: string }[];
  /** How long the values are good, where the store says so (a lease, a token's end). They are read again well before. */
  readonly goodForMs?: number;
}
