// Judges a trigger of a type that there is no scaler for yet, by the parameters that KEDA has for it.
import type { FieldIssue } from '../../errors.ts';
import { findParameters, parameterIssue, parameterWarnings } from '../../scalers/parameters.ts';
import { sources } from '../../scalers/registry.ts';
import type { TriggerField, TriggerInput } from '../../scalers/scaler.ts';
import { type DocumentedType, documentedTypes } from './keda-parameters.ts';
import { formIssue } from './parameter-forms.ts';
import type { Assumed } from './references.ts';

export interface DocumentedVerdict {
  readonly errors: readonly FieldIssue[];
  readonly warnings: readonly FieldIssue[];
}

/** `field` of an issue is a metadata key, `metricType`, or empty for the trigger as a whole. */
export function judgeDocumented(
  type: DocumentedType,
  seen: TriggerInput,
  assumed: Assumed,
  inFormula: boolean,
): DocumentedVerdict {
  const { fields, oneOf, target } = type;
  const input = withVariables(seen, assumed);
  const found = findParameters(fields, input);
  const given = (field: TriggerField): boolean => found.has(field.name) || isAssumed(field, assumed);
  const givenName = (name: string): boolean => fields.some((field) => field.name === name && given(field));
  const missing = fields.filter((field) => !given(field) && (field.required || (field.name === target && !inFormula)));
  const incomplete = oneOf.length > 0 && !oneOf.some((names) => names.every(givenName));
  return {
    errors: [
      ...metricType(input),
      ...missing.map((field) => parameterIssue(field, undefined, '', input)),
      ...(incomplete ? [{ field: '', message: `needs ${oneOf.map(sentence).join(', or ')}` }] : []),
      ...[...found].flatMap(([name, { key, text, source }]) =>
        source === 'metadata' ? (formIssue(key, name, text) ?? []) : [],
      ),
    ],
    warnings: parameterWarnings({ fields }, input).flatMap((issue) => {
      if (!issue.message.startsWith('is unknown')) return [issue];
      return [ofAnotherType(issue, type.type)];
    }),
  };
}

/** With a value for each variable that is out of sight. */
function withVariables(input: TriggerInput, { names }: Assumed): TriggerInput {
  const variables = [...names].flatMap((name) => input.metadata[`${name}FromEnv`] ?? []);
  return { ...input, env: { ...Object.fromEntries(variables.map((variable) => [variable, variable])), ...input.env } };
}

const isAssumed = ({ name, aliases, sources: from }: TriggerField, { names, every }: Assumed): boolean =>
  (every && from.includes('auth')) || [name, ...aliases].some((key) => names.has(key));

const sentence = (names: readonly string[]): string =>
  names.length === 1 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

/** KEDA reads an empty metricType as AverageValue, and has Utilization for cpu and memory alone. */
function metricType({ metricType: given = '' }: TriggerInput): readonly FieldIssue[] {
  return ['', 'AverageValue', 'Value'].includes(given)
    ? []
    : [{ field: 'metricType', message: `expected AverageValue or Value, found ${JSON.stringify(given)}` }];
}

/** Where a key that resembles none of the type's own comes from, when that can be told. */
function ofAnotherType(issue: FieldIssue, type: string): FieldIssue {
  if (issue.message.includes('did you mean')) return issue;
  const owners = [...sources, ...documentedTypes.values()].flatMap((other) =>
    other.fields.some(({ name, sources: from }) => name === issue.field && from.includes('metadata'))
      ? [other.type]
      : [],
  );
  if (owners.length === 0) return issue;
  const shown = owners.length > 3 ? [...owners.slice(0, 3), '…'] : owners;
  return { ...issue, message: `is unknown and has no effect: it belongs to ${shown.join(', ')}, not to ${type}` };
}
