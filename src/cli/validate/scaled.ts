// Judges ScaledObjects and ScaledJobs: schema, KEDA's further rules, triggers, and the HPA that would be made.
import { pauseOf } from '../../api/annotations.ts';
import { doubtfulAnnotations } from '../../api/doubtful-annotations.ts';
import { checkJobTemplate } from '../../api/job-template-checks.ts';
import { valueAt } from '../../api/issues.ts';
import { checkFallback, checkNames, checkReplicaBounds, checkTriggers } from '../../api/checks.ts';
import type { ScaledObject } from '../../api/scaled-object.ts';
import { checkScalingModifiers } from '../../api/scaling-modifiers.ts';
import { checkScaledJob, doubtfulJobFields } from '../../api/scaled-job-checks.ts';
import { ScaleTrigger } from '../../api/trigger.ts';
import { checkTriggerOptions, type ScaleOn, scaleOnOf } from '../../api/scale-on.ts';
import { type Lookup, UNRESOLVED } from '../../controller/auth/lookup.ts';
import { buildHpa } from '../../controller/hpa.ts';
import { targetOf, type TargetReference } from '../../api/target.ts';
import { uselessFields } from '../../api/useless-fields.ts';
import type { FieldIssue } from '../../errors.ts';
import { triggerSource } from '../../scalers/registry.ts';
import { version } from '../../version.ts';
import { podTemplateOf } from './file-lookup.ts';
import { identityOf } from './inventory.ts';
import type { PlainObject } from './manifest-file.ts';
import { createOnce, type Once } from './once.ts';
import { error, type Finding, hasErrors, info, type ObjectReport, type ProblemCode, warning } from './report.ts';
import { judgeResourceTriggers } from './resource-triggers.ts';
import { judgeSchema } from './schema.ts';
import { judgeSharedServers } from './shared-server.ts';
import { judgeStreamTriggers } from './stream-triggers.ts';
import { judgeTrigger, type TriggerVerdict } from './trigger.ts';

export interface Surroundings {
  readonly lookup: Lookup;
  readonly once: Once;
  /** The manifest of the scale target, when the files hold it. */
  readonly targetManifest: (target: TargetReference) => PlainObject | undefined;
}

export interface Judgement extends Pick<ObjectReport, 'triggers' | 'hpa'> {
  readonly findings: readonly Finding[];
}

export async function judgeScaledObject(value: PlainObject, around: Surroundings): Promise<Judgement> {
  const schema = judgeSchema('ScaledObject', value);
  const target = schema.object === undefined ? targetAsWritten(value) : targetOf(schema.object);
  const verdicts = await judgeTriggers(value, target, around, (trigger) => scaleOnOf(schema.object?.spec, trigger));
  const findings = [
    ...schema.findings,
    ...(schema.rest === undefined ? [] : furtherRules(schema.rest).filter(certainly(schema.isCertain))),
    ...(schema.object === undefined ? [] : judgeResourceTriggers(schema.object, around.targetManifest(target))),
    ...verdicts.flatMap((verdict) => verdict.findings),
  ];
  const triggers = verdicts.flatMap(({ summary }) => summary ?? []);
  const hpa = schema.object === undefined || hasErrors(findings) ? undefined : hpaOf(schema.object, verdicts);
  return hpa === undefined ? { findings, triggers } : { findings, triggers, hpa };
}

const certainly =
  (isCertain: (issue: FieldIssue) => boolean) =>
  ({ path, message }: Finding): boolean =>
    isCertain({ field: path, message });

/** There when the metric of every trigger is known, and an HPA is made at all. */
function hpaOf(object: ScaledObject, verdicts: readonly TriggerVerdict[]): Judgement['hpa'] {
  const triggers = verdicts.flatMap(({ trigger }, index) => (trigger === undefined ? [] : [{ index, trigger }]));
  const complete = triggers.length === object.spec.triggers.length;
  if (!complete || pauseOf(object).kind !== 'running') return undefined;
  return buildHpa({ object, triggers, version });
}

