// From an object's triggers to something that can be read: parameters resolved, parsed, and named as the HPA knows them.
import { createHash } from 'node:crypto';
import { externalMetricName } from '../api/names.ts';
import type { ScaleTrigger } from '../api/trigger.ts';
import { ConfigError, KubeError, SluiceError, SourceUnavailableError } from '../errors.ts';
import type { DescribedTrigger, PolledTrigger, TriggerInput, TriggerSource } from '../scalers/scaler.ts';
import type { Lookup } from './auth/lookup.ts';
import { resolveParameters } from './auth/parameters.ts';
import type { Binding } from './binding.ts';
import { type Describe, describeAgain } from './describe.ts';
import { canonicalJson } from './hpa.ts';
import type { Triggered } from './triggered.ts';

/** What bind needs of the registry of trigger types. */
export interface TriggerTypes {
  triggerSource(type: string): TriggerSource | undefined;
  /** Throws the ConfigError for a type that there is none of. */
  parseTrigger(type: string, input: TriggerInput): unknown;
}

export interface BindOptions {
  readonly types: TriggerTypes;
  readonly lookup: Lookup;
  readonly readTimeoutMs: number;
  readonly clusterObjectNamespace: string;
  readonly restrictSecretAccess?: boolean;
  readonly describe: Describe;
  /** What the object was bound to before. */
  readonly former: readonly Binding[];
  /**
   * When a trigger whose parameters cannot be had stays bound as it was: never (it was defined anew), while their source is away, or
   * always (they are only read again, and nothing has changed). `kept` is told then.
   */
  readonly keeps?: 'nothing' | 'when-away' | 'always';
  readonly kept?: (index: number, error: SluiceError) => void;
}

/**
 * One binding for each trigger, or several where the source names several metrics; a trigger that cannot be used is broken and leaves the others alone. Rejects only when the API
 * server could not answer, so that what was bound before stays.
 */
export async function bindTriggers(object: Triggered, options: BindOptions): Promise<readonly Binding[]> {
  const { triggers } = object;
  return (await Promise.all(triggers.map((trigger, index) => bindTrigger(object, trigger, index, options)))).flat();
}

async function bindTrigger(
  object: Triggered,
  trigger: ScaleTrigger,
  index: number,
  options: BindOptions,
): Promise<readonly Binding[]> {
  try {
    const input = await inputOf(object, trigger, index, options).catch((error: unknown) =>
      keptAfter(error, index, options),
    );
    return 'metadata' in input ? await readyTrigger(input, trigger, index, options) : input;
  } catch (error) {
    const isAnswer = !(error instanceof KubeError) || error.code === 'KUBE_FORBIDDEN';
    if (!(error instanceof SluiceError) || !isAnswer) throw error;
    return [{ kind: 'broken', index, type: trigger.type, error }];
  }
}

/** What the trigger was bound to before, where it may keep that; throws the error otherwise. */
function keptAfter(
  error: unknown,
  index: number,
  { former, keeps = 'nothing', kept }: BindOptions,
): readonly Binding[] {
  const stays = former.filter((binding) => binding.index === index && binding.kind !== 'broken');
  const isKept = keeps === 'always' || (keeps === 'when-away' && error instanceof SourceUnavailableError);
  // Where the API server does not answer, everything stays.
  if (!isKept || stays.length === 0 || !(error instanceof SluiceError) || error instanceof KubeError) throw error;
  kept?.(index, error);
  return stays;
}

async function inputOf(
  object: Triggered,
  trigger: ScaleTrigger,
  index: number,
  { types, lookup, clusterObjectNamespace, restrictSecretAccess = false }: BindOptions,
): Promise<TriggerInput> {
  const source = types.triggerSource(trigger.type);
  const namespace = object.metadata.namespace ?? 'default';
  const { auth, env, podIdentity, problems } = await resolveParameters(
    {
      trigger,
      fields: source?.fields ?? [],
      takesAnyKey: source?.takesAnyKey ?? false,
      namespace,
      target: object.target,
      envContainer: object.envContainer,
      clusterObjectNamespace,
      restrictSecretAccess,
    },
    lookup,
  );
  if (source && problems.length > 0) throw new ConfigError(placeOf(trigger, index), problems);
  const scaleOn = object.scaleOn(trigger);
  return {
    metadata: trigger.metadata,
    auth,
    env,
    ...(podIdentity ? { podIdentity } : {}),
    ...(scaleOn ? { scaleOn } : {}),
    inFormula: object.inFormula,
    ...(trigger.metricType === undefined ? {} : { metricType: trigger.metricType }),
    owner: { namespace, name: object.metadata.name },
  };
}

function placeOf({ type }: ScaleTrigger, index: number): string {
  return `triggers[${index}] (${type})`;
}

async function readyTrigger(
  input: TriggerInput,
  trigger: ScaleTrigger,
  index: number,
  { types, ...options }: BindOptions,
): Promise<readonly Binding[]> {
  const source = types.triggerSource(trigger.type);
  const parsed = parse(types, source, trigger.type, input, placeOf(trigger, index));
  const { warnings } = parsed;
  const useCachedMetrics = trigger.useCachedMetrics ?? false;
  if (parsed.trigger.kind === 'resource') return [{ kind: 'resource', index, warnings, trigger: parsed.trigger }];
  if (parsed.trigger.kind === 'described') {
    const { readTimeoutMs } = options;
    // What the source says may depend on whose trigger it is.
    const question = digest([questionOf(parsed.trigger, input, readTimeoutMs), input.owner]);
    const described = { index, warnings, trigger: parsed.trigger, question, readTimeoutMs, useCachedMetrics };
    return describeAgain(described, options.former, options.describe);
  }
  const { readTimeoutMs = options.readTimeoutMs } = parsed.trigger;
  const binding: Binding = {
    kind: 'polled',
    index,
    warnings,
    trigger: parsed.trigger,
    metricName: externalMetricName(index, parsed.trigger.metric.name),
    question: questionOf(parsed.trigger, input, readTimeoutMs),
    readTimeoutMs,
    useCachedMetrics,
  };
  return [binding];
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
function questionOf(
  { type, sourceId }: PolledTrigger | DescribedTrigger,
  input: TriggerInput,
  readTimeoutMs: number,
): string {
  const { metadata, auth, env, podIdentity, scaleOn } = input;
  return digest({ type, sourceId, metadata, auth, env, podIdentity, scaleOn, readTimeoutMs });
}

function digest(asked: unknown): string {
  return createHash('sha256').update(canonicalJson(asked)).digest('base64url');
}
