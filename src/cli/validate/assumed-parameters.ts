// Parses a trigger some of whose parameters are out of sight: they are assumed to be there and good.
import { generateKeyPairSync } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { ConfigError, type FieldIssue } from '../../errors.ts';
import type { ParsedTrigger, TriggerField, TriggerInput, TriggerSource } from '../../scalers/scaler.ts';
import type { Assumed } from './references.ts';

/** A word that shows up in whatever is computed from an assumed value. */
const MARK = 'unresolved';

/** Forms that parameters have, tried in this order until one is accepted. */
const ASSUMED_VALUES: readonly string[] = [
  MARK,
  `amqp://${MARK}:5672/`,
  `redis://${MARK}:6379/`,
  `http://${MARK}/`,
  `Endpoint=sb://${MARK}.servicebus.windows.net/;SharedAccessKeyName=${MARK};SharedAccessKey=${MARK}=`,
  `DefaultEndpointsProtocol=https;AccountName=${MARK};AccountKey=${btoa(MARK)};EndpointSuffix=core.windows.net`,
  `${MARK}:6379`,
  'enable',
  '1',
  'true',
  '1s',
  rootCertificates[0] ?? MARK,
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  JSON.stringify({ type: 'service_account', client_email: MARK, private_key: MARK }),
];

export interface Attempt {
  readonly parsed: ParsedTrigger | undefined;
  /** Of what is in sight; empty means that nothing wrong can be seen. */
  readonly issues: readonly FieldIssue[];
  /** False when the metric's name comes from an assumed value. */
  readonly nameKnown: boolean;
}

export function parseAssuming(source: TriggerSource, input: TriggerInput, assumed: Assumed): Attempt {
  const named = source.fields.filter(({ name, aliases }) => [name, ...aliases].some((key) => assumed.names.has(key)));
  const open = source.fields.filter(
    (field) => named.includes(field) || (assumed.every && field.sources.includes('auth')),
  );
  const fieldOf = ({ field }: FieldIssue): TriggerField | undefined =>
    open.find(({ name, aliases }) => [name, ...aliases].some((key) => field === key || field === `${key}FromEnv`));
  const tried = new Map<TriggerField, number>(named.map((field) => [field, 1]));
  const left = (field: TriggerField): boolean => (tried.get(field) ?? 0) < ASSUMED_VALUES.length;
  let given = named.reduce((before, field) => withValue(before, field, MARK), input);
  let lasting: readonly FieldIssue[] | undefined;
  for (;;) {
    const result = attempt(source, given);
    if ('trigger' in result) {
      const { trigger } = result;
      const nameKnown = tried.size === 0 || trigger.kind !== 'polled' || !trigger.metric.name.includes(MARK);
      // What is said of an assumed value says nothing of the real one.
      const warnings = result.warnings.filter(
        (warning) => ![...tried.keys()].some((field) => field === fieldOf(warning)),
      );
      return { parsed: { trigger, warnings }, issues: [], nameKnown };
    }
    const own = result.issues.filter((issue) => !fieldOf(issue));
    // A field in sight may only look wrong beside the value that was assumed: to count, it has to be wrong beside every one.
    if (own.length === result.issues.length) lasting = lasting === undefined ? own : common(lasting, own);
    const next = result.issues.map(fieldOf).find((field) => field && left(field)) ?? [...tried.keys()].find(left);
    if (next === undefined) return { parsed: undefined, issues: lasting ?? own, nameKnown: false };
    const turn = tried.get(next) ?? 0;
    tried.set(next, turn + 1);
    given = withValue(given, next, ASSUMED_VALUES[turn] ?? MARK);
  }
}

const common = (some: readonly FieldIssue[], others: readonly FieldIssue[]): readonly FieldIssue[] =>
  some.filter(({ field, message }) => others.some((other) => other.field === field && other.message === message));

function attempt(source: TriggerSource, input: TriggerInput): ParsedTrigger | ConfigError {
  try {
    return source.parse(input);
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown;
    throw thrown;
  }
}

/** Through whichever source the field has; metadata last, where it would show. */
function withValue(input: TriggerInput, { name, aliases, sources }: TriggerField, value: string): TriggerInput {
  const variable = [name, ...aliases].map((key) => input.metadata[`${key}FromEnv`]).find((text) => text !== undefined);
  if (variable !== undefined && sources.includes('env')) return { ...input, env: { ...input.env, [variable]: value } };
  if (sources.includes('auth')) return { ...input, auth: { ...input.auth, [name]: value } };
  return { ...input, metadata: { ...input.metadata, [name]: value } };
}
