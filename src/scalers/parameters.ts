// Where the value of a trigger's parameter comes from: metadata, the authentication, or the target's environment.
import type { z } from 'zod';
import { didYouMean } from '../did-you-mean.ts';
import type { FieldIssue } from '../errors.ts';
import type { ParameterSource, TriggerField, TriggerInput, TriggerSource } from './scaler.ts';
import { describeField } from './fields.ts';

/** The rows of a trigger's documentation, in the order of declaration. */
export function fieldsOf(config: z.ZodObject): readonly TriggerField[] {
  return Object.entries(config.shape).map(([name, schema]) => ({ name, ...describeField(schema) }));
}

interface Found {
  readonly text: string;
  readonly source: ParameterSource;
  /** The key a user would look for: `hosts`, or `hostsFromEnv`. */
  readonly key: string;
}

/** A parameter's text by name, as the first of its sources and names gives it. Absent ones are missing. */
export type FoundParameters = ReadonlyMap<string, Found>;

/** KEDA's order: sources outside, names inside; text is trimmed, and what is empty then counts as absent. Half a sign is none in Unicode. */
function candidates(field: TriggerField, input: TriggerInput): Found[] {
  const names = [field.name, ...field.aliases];
  return field.sources.flatMap((source) =>
    names.flatMap((name): Found[] => {
      const key = source === 'env' ? `${name}FromEnv` : name;
      const text = textAt(source, name, input).toWellFormed();
      return text === '' ? [] : [{ text, source, key }];
    }),
  );
}

function textAt(source: ParameterSource, name: string, input: TriggerInput): string {
  if (source === 'metadata') return own(input.metadata, name).trim();
  if (source === 'auth') return own(input.auth, name).trim();
  return own(input.env, own(input.metadata, `${name}FromEnv`)).trim();
}

function own(record: Readonly<Record<string, string>>, key: string): string {
  return Object.hasOwn(record, key) ? (record[key] ?? '') : '';
}

export function findParameters(fields: readonly TriggerField[], input: TriggerInput): FoundParameters {
  const found = new Map<string, Found>();
  for (const field of fields) {
    const [first] = candidates(field, input);
    if (first) found.set(field.name, first);
  }
  return found;
}

/** The problem with one parameter: required and absent, or of the wrong form. Shows text from metadata only, and no secret. */
export function parameterIssue(
  field: TriggerField,
  found: Found | undefined,
  message: string,
  input: TriggerInput,
): FieldIssue {
  if (!found) return { field: field.name, message: missing(field, input) };
  const showable = found.source === 'metadata' && !field.secret && message.startsWith('expected');
  const shown = found.text.length > 60 ? `${found.text.slice(0, 57)}…` : found.text;
  return { field: found.key, message: showable ? `${message}, found ${JSON.stringify(shown)}` : message };
}

/**
 * The message without what was found, where that is not in metadata: any key of a Secret can be given for any parameter, and would be
 * there for everybody to read.
 */
