// From one zod object to everything there is about a trigger type: its parser, messages, metric and documentation.
import type { z } from 'zod';
import { ConfigError, type FieldIssue } from '../errors.ts';
import { metricName } from './metric-name.ts';
import { fieldsOf, findParameters, parameterIssue, parameterWarnings, showable } from './parameters.ts';
import type {
  MetricSpec,
  MetricType,
  ParsedTrigger,
  PodIdentity,
  ResourceTrigger,
  Scaler,
  ScalerDeps,
  ScaleOn,
  SecondsMeasure,
  TriggerField,
  TriggerInput,
  TriggerSource,
} from './scaler.ts';

/** What a trigger type may say about a whole configuration, beyond what each field says about itself. */
export interface Review {
  /** An error. Ignored for a field that is wrong already. */
  refuse(field: string, message: string): void;
  /** Something a user wrote that has no effect or not the effect they may expect. */
  warn(field: string, message: string): void;
  /** Whether the user wrote it, as opposed to its default. */
  given(field: string): boolean;
  readonly podIdentity: PodIdentity | undefined;
  /** As the user wrote it; empty when absent. */
  readonly metricType: string;
  /** What decides instead of the depth. */
  readonly scaleOn: ScaleOn | undefined;
}

/** Who asks: names broker connections and chooses identities. */
export type TriggerContext = Pick<TriggerInput, 'owner' | 'podIdentity' | 'scaleOn'>;

export interface Declaration<C extends z.ZodObject> {
  readonly type: string;
  /** One sentence for the documentation. */
  readonly summary: string;
  readonly config: C;
  /** The field that may be left out, or be 0, where a formula computes the metric (KEDA: scalingModifiers). */
  readonly targetField?: string;
  /** Keys that are no fields are not reported: they are the source's own. */
  readonly takesAnyKey?: true;
  /** Rules between fields. Runs even when fields are wrong; those are absent from `config` then. */
  review?(config: Partial<z.output<C>>, review: Review): void;
}

interface ScalerDeclaration<C extends z.ZodObject> extends Declaration<C> {
  /** False where KEDA refuses `useCachedMetrics`. */
  readonly cacheable?: false;
  /** What its broker can tell besides the depth; the reading of an input that has `scaleOn` is in seconds, and says by the depth whether it is active. */
  readonly measures?: readonly SecondsMeasure[];
  /** `name` is normalised here; `type` comes from the trigger's metricType. */
  metric(config: z.output<C>, context: TriggerContext): Omit<MetricSpec, 'type'>;
  /** Equal for triggers that share a connection; no secret in it (see source-id.ts). */
  sourceId(config: z.output<C>, context: TriggerContext): string;
  batches(config: z.output<C>): boolean;
  /** KEDA: a trigger's own `timeout` replaces the general one. */
  readTimeoutMs?(config: z.output<C>): number | undefined;
  /** Loads the driver, takes a client from the pool. Cheap: the broker is first asked by read(). */
  connect(
    config: z.output<C>,
    deps: ScalerDeps,
    context: TriggerContext & { readonly sourceId: string },
  ): Promise<Scaler>;
}

/** A trigger type whose value is read from a source. */
export function defineScaler<C extends z.ZodObject>(declaration: ScalerDeclaration<C>): TriggerSource {
  const { type } = declaration;
  return {
    ...describe('polled', declaration),
    cacheable: declaration.cacheable ?? true,
    measures: declaration.measures ?? [],
    parse(input) {
      const found: FieldIssue[] = [];
      const metricType = externalMetricType(input, found);
      const { config, warnings } = readConfig(declaration, input, found);
      const { owner, podIdentity, scaleOn } = input;
      const context = { owner, ...(podIdentity ? { podIdentity } : {}), ...(scaleOn ? { scaleOn } : {}) };
      const { name, target, activation } = inSeconds(declaration.metric(config, context), scaleOn);
      const sourceId = declaration.sourceId(config, context);
      const readTimeoutMs = declaration.readTimeoutMs?.(config);
      return {
        warnings,
        trigger: {
          kind: 'polled',
          type,
          metric: { name: metricName(name), target, type: metricType, activation },
          sourceId,
          batches: declaration.batches(config),
          ...(readTimeoutMs === undefined ? {} : { readTimeoutMs }),
          connect: (deps) => declaration.connect(config, deps, { ...context, sourceId }),
        },
      };
    },
  };
}

interface ResourceDeclaration<C extends z.ZodObject> extends Declaration<C> {
  readonly resource: ResourceTrigger['resource'];
  target(config: z.output<C>, metricType: string): ResourceTrigger['target'];
  containerName(config: z.output<C>): string | undefined;
}