export async function judgeScaledJob(value: PlainObject, around: Surroundings): Promise<Judgement> {
  const { object, findings, rest, isCertain } = judgeSchema('ScaledJob', value);
  // Its environment is that of the Jobs it starts, which stand in the manifest itself.
  const template = podTemplateOf({ spec: (value['spec'] as PlainObject | undefined)?.['jobTargetRef'] });
  const lookup: Lookup = { ...around.lookup, podTemplate: () => Promise.resolve(template) };
  const { namespace, name } = identityOf({ value });
  const target = { namespace, apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledJob', name };
  const verdicts = await judgeTriggers(value, target, { ...around, lookup }, (trigger) =>
    scaleOnOf(object?.spec, trigger),
  );
  const checked =
    rest === undefined
      ? jobTemplateOf(value)
      : checkScaledJob(rest, { cacheable, measures, isResource }, value).filter(isCertain);
  const told = new Set(checked.map(({ field }) => field));
  const doubts = object === undefined ? [] : [...doubtfulJobFields(object.spec), ...doubtfulAnnotations(object)];
  return {
    findings: [
      ...findings.filter(({ path }) => !told.has(path)),
      ...issues('SCALED_JOB', checked),
      ...doubts.map(({ field, message }) => warning(field, 'NO_EFFECT', message)),
      ...defaultRestartPolicy(value),
      // What a trigger lacks that has no place in a ScaledJob is nobody's concern.
      ...verdicts.flatMap((verdict, index) => (told.has(`spec.triggers[${index}].type`) ? [] : verdict.findings)),
    ],
    triggers: verdicts.flatMap(({ summary }) => summary ?? []),
  };
}

/** What can be told of it while something else in the object is wrong. */
function jobTemplateOf(value: PlainObject): readonly FieldIssue[] {
  const written = valueAt(value, ['spec', 'jobTargetRef']);
  return typeof valueAt(written, ['template', 'spec']) === 'object' ? checkJobTemplate(written) : [];
}

function defaultRestartPolicy(value: PlainObject): readonly Finding[] {
  const path = 'spec.jobTargetRef.template.spec.restartPolicy';
  const podSpec = valueAt(value, ['spec', 'jobTargetRef', 'template', 'spec']);
  const policy = valueAt(podSpec, ['restartPolicy']) ?? '';
  if (policy !== '' || typeof podSpec !== 'object' || podSpec === null) return [];
  return [info(path, 'NO_EFFECT', 'not set: OnFailure is filled in; write OnFailure or Never to say which')];
}

/** The triggers of an object that stands alone: what they refer to is out of sight, and taken to be good. */
export async function judgeTriggersAlone(value: PlainObject): Promise<readonly Finding[]> {
  const around = { lookup: UNRESOLVED, once: createOnce(), targetManifest: () => undefined };
  const verdicts = await judgeTriggers(value, targetAsWritten(value), around);
  return verdicts.flatMap(({ findings }) => findings);
}

/** Those that can be read one by one, even where something else in the object is wrong. */
async function judgeTriggers(
  value: PlainObject,
  target: TargetReference,
  around: Surroundings,
  scaleOn: (trigger: ScaleTrigger) => ScaleOn | undefined = () => undefined,
): Promise<readonly TriggerVerdict[]> {
  const spec = value['spec'] as
    | { readonly triggers?: unknown; readonly scaleTargetRef?: PlainObject; readonly envSourceContainerName?: unknown }
    | null
    | undefined;
  const given: readonly unknown[] = Array.isArray(spec?.triggers) ? spec.triggers : [];
  const container = spec?.envSourceContainerName ?? spec?.scaleTargetRef?.['envSourceContainerName'];
  const { namespace, name } = identityOf({ value });
  const { lookup, once } = around;
  const triggers = given.map(readTrigger);
  const inFormula = Boolean(valueAt(value, ['spec', 'advanced', 'scalingModifiers', 'formula']));
  const verdicts: TriggerVerdict[] = [];
  for (const [index, trigger] of triggers.entries()) {
    const envContainer = typeof container === 'string' ? container : undefined;
    const owner = { namespace, name };
    verdicts.push(
      trigger === undefined
        ? { findings: [] }
        : await judgeTrigger({
            index,
            trigger,
            owner,
            target,
            envContainer,
            inFormula,
            scaleOn: scaleOn(trigger),
            lookup,
            once,
          }),
    );
  }
  return verdicts;
}

/** A number or truth value without quotes is told by the schema; what else is wrong with the trigger is to be seen all the same. */
function readTrigger(raw: unknown): ScaleTrigger | undefined {
  const metadata = valueAt(raw, ['metadata']);
  if (typeof raw !== 'object' || typeof metadata !== 'object' || metadata === null || Array.isArray(metadata))
    return undefined;
  const texts = Object.entries(metadata).flatMap(([key, value]: [string, unknown]) =>
    value === null
      ? []
      : [[key, typeof value === 'number' || typeof value === 'boolean' ? String(value) : value] as const],
  );
  return ScaleTrigger.safeParse({ ...raw, metadata: Object.fromEntries(texts) }).data;
}

function targetAsWritten(value: PlainObject): TargetReference {
  const { namespace } = identityOf({ value });
  const ref = (value['spec'] as { readonly scaleTargetRef?: PlainObject } | undefined)?.scaleTargetRef ?? {};
  const text = (field: string, otherwise: string): string => (typeof ref[field] === 'string' ? ref[field] : otherwise);
  return {
    namespace,
    apiVersion: text('apiVersion', 'apps/v1'),
    kind: text('kind', 'Deployment'),
    name: text('name', text('deploymentName', '')),
  };
}

const cacheable = (type: string): boolean => triggerSource(type)?.cacheable ?? true;
const measures = (type: string) => triggerSource(type)?.measures ?? [];
const isResource = (type: string): boolean => triggerSource(type)?.kind === 'resource';
const polled = (type: string): boolean => !isResource(type);
const issues = (code: ProblemCode, found: readonly FieldIssue[]): readonly Finding[] =>
  found.map(({ field, message }) => error(field, code, message));

function furtherRules(object: ScaledObject): readonly Finding[] {
  const { spec } = object;
  return [
    ...issues('REPLICA_BOUNDS', checkReplicaBounds(spec)),
    ...issues('TRIGGERS', checkTriggers(spec.triggers, { cacheable })),
    ...issues('TRIGGERS', checkTriggerOptions(spec, { measures })),
    ...issues('SCALING_MODIFIERS', checkScalingModifiers(spec, { polled })),
    ...issues('FALLBACK', checkFallback(spec, { polled })),
    ...issues('NAME_TOO_LONG', checkNames(object)),
    ...withoutEffect(object),
    ...judgeSharedServers(spec.triggers),
    ...judgeStreamTriggers(spec),
  ];
}

/** What is accepted and does nothing, or not what it seems to say. */
function withoutEffect(object: ScaledObject): readonly Finding[] {
  const { spec } = object;
  const { idleReplicaCount: idle, minReplicaCount: min = 0 } = spec;
  const found = [...uselessFields(spec, { isResource }), ...doubtfulAnnotations(object)].map(({ field, message }) =>
    warning(field, 'NO_EFFECT', message),
  );
  if (idle === 0 && spec.minReplicaCount === 0)
    found.push(
      warning(
        'spec.idleReplicaCount',
        'NO_EFFECT',
        'has no effect: it is meant to be below minReplicaCount, and that is 0 too',
      ),
    );
  if (idle !== undefined && idle > 0)
    found.push(
      warning(
        'spec.idleReplicaCount',
        'NO_EFFECT',
        `the HPA keeps minReplicaCount (${min}) replicas, so ${idle} will not last: only 0 works`,
      ),
    );
  if (spec.fallback !== undefined && spec.triggers.some(({ type }) => !polled(type)))
    found.push(info('spec.fallback', 'NO_EFFECT', 'applies to the other triggers, not to cpu and memory'));
  return found;
}
