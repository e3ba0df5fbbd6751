// The contract of a scaler: configuration in, one reading out. Knows nothing of Kubernetes objects, HPAs or replicas.
import type { Clock } from '../async.ts';
import type { FieldIssue } from '../errors.ts';
import type { ClusterView } from './cluster.ts';

/** What a source said. `active` defaults to `value > activation`; a scaler sets it only where KEDA's rule is another one. */
export interface Reading {
  readonly value: number;
  readonly active?: boolean;
}

/** A live view of one trigger's source. Its whole job is one reading. */
export interface Scaler {
  /** The current value. Honours `signal`. Never retries, caches, logs or guesses: it throws a SluiceError instead of returning 0. */
  read(signal: AbortSignal): Promise<Reading>;
  /**
   * Optional: calls `wake` when the source probably changed, until `signal` aborts; once as well when it begins to listen, for it may
   * have missed something before. A hint only; the value comes from read(). Rejects or returns when it cannot go on: it is called again.
   */
  watch?(wake: () => void, signal: AbortSignal): Promise<void>;
  /** Gives back what connect() took. May be called twice. */
  close(): Promise<void>;
}

export type MetricType = 'AverageValue' | 'Value';

/** How a reading is judged; computed from the configuration, before anything is connected. */
export interface MetricSpec {
  /** Without the `s{index}-` prefix, already normalised (KEDA: `/ . : % ( )` become `-`). */
  readonly name: string;
  /** What one replica is meant to handle (AverageValue), or what the whole is compared with (Value). */
  readonly target: number;
  readonly type: MetricType;
  /** Active when value is strictly greater. */
  readonly activation: number;
}

/** Everything a trigger's parameters can come from; all strings, nothing resolved twice. */
export interface TriggerInput {
  readonly metadata: Readonly<Record<string, string>>;
  /** Parameters that the authenticationRef resolved to. */
  readonly auth: Readonly<Record<string, string>>;
  /** The environment of the target's container; `<key>FromEnv` metadata names a variable in it. */
  readonly env: Readonly<Record<string, string>>;
  readonly podIdentity?: PodIdentity;
  readonly metricType?: string;
  /** What decides instead of the depth of the queue; only where the type's `measures` hold it. */
  readonly scaleOn?: ScaleOn;
  /** A formula computes one metric of all triggers, so that this one's own target says nothing (KEDA: scalingModifiers). */
  readonly inFormula?: boolean;
  /** Whose trigger it is: names broker connections, never part of the metric. */
  readonly owner: { readonly namespace: string; readonly name: string };
}

/** A measure in seconds: the age of the oldest message that waits, or the time until the queue is empty at the measured rate. */
export type SecondsMeasure = 'oldestAge' | 'drainTime';
export interface ScaleOn {
  readonly measure: SecondsMeasure;
  readonly targetSeconds: number;
}

export interface PodIdentity {
  readonly provider: string;
  readonly identityId?: string;
  readonly identityTenantId?: string;
  readonly identityAuthorityHost?: string;
  /** What AWS is told when a role is taken on; the role itself is the parameter `awsRoleArn`. */
  readonly externalId?: string;
}

/** A trigger whose value Sluice reads. */
export interface PolledTrigger {
  readonly kind: 'polled';
  readonly type: string;
  readonly metric: MetricSpec;
  /** Which broker, under which identity; equal for triggers that share a connection. Holds no secret (hashed where needed). */
  readonly sourceId: string;
  /** True when reads of one source at one moment become one call, so the sampler should draw them together. */
  readonly batches: boolean;
  /** How long one read may take, where the user set a time for this trigger alone. */
  readonly readTimeoutMs?: number;
  connect(deps: ScalerDeps): Promise<Scaler>;
}

/** A trigger whose source says at run time which metrics it has, under which names and targets; each is then read by itself. */
export interface DescribedTrigger {
  readonly kind: 'described';
  readonly type: string;
  /** As of a polled trigger. */
  readonly sourceId: string;
  /** At least one, with different names. Asks the source, and throws what read() would. */
  describe(deps: ScalerDeps, signal: AbortSignal): Promise<readonly PolledTrigger[]>;
}

/** A trigger that only adds a resource metric to the HPA (cpu, memory); never polled. */
export interface ResourceTrigger {
  readonly kind: 'resource';
  readonly type: string;
  readonly resource: 'cpu' | 'memory';
  readonly containerName?: string;
  readonly target:
    | { readonly type: 'Utilization'; readonly averageUtilization: number }
    | { readonly type: 'AverageValue'; readonly averageValue: string };
}

/** One whose metric is known without asking anybody. */
export type MeasuredTrigger = PolledTrigger | ResourceTrigger;
export type Trigger = MeasuredTrigger | DescribedTrigger;

export interface ParsedTrigger {
  readonly trigger: Trigger;
  /** Not errors: unknown keys with "did you mean", keys that have no effect. `field` is the metadata key. */
  readonly warnings: readonly FieldIssue[];
}

/** One row of docs/scalers.md, derived from the zod object. */
export interface TriggerField {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly sources: readonly ParameterSource[];
  readonly required: boolean;
  readonly secret: boolean;
  readonly syntax: string;
  readonly default?: string;
  readonly description: string;
}

export type ParameterSource = 'metadata' | 'auth' | 'env';

/** One kind of trigger that a user can name. Everything about it comes from one zod object. */
export interface TriggerSource {
  readonly type: string;
  readonly summary: string;
  readonly kind: Trigger['kind'];
  /** False where KEDA refuses `useCachedMetrics` (cpu, memory, cron). */
  readonly cacheable: boolean;
  /** True where keys of metadata that are no fields are the source's own, `…FromEnv` included; otherwise they are reported. */
  readonly takesAnyKey?: boolean;
  readonly fields: readonly TriggerField[];
  /** What its broker can tell besides the depth. */
  readonly measures: readonly SecondsMeasure[];
  /** Pure. Throws a ConfigError that names every bad field. */
  parse(input: TriggerInput): ParsedTrigger;
}

/** One broker client for each (broker, identity), however many triggers; closed with its last lease. */
export interface ClientPool {
  /** `key` holds no plain secret. A failed `open` is not remembered. */
  share<T>(key: string, open: () => Promise<T>, close: (client: T) => Promise<void>): Promise<Lease<T>>;
}
export interface Lease<T> {
  readonly client: T;
  /** May be called twice. */
  release(): Promise<void>;
}

export interface ScalerDeps {
  readonly clients: ClientPool;
  readonly clock: Clock;
  /** For triggers whose source is the cluster itself. */
  readonly cluster?: ClusterView;
}
