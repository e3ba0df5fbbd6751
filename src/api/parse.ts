// A manifest or an object of the API server → a typed object, or every mistake in it at once.
import { z } from 'zod';
import { ConfigError, type FieldIssue } from '../errors.ts';
import type { CloudEventSource } from './cloud-event-source.ts';
import { type StructuralSchema, structuralSchema } from './crd/structural.ts';
import { type ApiIssue, explain, firstOf, MOST_TOLD } from './issues.ts';
import { apiVersionOf, type Kind, kinds } from './kinds.ts';
import { ObjectMeta } from './object-meta.ts';
import { readStatus } from './readable-status.ts';
import type { ScaledJob } from './scaled-job.ts';
import type { ScaledObject } from './scaled-object.ts';
import type { ClusterTriggerAuthentication, TriggerAuthentication } from './trigger-authentication.ts';
import { unknownFields } from './unknown-fields.ts';

interface ObjectOf {
  readonly ScaledObject: ScaledObject;
  readonly ScaledJob: ScaledJob;
  readonly TriggerAuthentication: TriggerAuthentication;
  readonly ClusterTriggerAuthentication: ClusterTriggerAuthentication;
  readonly CloudEventSource: CloudEventSource;
  readonly ClusterCloudEventSource: CloudEventSource;
}

/** `object` is there when `errors` is empty: without unknown fields, and without defaults (those are the controller's policy). */
export interface Inspection<T> {
  readonly object: T | undefined;
  readonly errors: readonly ApiIssue[];
  readonly warnings: readonly ApiIssue[];
}

export interface Parsed<T> {
  readonly object: T;
  readonly warnings: readonly FieldIssue[];
}

const envelopes = Object.fromEntries((Object.keys(kinds) as Kind[]).map((kind) => [kind, envelope(kind)]));

function envelope(kind: Kind): z.ZodObject {
  const { spec } = kinds[kind];
  return z.object({ apiVersion: z.literal(apiVersionOf(kind)), kind: z.literal(kind), metadata: ObjectMeta, spec });
}

/** A field with nothing after the colon is an absent field: the API server drops null members, and so do we. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) => (member === null ? [] : [[key, withoutNulls(member)]])),
  );
}

const structural = new Map<Kind, StructuralSchema>();
function structuralOf(kind: Kind): StructuralSchema {
  const schema = structural.get(kind) ?? structuralSchema(kinds[kind].spec);
  structural.set(kind, schema);
  return schema;
}

/** Judges by schema only; see checks.ts for what a schema cannot say. What doesn't fit of a status is left out with a warning: nobody writes it by hand. */
export function inspect<K extends Kind>(kind: K, manifest: unknown): Inspection<ObjectOf[K]> {
  const value = withoutNulls(manifest);
  const parsed = z.safeParse(envelopes[kind] ?? z.never(), value);
  const given = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  const unknown = unknownFields(structuralOf(kind), given['spec'], ['spec']);
  if (!parsed.success) {
    const errors = parsed.error.issues.slice(0, MOST_TOLD + 1).map((issue) => explain(issue, value));
    return { object: undefined, errors: firstOf(errors), warnings: unknown };
  }
  const { status, issues } = readStatus<z.ZodObject>(kinds[kind].status, given['status']);
  const object = { ...parsed.data, ...(status === undefined ? {} : { status }) };
  const unusable: readonly ApiIssue[] = issues.map((issue) =>
    explain({ ...issue, path: ['status', ...issue.path] }, value),
  );
  // The envelope's schema is the kind's own, so this is the one place where a parsed object gets its type.
  return { object: object as unknown as ObjectOf[K], errors: [], warnings: [...unknown, ...unusable] };
}

function parse<K extends Kind>(kind: K, value: unknown): Parsed<ObjectOf[K]> {
  const { object, errors, warnings } = inspect(kind, value);
  if (object === undefined) throw new ConfigError(nameOf(kind, value), errors);
  return { object, warnings };
}

function nameOf(kind: Kind, value: unknown): string {
  const metadata = z.safeParse(
    z.object({ metadata: z.object({ name: z.string(), namespace: z.string().nullish() }) }),
    value,
  ).data?.metadata;
  if (metadata === undefined) return kind;
  return `${kind} ${metadata.namespace ? `${metadata.namespace}/` : ''}${metadata.name}`;
}

/** Throws a ConfigError that names every bad field. The warnings are about fields that would be ignored. */
export const parseScaledObject = (value: unknown): Parsed<ScaledObject> => parse('ScaledObject', value);
/** Throws a ConfigError that names every bad field. */
export const parseScaledJob = (value: unknown): Parsed<ScaledJob> => parse('ScaledJob', value);
/** Throws a ConfigError that names every bad field. */
export const parseTriggerAuthentication = (value: unknown): Parsed<TriggerAuthentication> =>
  parse('TriggerAuthentication', value);
/** Throws a ConfigError that names every bad field. */
export const parseClusterTriggerAuthentication = (value: unknown): Parsed<ClusterTriggerAuthentication> =>
  parse('ClusterTriggerAuthentication', value);
/** Throws a ConfigError that names every bad field. */
export const parseCloudEventSource = (value: unknown): Parsed<CloudEventSource> => parse('CloudEventSource', value);
/** Throws a ConfigError that names every bad field. */
export const parseClusterCloudEventSource = (value: unknown): Parsed<CloudEventSource> =>
  parse('ClusterCloudEventSource', value);

/** The parser of each kind of ours, by kind. */
export const KEDA_PARSERS: Readonly<Record<string, (value: unknown) => Parsed<ObjectOf[Kind]>>> = {
  ScaledObject: parseScaledObject,
  ScaledJob: parseScaledJob,
  TriggerAuthentication: parseTriggerAuthentication,
  ClusterTriggerAuthentication: parseClusterTriggerAuthentication,
  CloudEventSource: parseCloudEventSource,
  ClusterCloudEventSource: parseClusterCloudEventSource,
};
