// What a ScaledJob must also satisfy and a schema cannot say: KEDA's rules, and what no Job could ever be started by. Pure.
import type { FieldIssue } from '../errors.ts';
import { checkTriggers, DEFAULT_MAX_REPLICAS } from './checks.ts';
import { checkJobTemplate } from './job-template-checks.ts';
import { valueAt } from './issues.ts';
import { LONGEST_NAME } from './names.ts';
import { checkTriggerOptions, type ScaleOn } from './scale-on.ts';
import type { ScaledJob, ScaledJobSpec } from './scaled-job.ts';

/** What has to be known of trigger types. */
export interface JobTriggerTypes {
  cacheable(type: string): boolean;
  measures(type: string): readonly ScaleOn['measure'][];
  /** True for cpu and memory. */
  isResource(type: string): boolean;
}

/**
 * Whatever makes it impossible to start Jobs. `written` is the object before it was parsed, where there is one: it still has the fields that a
 * parsed one has not.
 */
export function checkScaledJob(
  object: ScaledJob,
  types: JobTriggerTypes,
  written: unknown = object,
): readonly FieldIssue[] {
  return [
    ...checkTriggers(object.spec.triggers, types),
    ...checkTriggerOptions(object.spec, types),
    ...resourceTriggers(object.spec, types),
    ...metricTypesOfJob(written),
    ...checkJobTemplate(object.spec.jobTargetRef),
    ...nameLength(object.metadata.name),
  ];
}

/** KEDA's CRD has no such field, and its operator refuses one that is there all the same. A parsed object has none left. */
export function metricTypesOfJob(written: unknown): readonly FieldIssue[] {
  const triggers = valueAt(written, ['spec', 'triggers']);
  return (Array.isArray(triggers) ? triggers : []).flatMap((trigger: unknown, index) => {
    const given = valueAt(trigger, ['metricType']);
    if (given === undefined || given === null) return [];
    const message = 'a trigger of a ScaledJob has no metric type: Jobs are counted, not averaged; remove it';
    return [{ field: `spec.triggers[${index}].metricType`, message }];
  });
}

/** cpu and memory are the HPA's to read, and a ScaledJob has none. */
function resourceTriggers({ triggers }: ScaledJobSpec, types: JobTriggerTypes): readonly FieldIssue[] {
  return triggers.flatMap(({ type }, index) => {
    if (!types.isResource(type)) return [];
    const message = `a ${type} trigger scales what runs already, by an HPA; Jobs are started by what waits: use another type`;
    return [{ field: `spec.triggers[${index}].type`, message }];
  });
}

/** It becomes a label's value on every Job. */
function nameLength(name: string): readonly FieldIssue[] {
  if (name.length <= LONGEST_NAME) return [];
  return [{ field: 'metadata.name', message: `expected at most ${LONGEST_NAME} characters, found ${name.length}` }];
}

/** What KEDA takes without a word, and means something else by than its author: worth a warning. */
export function doubtfulJobFields(spec: ScaledJobSpec): readonly FieldIssue[] {
  return [...strategy(spec), ...bounds(spec), ...rollout(spec), ...cachedMetrics(spec)];
}

function strategy({ scalingStrategy: given = {} }: ScaledJobSpec): readonly FieldIssue[] {
  const { strategy: name = 'default', customScalingQueueLengthDeduction: deduction } = given;
  const percentage = given.customScalingRunningJobPercentage;
  const at = (field: string, message: string): FieldIssue => ({ field: `spec.scalingStrategy.${field}`, message });
  const found: FieldIssue[] = [];
  if (name !== 'custom') {
    const useless = `has no effect: only the strategy "custom" uses it, and this is ${JSON.stringify(name)}`;
    if (deduction !== undefined) found.push(at('customScalingQueueLengthDeduction', useless));
    if (percentage !== undefined) found.push(at('customScalingRunningJobPercentage', useless));
    return found;
  }
  if (deduction !== undefined && deduction < 0)
    found.push(at('customScalingQueueLengthDeduction', `expected 0 or more, found ${deduction}: it adds Jobs`));
  if (percentage === undefined) return found;
  const part = Number(percentage.trim() === '' ? Number.NaN : percentage);
  const expected = `expected a number such as "0.5", found ${JSON.stringify(percentage)}`;
  if (!Number.isFinite(part))
    found.push(at('customScalingRunningJobPercentage', `${expected}: the strategy "default" is used instead`));
  else if (part < 0) found.push(at('customScalingRunningJobPercentage', `${expected}: it adds Jobs`));
  else if (part > 1)
    found.push(
      at(
        'customScalingRunningJobPercentage',
        `${expected}: it is a part of 1, so that more than the running Jobs are taken off`,
      ),
    );
  return found;
}

/** KEDA then takes the maximum for both. */
function bounds({
  minReplicaCount: min = 0,
  maxReplicaCount: max = DEFAULT_MAX_REPLICAS,
}: ScaledJobSpec): readonly FieldIssue[] {
  if (min <= max) return [];
  return [
    {
      field: 'spec.minReplicaCount',
      message: `expected at most maxReplicaCount (${max}), which counts instead, found ${min}`,
    },
  ];
}

function rollout({ rolloutStrategy: old, rollout: given }: ScaledJobSpec): readonly FieldIssue[] {
  if (old === undefined) return [];
  const field = 'spec.rolloutStrategy';
  const isOverruled = given?.strategy !== undefined && given.strategy !== old;
  if (!isOverruled) return [{ field, message: 'is deprecated: write rollout.strategy' }];
  return [{ field, message: `is deprecated, and overrules rollout.strategy (${given.strategy}): remove it` }];
}

function cachedMetrics({ triggers }: ScaledJobSpec): readonly FieldIssue[] {
  return triggers.flatMap(({ useCachedMetrics }, index) =>
    useCachedMetrics === true
      ? [
          {
            field: `spec.triggers[${index}].useCachedMetrics`,
            message: 'has no effect: no HPA asks for the metrics of a ScaledJob',
          },
        ]
      : [],
  );
}
