// From a ScaledObject's triggers to something that can be read: parameters resolved, parsed, and named as the HPA knows them.
import { createHash } from 'node:crypto';
import { externalMetricName } from '../api/names.ts';
import type { ScaledObject } from '../api/scaled-object.ts';
import type { ScaleTrigger } from '../api/trigger.ts';
import { ConfigError, type FieldIssue, KubeError, SluiceError } from '../errors.ts';
import type { PolledTrigger, ResourceTrigger, TriggerInput, TriggerSource } from '../scalers/scaler.ts';
import type { Lookup } from './auth/lookup.ts';
import { resolveParameters } from './auth/parameters.ts';
import { canonicalJson } from './hpa.ts';
import type { BoundTrigger } from './feed.ts';
import { targetOf } from '../api/target.ts';

/** What bind needs of the registry of trigger types. */
export interface TriggerTypes {
  triggerSource(type: string): TriggerSource | undefined;
  /** Throws the ConfigError for a type that there is none of. */
  parseTrigger(type: string, input: TriggerInput): unknown;
}

/** One trigger, in its place of spec.triggers. */
export type Binding =
  | ({
      readonly kind: 'polled';
      readonly index: number;
      readonly trigger: PolledTrigger;
      readonly warnings: readonly FieldIssue[];
    } & BoundTrigger & {
        readonly useCachedMetrics: boolean;
      })
  | {
      readonly kind: 'resource';
      readonly index: number;
      readonly trigger: ResourceTrigger;
      readonly warnings: readonly FieldIssue[];
    }
  | { readonly kind: 'broken'; readonly index: number; readonly type: string; readonly error: SluiceError };

export interface BindOptions {
  readonly types: TriggerTypes;
  readonly lookup: Lookup;
  readonly readTimeoutMs: number;
  readonly clusterObjectNamespace: string;
}

/**
 * One binding for each trigger; a trigger that cannot be used is broken and leaves the others alone. Rejects only when the API
 * server could not answer, so that what was bound before stays.
 */
export function bindTriggers(object: ScaledObject, options: BindOptions): Promise<readonly Binding[]> {
  return Promise.all(object.spec.triggers.map((trigger, index) => bindTrigger(object, trigger, index, options)));
}

async function bindTrigger(
  object: ScaledObject,
  trigger: ScaleTrigger,
  index: number,
  options: BindOptions,
): Promise<Binding> {
  try {
    return await readyTrigger(object, trigger, index, options);
  } catch (error) {
    const isAnswer = !(error instanceof KubeError) || error.code === 'KUBE_FORBIDDEN';
    if (!(error instanceof SluiceError) || !isAnswer) throw error;
    return { kind: 'broken', index, type: trigger.type, error };
  }
}

async function readyTrigger(
  object: ScaledObject,
  trigger: ScaleTrigger,
  index: number,
  { types, lookup, clusterObjectNamespace, ...options }: BindOptions,
): Promise<Binding> {
  const source = types.triggerSource(trigger.type);
  const namespace = object.metadata.namespace ?? 'default';
  const { auth, env, podIdentity, problems } = await resolveParameters(
    {
      trigger,
      fields: source?.fields ?? [],
      namespace,
      target: targetOf(object),
      envContainer: object.spec.scaleTargetRef.envSourceContainerName,
      clusterObjectNamespace,
    },
    lookup,
  );
  const described = `triggers[${index}] (${trigger.type})`;
  if (source && problems.length > 0) throw new ConfigError(described, problems);
  const input: TriggerInput = {
    metadata: trigger.metadata,
    auth,
    env,
    ...(podIdentity ? { podIdentity } : {}),
    ...(trigger.metricType === undefined ? {} : { metricType: trigger.metricType }),
    owner: { namespace, name: object.metadata.name },
  };
  const parsed = parse(types, source, trigger.type, input, described);
  if (parsed.trigger.kind === 'resource') return { kind: 'resource', index, ...parsed, trigger: parsed.trigger };
  const { readTimeoutMs = options.readTimeoutMs } = parsed.trigger;
  return {
    kind: 'polled',
    index,
    warnings: parsed.warnings,
    trigger: parsed.trigger,
    metricName: externalMetricName(index, parsed.trigger.metric.name),
    question: questionOf(parsed.trigger, input, readTimeoutMs),
    readTimeoutMs,
    useCachedMetrics: trigger.useCachedMetrics ?? false,
  };
}

function parse(
  types: TriggerTypes,
  source: TriggerSource | undefined,
  type: string,
  input: TriggerInput,
  described: string,
): ReturnType<TriggerSource['parse']> {
  try {
    if (source) return source.parse(input);
    types.parseTrigger(type, input);
    throw new ConfigError(described, [{ field: 'type', message: `there is no scaler for ${JSON.stringify(type)}` }]);
  } catch (error) {
    // The scaler knows its type only; which of the object's triggers it is stands in front.
    throw error instanceof ConfigError ? new ConfigError(described, error.issues, { cause: error }) : error;
  }
}

/** A digest of everything that the reading depends on. It stays in memory: parameters go into it. */
function questionOf({ type, sourceId }: PolledTrigger, input: TriggerInput, readTimeoutMs: number): string {
  const { metadata, auth, env, podIdentity } = input;
  const asked = canonicalJson({ type, sourceId, metadata, auth, env, podIdentity, readTimeoutMs });
  return createHash('sha256').update(asked).digest('base64url');
}
