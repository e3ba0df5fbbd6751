// Which measure of a queue decides, as spec.advanced.sluice.triggers says, and whether that can be.
import { didYouMean } from '../did-you-mean.ts';
import type { FieldIssue } from '../errors.ts';
import type { ScaleTrigger } from './trigger.ts';
import type { Measure, TriggerOptions } from './trigger-options.ts';

/** A measure in seconds and what it is compared with. */
export interface ScaleOn {
  readonly measure: Exclude<Measure, 'depth'>;
  readonly targetSeconds: number;
}

/** A ScaledObject's or a ScaledJob's. */
interface WithTriggerOptions {
  readonly triggers: readonly { readonly name?: string; readonly type: string }[];
  readonly advanced?: { readonly sluice?: { readonly triggers?: Readonly<Record<string, TriggerOptions>> } };
}

/** Undefined where the trigger's own parameters say what counts. */
export function scaleOnOf(
  spec: WithTriggerOptions | undefined,
  { name }: Pick<ScaleTrigger, 'name'>,
): ScaleOn | undefined {
  const { scaleOn = 'depth', targetSeconds } = optionsOf(spec, name) ?? {};
  return scaleOn === 'depth' || targetSeconds === undefined ? undefined : { measure: scaleOn, targetSeconds };
}

function optionsOf(spec: WithTriggerOptions | undefined, name: string | undefined): TriggerOptions | undefined {
  const all = spec?.advanced?.sluice?.triggers ?? {};
  return name !== undefined && Object.hasOwn(all, name) ? all[name] : undefined;
}

/** Settings of triggers that are there, of a measure that their brokers can tell, with a target where it needs one. */
export function checkTriggerOptions(
  spec: WithTriggerOptions,
  types: { readonly measures: (type: string) => readonly ScaleOn['measure'][] },
): readonly FieldIssue[] {
  const named = new Map(spec.triggers.flatMap(({ name, type }) => (name === undefined ? [] : [[name, type] as const])));
  return Object.entries(spec.advanced?.sluice?.triggers ?? {}).flatMap(([name, options]) => {
    const field = `spec.advanced.sluice.triggers.${name}`;
    const type = named.get(name);
    if (type === undefined) return [{ field, message: noSuchTrigger(name, named) }];
    return [...checkMeasure(field, type, options, types.measures(type)), ...checkTarget(field, options)];
  });
}

function noSuchTrigger(name: string, named: ReadonlyMap<string, string>): string {
  const meant = didYouMean(name, named.keys());
  const hint = meant === undefined ? 'give the trigger that it is for this name' : `did you mean ${meant}?`;
  return `no trigger has the name ${JSON.stringify(name)}: ${hint}`;
}

function checkMeasure(
  field: string,
  type: string,
  { scaleOn = 'depth' }: TriggerOptions,
  besides: readonly Measure[],
): readonly FieldIssue[] {
  if (scaleOn === 'depth' || besides.includes(scaleOn)) return [];
  const message = `a trigger of type ${type} cannot tell ${scaleOn}, only ${['depth', ...besides].join(' and ')}`;
  return [{ field: `${field}.scaleOn`, message }];
}

function checkTarget(field: string, { scaleOn = 'depth', targetSeconds }: TriggerOptions): readonly FieldIssue[] {
  if ((scaleOn === 'depth') === (targetSeconds === undefined)) return [];
  const message =
    scaleOn === 'depth'
      ? 'has no meaning for depth, whose target stands in the trigger’s own metadata: remove it, or set scaleOn'
      : `is required with scaleOn: ${scaleOn}`;
  return [{ field: `${field}.targetSeconds`, message }];
}
