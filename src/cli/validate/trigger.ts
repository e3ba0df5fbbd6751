// Judges one trigger: its type, what it refers to, its parameters.
import { pathText } from '../../api/issues.ts';
import { externalMetricName } from '../../api/names.ts';
import type { ScaleTrigger } from '../../api/trigger.ts';
import { didYouMean } from '../../did-you-mean.ts';
import type { FieldIssue } from '../../errors.ts';
import { parameterWarnings } from '../../scalers/parameters.ts';
import { KEDA_TRIGGER_TYPES, sources, triggerSource } from '../../scalers/registry.ts';
import type { MeasuredTrigger, Trigger, TriggerField, TriggerInput, TriggerSource } from '../../scalers/scaler.ts';
import { parseAssuming } from './assumed-parameters.ts';
import { judgeDocumented } from './documented-trigger.ts';
import { type DocumentedType, documentedTypes } from './keda-parameters.ts';
import { OUTDATED_TYPES, outdatedKey } from './outdated.ts';
import { judgePlainSecrets } from './plain-secrets.ts';
import { followReferences, type TriggerRequest } from './references.ts';
import { error, type Finding, info, type TriggerSummary, warning } from './report.ts';
import { templateHint } from './templates.ts';

export interface TriggerVerdict {
  readonly findings: readonly Finding[];
  /** There when nothing is wrong with it, and its metric is known. */
  readonly trigger?: MeasuredTrigger;
  readonly summary?: TriggerSummary;
}

export async function judgeTrigger(request: TriggerRequest): Promise<TriggerVerdict> {
  const { index, trigger } = request;
  const source = triggerSource(trigger.type);
  const documented = documentedTypes.get(trigger.type);
  const misplaced = Object.keys(trigger.metadata).flatMap((key) => {
    const message = outdatedKey(trigger.type, key);
    return message === undefined
      ? []
      : [warning(pathText(['spec', 'triggers', index, 'metadata', key]), 'UNKNOWN_PARAMETER', message)];
  });
  const judged = source ? await judgeBySource(request, source) : await judgeWithoutSource(request, documented);
  return { ...judged, findings: [...misplaced, ...judged.findings, ...judgePlainSecrets(index, trigger.metadata)] };
}

async function judgeWithoutSource(
  request: TriggerRequest,
  documented: DocumentedType | undefined,
): Promise<TriggerVerdict> {
  if (documented === undefined) return { findings: typeFindings(request, 'so its parameters are not checked') };
  const { findings, input, assumed, broken } = await followReferences(request, documented);
  const verdict = judgeDocumented(documented, input, assumed, request.inFormula);
  const { errors, warnings } = toFindings(request, documented, broken ? [] : verdict.errors, verdict.warnings);
  const type = typeFindings(request, 'so its parameters are checked by what KEDA has');
  return { findings: [...type, ...findings, ...errors, ...warnings] };
}

function typeFindings({ index, trigger: { type }, once }: TriggerRequest, consequence: string): readonly Finding[] {
  const path = `spec.triggers[${index}].type`;
  const available = sources.map((source) => source.type);
  if (KEDA_TRIGGER_TYPES.includes(type)) {
    const message = `there is no scaler for ${type} in Sluice yet, ${consequence} (said once)`;
    return once.first(`no scaler ${type}`) ? [info(path, 'NOT_SUPPORTED_YET', message)] : [];
  }
  const gone = OUTDATED_TYPES.get(type);
  if (gone !== undefined) return [error(path, 'UNKNOWN_TRIGGER', gone)];
  const meant = didYouMean(type, new Set([...available, ...KEDA_TRIGGER_TYPES]));
  const hint = meant === undefined ? `see docs/scalers.md for those there are` : `did you mean ${meant}?`;
  return [error(path, 'UNKNOWN_TRIGGER', `KEDA has no trigger type ${JSON.stringify(type)}: ${hint}`)];
}

