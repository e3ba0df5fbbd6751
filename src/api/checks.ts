// What a ScaledObject must also satisfy and a schema cannot say: KEDA's rules, quirks included, one pure function each.
import type { FieldIssue } from '../errors.ts';
import { defaultHpaName, LONGEST_NAME } from './names.ts';
import type { ScaledObject, ScaledObjectSpec } from './scaled-object.ts';
import type { ScaleTrigger } from './trigger.ts';

export const DEFAULT_MAX_REPLICAS = 100;

/**
 * min ≤ max, and idle below min. KEDA compares with at least 1 when minReplicaCount is written (so idle 0 goes with min 0),
 * and with 0 when it isn't (so no idle value is accepted then).
 */
export function checkReplicaBounds(
  spec: Pick<ScaledObjectSpec, 'minReplicaCount' | 'maxReplicaCount' | 'idleReplicaCount'>,
): readonly FieldIssue[] {
  const { minReplicaCount: min, maxReplicaCount: max = DEFAULT_MAX_REPLICAS, idleReplicaCount: idle } = spec;
  const issues: FieldIssue[] = [];
  if (Math.max(1, min ?? 0) > max)
    issues.push({
      field: 'spec.minReplicaCount',
      message: `expected at most maxReplicaCount (${max}${spec.maxReplicaCount === undefined ? ', the default' : ''}), found ${min}`,
    });
  if (idle !== undefined && min === undefined)
    issues.push({
      field: 'spec.idleReplicaCount',
      message: `must be below minReplicaCount, which is not set: set minReplicaCount to at least ${idle + 1} or remove idleReplicaCount`,
    });
  else if (idle !== undefined && idle >= Math.max(1, min ?? 0))
    issues.push({
      field: 'spec.idleReplicaCount',
      message: `expected less than minReplicaCount (${min}), found ${idle}`,
    });
  return issues;
}

/** At least one trigger, no name twice, and useCachedMetrics only where it means something. */
export function checkTriggers(
  triggers: readonly Pick<ScaleTrigger, 'type' | 'name' | 'useCachedMetrics'>[],
  types: { readonly cacheable: (type: string) => boolean },
): readonly FieldIssue[] {
  if (triggers.length === 0) return [{ field: 'spec.triggers', message: 'expected at least one trigger, found none' }];
  const firstWith = new Map<string, number>();
  const issues: FieldIssue[] = [];
  for (const [index, { type, name = '', useCachedMetrics }] of triggers.entries()) {
    const field = `spec.triggers[${index}]`;
    if (useCachedMetrics === true && !types.cacheable(type))
      issues.push({ field: `${field}.useCachedMetrics`, message: `has no meaning for a ${type} trigger: remove it` });
    const first = firstWith.get(name);
    if (name !== '' && first !== undefined)
      issues.push({
        field: `${field}.name`,
        message: `${JSON.stringify(name)} is the name of triggers[${first}] already: every name must be unique in the object`,
      });
    else firstWith.set(name, index);
  }
  return issues;
}

/** True when any of the modifiers' fields is set (KEDA's rule). */
export function usesModifiers(spec: ScaledObjectSpec): boolean {
  return Object.values(spec.advanced?.scalingModifiers ?? {}).some((value) => value !== '');
}

/** A fallback needs a trigger that can fail, and its scalingModifiers behaviour needs a formula. */
export function checkFallback(
  spec: ScaledObjectSpec,
  types: { readonly polled: (type: string) => boolean },
): readonly FieldIssue[] {
  if (spec.fallback === undefined) return [];
  if (spec.fallback.behavior === 'scalingModifiers' && !spec.advanced?.scalingModifiers?.formula)
    return [
      {
        field: 'spec.fallback.behavior',
        message:
          '"scalingModifiers" needs spec.advanced.scalingModifiers.formula: set a formula or choose another behavior',
      },
    ];
  if (usesModifiers(spec) || spec.triggers.some(({ type }) => types.polled(type))) return [];
  return [
    { field: 'spec.fallback', message: 'does not apply to cpu and memory triggers, and there is no other: remove it' },
  ];
}

/** The HPA's name: the configured one, or KEDA's default. */
export function hpaNameOf(object: ScaledObject): string {
  return object.spec.advanced?.horizontalPodAutoscalerConfig?.name || defaultHpaName(object.metadata.name);
}

/** Names that end up in label values: at most 63 characters each (KEDA's webhook). */
export function checkNames(object: ScaledObject): readonly FieldIssue[] {
  const { name } = object.metadata;
  const hpa = hpaNameOf(object);
  if (name.length > LONGEST_NAME)
    return [{ field: 'metadata.name', message: `expected at most ${LONGEST_NAME} characters, found ${name.length}` }];
  if (hpa.length <= LONGEST_NAME) return [];
  const field = hpa === defaultHpaName(name) ? 'metadata.name' : 'spec.advanced.horizontalPodAutoscalerConfig.name';
  const cure = field === 'metadata.name' ? '; shorten it or set spec.advanced.horizontalPodAutoscalerConfig.name' : '';
  return [
    {
      field,
      message: `the HPA's name ${hpa} has ${hpa.length} characters, at most ${LONGEST_NAME} are allowed${cure}`,
    },
  ];
}
