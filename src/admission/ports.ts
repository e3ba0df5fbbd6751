// What the judges have to ask others for. Implemented elsewhere, owned here.
import type { TargetReference } from '../api/target.ts';
import type { TriggerAuthenticationSpec } from '../api/trigger-authentication.ts';
import type { FieldIssue } from '../errors.ts';
import type { WrittenObject } from './review.ts';

/** What is known of trigger types. */
export interface TriggerTypes {
  /** False where useCachedMetrics is refused. */
  cacheable(type: string): boolean;
  /** What a type's broker can tell besides the depth of the queue. */
  measures(type: string): readonly ('oldestAge' | 'drainTime')[];
  /** True for cpu and memory: the HPA measures them itself, by the resource of the type's name. */
  isResource(type: string): boolean;
  /** What is wrong or suspicious in the parameters of a ScaledObject's or ScaledJob's triggers, as far as the manifest shows it. */
  inspect(object: WrittenObject): Promise<readonly FieldIssue[]>;
}

/** What is known of the stores that an authentication reads secrets from. */
export interface SecretStoreRules {
  /** What makes it impossible to ask them, as far as the manifest shows it. */
  inspect(spec: TriggerAuthenticationSpec): Promise<readonly FieldIssue[]>;
}

/** Questions to the API server. Each rejects when they cannot be answered. */
export interface ClusterReader {
  /** Whether there is such a kind, and whether it can be scaled. */
  scalability(target: TargetReference, signal: AbortSignal): Promise<'scalable' | 'not-scalable' | 'unknown-kind'>;
  /** A Deployment or StatefulSet of apps/v1; undefined when there is none of that name. */
  workload(target: TargetReference, signal: AbortSignal): Promise<unknown>;
  limitRanges(namespace: string, signal: AbortSignal): Promise<readonly unknown[]>;
}