export function showable(message: string, found: Found | undefined): string {
  const shown = found === undefined || found.source === 'metadata' ? message : message.replace(/, found "[^]*$/, '');
  return shown.length > LONGEST_MESSAGE ? `${shown.slice(0, LONGEST_MESSAGE - 1)}…` : shown;
}
/** A condition has room for some thousand characters, and a parameter for a million. */
const LONGEST_MESSAGE = 1_000;

function missing(field: TriggerField, input: TriggerInput): string {
  const variable = field.sources.includes('env') ? own(input.metadata, `${field.name}FromEnv`) : '';
  if (variable !== '') return `is required, but ${unsetVariable(field.name, variable)}`;
  return `is required: ${waysToGive(field)}`;
}

function unsetVariable(name: string, variable: string): string {
  return `${name}FromEnv names the variable ${JSON.stringify(variable)}, which the target's container does not set`;
}

function waysToGive(field: TriggerField): string {
  const ways: Readonly<Record<ParameterSource, string>> = {
    metadata: `set metadata.${field.name}`,
    auth: `give the parameter ${field.name} in the authenticationRef`,
    env: `name a variable of the target's container in metadata.${field.name}FromEnv`,
  };
  return field.sources.map((source) => ways[source]).join(', or ');
}

/** What a user wrote without effect: unknown keys (with the key that was probably meant), and keys that lose to another source. */
export function parameterWarnings(
  { fields, takesAnyKey = false }: Pick<TriggerSource, 'fields' | 'takesAnyKey'>,
  input: TriggerInput,
): readonly FieldIssue[] {
  const known = knownKeys(fields);
  const all = Object.keys(input.metadata).filter((key) => !known.has(key));
  const unknown = all.slice(0, MOST_UNKNOWN);
  const next = takesAnyKey ? undefined : all[MOST_UNKNOWN];
  return [
    ...unknown.flatMap((key) => (takesAnyKey ? misplaced(key, fields) : unknownKey(key, fields, known, input))),
    ...(next === undefined
      ? []
      : [{ field: next, message: `is unknown and has no effect; so are ${all.length - MOST_UNKNOWN - 1} others` }]),
    ...Object.keys(input.auth).flatMap((key) => misspeltAuth(key, fields, input)),
    ...fields.flatMap((field) => [...ineffective(field, input), ...unsetVariables(field, input)]),
  ];
}

/** Who has more of them made no slip, and to ask of each what was meant would take seconds. */
const MOST_UNKNOWN = 100;

function knownKeys(fields: readonly TriggerField[]): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const { name, aliases, sources } of fields) {
    for (const key of [name, ...aliases]) {
      if (sources.includes('metadata')) keys.add(key);
      if (sources.includes('env')) keys.add(`${key}FromEnv`);
    }
  }
  return keys;
}

function unknownKey(
  key: string,
  fields: readonly TriggerField[],
  known: ReadonlySet<string>,
  input: TriggerInput,
): FieldIssue {
  const [elsewhere] = misplaced(key, fields);
  if (elsewhere) return elsewhere;
  if (key === 'metricName') {
    return { field: key, message: 'has no effect: metric names are generated; use triggers[].name to name a trigger' };
  }
  const meant = didYouMean(
    key,
    [...known].filter((name) => !Object.hasOwn(input.metadata, name)),
  );
  return { field: key, message: meant ? `is unknown; did you mean ${meant}?` : 'is unknown and has no effect' };
}

/** A parameter that is looked for elsewhere only. */
function misplaced(key: string, fields: readonly TriggerField[]): FieldIssue[] {
  const bare = key.endsWith('FromEnv') ? key.slice(0, -'FromEnv'.length) : key;
  return fields
    .filter(({ name, aliases }) => name === bare || aliases.includes(bare))
    .map((field) => ({ field: key, message: `has no effect here: ${waysToGive(field)}` }));
}

/** Authentications are shared among triggers, so an unknown parameter is only reported when it looks like a slip. */
function misspeltAuth(key: string, fields: readonly TriggerField[], input: TriggerInput): FieldIssue[] {
  const names = fields.filter(({ sources }) => sources.includes('auth')).flatMap((f) => [f.name, ...f.aliases]);
  if (names.includes(key)) return [];
  const meant = didYouMean(key, names);
  if (meant === undefined || own(input.auth, meant) !== '') return [];
  return [{ field: key, message: `is an unknown authentication parameter; did you mean ${meant}?` }];
}

function ineffective(field: TriggerField, input: TriggerInput): FieldIssue[] {
  const [winner, ...losers] = candidates(field, input);
  if (!winner) return [];
  const from = winner.source === 'auth' ? `the authenticationRef's ${winner.key}` : winner.key;
  return losers
    .filter((loser) => loser.source !== 'auth')
    .map((loser) => ({ field: loser.key, message: `has no effect: ${from} comes first` }));
}

function unsetVariables(field: TriggerField, input: TriggerInput): FieldIssue[] {
  if (field.required || !field.sources.includes('env') || candidates(field, input).length > 0) return [];
  return [field.name, ...field.aliases].flatMap((name) => {
    const variable = own(input.metadata, `${name}FromEnv`);
    return variable === ''
      ? []
      : [{ field: `${name}FromEnv`, message: `has no effect: ${unsetVariable(name, variable)}` }];
  });
}
