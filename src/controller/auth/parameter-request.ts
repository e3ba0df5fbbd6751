// What is asked of an authentication and of the target's environment, and what can be missing in the answer.
import type { SluiceError } from '../../errors.ts';
import type { ScaleTrigger } from '../../api/trigger.ts';
import type { TriggerField } from '../../scalers/scaler.ts';
import type { EnvValue } from './container-env.ts';
import type { TargetReference } from '../../api/target.ts';

export interface ParameterRequest {
  readonly trigger: Pick<ScaleTrigger, 'metadata' | 'authenticationRef'>;
  /** The parameters that this type of trigger has (TriggerSource.fields); what it does not have cannot be missing. */
  readonly fields: readonly TriggerField[];
  /** Every `…FromEnv` counts, not only those of `fields`; what is none of those and does not exist is left out, as in KEDA. */
  readonly takesAnyKey?: boolean;
  readonly namespace: string;
  readonly target: TargetReference;
  /** scaleTargetRef.envSourceContainerName; otherwise the first container. */
  readonly envContainer?: string | undefined;
  /** Where the Secrets and ConfigMaps of a ClusterTriggerAuthentication are (KEDA_CLUSTER_OBJECT_NAMESPACE). */
  readonly clusterObjectNamespace: string;
  /** KEDA_RESTRICT_SECRET_ACCESS: no Secret is read but those of the cluster object namespace. */
  readonly restrictSecretAccess?: boolean;
}

/** A parameter that certainly, or as far as can be known here, has no value. */
export interface Gap {
  /** Absent when it concerns the whole authentication. */
  readonly parameter?: string;
  readonly source: 'auth' | 'env';
  readonly field: string;
  readonly because:
    | { readonly kind: 'missing'; readonly why: string }
    | Extract<EnvValue, { kind: 'unresolved' }>
    /** The source of it could not be read. */
    | { readonly kind: 'failed'; readonly error: SluiceError };
}

/** Of this type of trigger; undefined for a parameter that it does not take from there. */
export function fieldOf(
  fields: readonly TriggerField[],
  parameter: string,
  source: Gap['source'],
): TriggerField | undefined {
  return fields.find((f) => f.sources.includes(source) && (f.name === parameter || f.aliases.includes(parameter)));
}

export type ReadTargetVariable = (name: string, containerName: string | undefined) => Promise<EnvValue>;