async function judgeBySource(request: TriggerRequest, source: TriggerSource): Promise<TriggerVerdict> {
  const { findings: references, input, assumed, broken } = await followReferences(request, source);
  const { parsed, issues, nameKnown } = parseAssuming(source, input, assumed);
  // What has an effect may depend on an identity that is out of sight.
  const ignored = (parsed?.warnings ?? unknownKeys(source, input, issues)).filter(
    ({ message }) => !assumed.every || !message.startsWith('has no effect'),
  );
  // A reference that leads nowhere is told already; that its parameter is missing then follows.
  const { errors, warnings } = toFindings(request, source, broken ? [] : issues, ignored);
  const findings = [...references, ...errors, ...warnings];
  if (parsed === undefined || broken) return { findings };
  const summary = summaryOf(request.index, request.trigger, parsed.trigger, nameKnown);
  const { trigger } = parsed;
  return nameKnown && trigger.kind !== 'described' ? { findings, summary, trigger } : { findings, summary };
}

/** Of a trigger that cannot be parsed; those that look like slips are among its issues already. */
function unknownKeys(source: TriggerSource, input: TriggerInput, issues: readonly FieldIssue[]): readonly FieldIssue[] {
  const told = new Set(issues.map(({ field }) => field));
  return parameterWarnings(source, input).filter(
    ({ field, message }) => message.startsWith('is unknown') && !told.has(field),
  );
}

function toFindings(
  { index, trigger }: TriggerRequest,
  { fields }: Pick<TriggerSource, 'fields'>,
  issues: readonly FieldIssue[],
  ignored: readonly FieldIssue[],
): { readonly errors: readonly Finding[]; readonly warnings: readonly Finding[] } {
  const at = pathOf(index, trigger, fields);
  const isTold = ({ field }: FieldIssue): boolean =>
    Object.hasOwn(trigger.metadata, field) && outdatedKey(trigger.type, field) !== undefined;
  const asWarnings = (found: readonly FieldIssue[]): readonly Finding[] =>
    found
      .filter((issue) => !isTold(issue))
      .map(({ field, message }) => warning(at(field), 'UNKNOWN_PARAMETER', message));
  const [unknown, wrong] = [true, false].map((is) =>
    issues.filter(({ message }) => message.startsWith('is unknown') === is),
  );
  return {
    errors: (wrong ?? []).map(({ field, message }) =>
      error(at(field), 'TRIGGER_PARAMETER', `${message}${templateHint(trigger.metadata[field])}`),
    ),
    warnings: asWarnings([...(unknown ?? []), ...ignored]),
  };
}

/** Where a field of the trigger type stands: a parameter in metadata or in the authentication, or a field of the trigger itself. */
function pathOf(index: number, trigger: ScaleTrigger, fields: readonly TriggerField[]): (field: string) => string {
  return (field) => {
    if (field === '') return `spec.triggers[${index}]`;
    if (field === 'metricType') return pathText(['spec', 'triggers', index, field]);
    const known = fields.find(({ name, aliases }) => name === field || aliases.includes(field));
    const inMetadata =
      Object.hasOwn(trigger.metadata, field) || known === undefined || known.sources.includes('metadata');
    return inMetadata || trigger.authenticationRef === undefined
      ? pathText(['spec', 'triggers', index, 'metadata', field])
      : pathText(['spec', 'triggers', index, 'authenticationRef']);
  };
}

function summaryOf(
  index: number,
  { type, name: given, metricType = '' }: ScaleTrigger,
  trigger: Trigger,
  nameKnown: boolean,
): TriggerSummary {
  const name = given ?? null;
  if (trigger.kind === 'polled') {
    const { target, activation, type: judgedAs } = trigger.metric;
    const metricName = nameKnown ? externalMetricName(index, trigger.metric.name) : null;
    return { index, type, name, metricName, target, metricType: judgedAs, activation };
  }
  if (trigger.kind === 'described') {
    return {
      index,
      type,
      name,
      metricName: null,
      target: null,
      metricType: metricType || 'AverageValue',
      activation: null,
    };
  }
  const { target, resource } = trigger;
  const amount = target.type === 'Utilization' ? target.averageUtilization : target.averageValue;
  return { index, type, name, metricName: resource, target: amount, metricType: target.type, activation: null };
}