/** A trigger type that only adds a resource metric to the HPA. */
export function defineResource<C extends z.ZodObject>(declaration: ResourceDeclaration<C>): TriggerSource {
  const { type, resource } = declaration;
  return {
    ...describe('resource', declaration),
    cacheable: false,
    measures: [],
    parse(input): ParsedTrigger {
      const found: FieldIssue[] = [];
      const metricType = input.metricType ?? '';
      if (metricType !== 'Utilization' && metricType !== 'AverageValue') {
        found.push({
          field: 'metricType',
          message: `expected Utilization or AverageValue, found ${shown(metricType)}`,
        });
      }
      const { config, warnings } = readConfig(declaration, input, found);
      const containerName = declaration.containerName(config);
      const target = declaration.target(config, metricType);
      const trigger = {
        kind: 'resource',
        type,
        resource,
        target,
        ...(containerName === undefined ? {} : { containerName }),
      } as const;
      return { trigger, warnings };
    },
  };
}

export function describe(
  kind: TriggerSource['kind'],
  { type, summary, config, takesAnyKey }: Declaration<z.ZodObject>,
) {
  return { type, summary, kind, fields: fieldsOf(config), ...(takesAnyKey ? { takesAnyKey } : {}) };
}

function shown(text: string): string {
  return text === '' ? 'nothing' : JSON.stringify(text);
}

/** A measure in seconds has a name and a target of its own. */
function inSeconds(depth: Omit<MetricSpec, 'type'>, scaleOn: ScaleOn | undefined): Omit<MetricSpec, 'type'> {
  if (scaleOn === undefined) return depth;
  const suffix = { oldestAge: 'oldest-age', drainTime: 'drain-time' }[scaleOn.measure];
  return { ...depth, name: `${depth.name}-${suffix}`, target: scaleOn.targetSeconds };
}

/**
 * KEDA reads an empty metricType as AverageValue and refuses Utilization for metrics it serves itself. Seconds are compared as a whole:
 * a share of an age for each replica would say little, and of a time that depends on the number of replicas nothing.
 */
export function externalMetricType({ metricType, scaleOn }: TriggerInput, found: FieldIssue[]): MetricType {
  if (metricType === 'Value') return 'Value';
  if (scaleOn !== undefined && (metricType === undefined || metricType === '')) return 'Value';
  if (scaleOn?.measure === 'drainTime' && metricType === 'AverageValue') {
    found.push({
      field: 'metricType',
      message: 'expected Value or nothing, because drainTime depends on the number of replicas already',
    });
  }
  if (metricType !== undefined && metricType !== '' && metricType !== 'AverageValue') {
    found.push({ field: 'metricType', message: `expected AverageValue or Value, found ${shown(metricType)}` });
  }
  return 'AverageValue';
}

/** Tries every field, then the rules between fields, and throws one ConfigError with all that is wrong. */
export function readConfig<C extends z.ZodObject>(
  declaration: Declaration<C>,
  input: TriggerInput,
  before: readonly FieldIssue[],
): { readonly config: z.output<C>; readonly warnings: readonly FieldIssue[] } {
  const fields = fieldsOf(declaration.config);
  const parameters = findParameters(fields, input);
  const texts = Object.fromEntries([...parameters].map(([name, { text }]) => [name, text]));
  const target = fields.find(({ name }) => input.inFormula && name === declaration.targetField);
  if (target && isNoTarget(target, texts[target.name])) texts[target.name] = '1';
  const parsed = declaration.config.safeParse(texts);
  const wrong = new Map<string, FieldIssue>();
  for (const issue of parsed.error?.issues ?? []) {
    const field = fields.find(({ name }) => name === issue.path[0]);
    if (field) wrong.set(field.name, parameterIssue(field, parameters.get(field.name), issue.message, input));
  }

  const refused: FieldIssue[] = [];
  const warnings: FieldIssue[] = [...parameterWarnings({ ...declaration, fields }, input)];
  declaration.review?.(parsed.data ?? withoutWrong(declaration.config, texts, wrong), {
    podIdentity: input.podIdentity,
    metricType: input.metricType ?? '',
    scaleOn: input.scaleOn,
    given: (name) => parameters.has(name),
    warn: (field, message) => void warnings.push({ field, message: showable(message, parameters.get(field)) }),
    refuse: (field, message) => {
      if (!wrong.has(field)) refused.push({ field, message: showable(message, parameters.get(field)) });
    },
  });
  const issues = [...before, ...wrong.values(), ...refused];
  if (!parsed.success || issues.length > 0) {
    // An unknown key is the likely cause of a missing one, so it is told along.
    const hints = warnings.filter(({ message }) => message.includes('did you mean'));
    throw new ConfigError(`${declaration.type} trigger`, [...issues, ...hints]);
  }
  return { config: parsed.data, warnings };
}

/** What nothing asks for may be left out, and be 0 or less (KEDA). */
function isNoTarget({ required }: TriggerField, text: string | undefined): boolean {
  return text === undefined ? required : Number(text) < 0.001;
}

function withoutWrong<C extends z.ZodObject>(
  config: C,
  texts: Readonly<Record<string, string>>,
  wrong: ReadonlyMap<string, FieldIssue>,
): Partial<z.output<C>> {
  const rest = Object.fromEntries(Object.entries(texts).filter(([name]) => !wrong.has(name)));
  return config.partial().parse(rest) as Partial<z.output<C>>;
}
