// What a user may write in a kafka or an apache-kafka trigger, and the cluster and identity that it names.
import { z } from 'zod';
import { awsAccess, awsAccessOf } from '../aws-access.ts';
import type { TriggerContext } from '../define.ts';
import { field, flag, integer, intList, list, oneOf, secret, text } from '../fields.ts';
import { sourceId } from '../source-id.ts';
import { tlsOptions } from '../tls.ts';
import type { KafkaAccess, KafkaAddress, KafkaSasl } from './access.ts';

const auth = { from: ['auth'] } as const;
const metadataOrAuth = { from: ['metadata', 'auth'] } as const;
const metadataOrEnv = { from: ['metadata', 'env'] } as const;

const group = {
  bootstrapServers: field(
    list(),
    'Brokers to begin with, as host:port; they tell of the cluster’s others.',
    metadataOrEnv,
  ),
  consumerGroup: field(text(), 'Consumer group whose lag is measured.', metadataOrEnv),
};

const rules = {
  partitionLimitation: field(intList().optional(), 'Only these partitions count, such as 1,3-5; needs topic.'),
  lagThreshold: field(integer({ min: 1 }).prefault('10'), 'Messages that one replica is meant to handle.'),
  activationLagThreshold: field(
    integer({ min: 0 }).prefault('0'),
    'The workload is active above this many messages, those of stuck partitions included.',
  ),
  offsetResetPolicy: field(
    oneOf('latest', 'earliest').prefault('latest'),
    'Where the consumer begins in a partition without a commit (its auto.offset.reset): there, latest counts 1 message, earliest all.',
  ),
  allowIdleConsumers: field(flag().prefault('false'), 'Whether there may be more replicas than partitions.'),
  excludePersistentLag: field(
    flag().prefault('false'),
    'Whether partitions with messages but no commit for 10 seconds are left out of the value; they still keep the workload active.',
  ),
  scaleToZeroOnInvalidOffset: field(
    flag().prefault('false'),
    'Whether partitions without a usable commit count 0; the workload then has to begin by itself.',
  ),
  limitToPartitionsWithLag: field(
    flag().prefault('false'),
    'Whether there may be no more replicas than partitions with messages that wait.',
  ),
  ensureEvenDistributionOfPartitions: field(
    flag().prefault('false'),
    'Whether to have only as many replicas as get equally many partitions: 1, 2, 5 or 10 for 10 partitions.',
  ),
};

const access = {
  tls: field(oneOf('enable', 'disable').prefault('disable'), 'Whether to use TLS.', metadataOrAuth),
  ca: field(text().optional(), 'CA certificate to trust besides the system’s, as PEM.', auth),
  cert: field(text().optional(), 'Client certificate, as PEM; needs key.', auth),
  key: field(secret().optional(), 'Private key of the client certificate, as PEM; needs cert.', auth),
  keyPassword: field(secret().optional(), 'Password of the private key.', auth),
  username: field(text().optional(), 'User; the client with sasl oauthbearer.', auth),
  password: field(secret().optional(), 'Password of the user; the client’s secret with sasl oauthbearer.', auth),
  awsRegion: field(text().optional(), 'AWS region of the cluster, for its IAM.'),
  ...awsAccess,
};

const common = { ...group, ...rules, ...access };

const kafkaAlone = {
  fullMetadata: field(flag().prefault('true'), 'Without effect: only the topics that are measured are asked for.'),
  version: field(text().optional(), 'Without effect: the versions of the protocol are negotiated.'),
  saslTokenProvider: field(
    oneOf('bearer', 'aws_msk_iam').prefault('bearer'),
    'Where the token for sasl oauthbearer comes from: OAuth2 client credentials, or AWS IAM.',
    metadataOrAuth,
  ),
  oauthTokenEndpointUri: field(text().optional(), 'Where OAuth2 client credentials are exchanged for a token.', auth),
  scopes: field(list().optional(), 'OAuth2 scopes.', auth),
  oauthExtensions: field(
    text().optional(),
    'SASL extensions that are sent with the token of OAuth2, as key=value pairs separated by commas.',
    auth,
  ),
  unsafeSsl: field(flag().prefault('false'), 'Whether to accept any server certificate.'),
};

const SASL = 'How to authenticate; gssapi (Kerberos) is refused.';

export const Kafka = z.object({
  topic: field(
    text().optional(),
    'Topic that is measured; all that the group has committed offsets for when it is left out.',
    metadataOrEnv,
  ),
  ...common,
  sasl: field(
    oneOf('none', 'plaintext', 'scram_sha256', 'scram_sha512', 'oauthbearer', 'gssapi').prefault('none'),
    SASL,
    metadataOrAuth,
  ),
  ...kafkaAlone,
});
type Kafka = z.output<typeof Kafka>;

export const ApacheKafka = z.object({
  topic: field(
    list().optional(),
    'Topics that are measured together; all that the group has committed offsets for when it is left out.',
    metadataOrEnv,
  ),
  ...common,
  sasl: field(
    oneOf('none', 'plaintext', 'scram_sha256', 'scram_sha512', 'gssapi', 'aws_msk_iam').prefault('none'),
    SASL,
    metadataOrAuth,
  ),
});
type ApacheKafka = z.output<typeof ApacheKafka>;

/** What both types have, and what only `kafka` has where it is there. */
export type KafkaTrigger = z.output<z.ZodObject<typeof common>> &
  Partial<z.output<z.ZodObject<typeof kafkaAlone>>> & { readonly sasl: Kafka['sasl'] | ApacheKafka['sasl'] };

/** KEDA has two spellings for the token of AWS. */
export function usesMskIam({ sasl, saslTokenProvider }: Partial<KafkaTrigger>): boolean {
  return sasl === 'aws_msk_iam' || (sasl === 'oauthbearer' && saslTokenProvider === 'aws_msk_iam');
}

/** Undefined for what is no list of pairs. KEDA reads it only where it counts. */
export function parseExtensions(text: string | undefined): ReadonlyMap<string, string> | undefined {
  if (text === undefined) return new Map();
  const pairs = text.split(',').map((pair) => pair.split('=').map((side) => side.trim()));
  if (pairs.some((pair) => pair.length !== 2)) return undefined;
  return new Map(pairs.map(([key = '', value = '']) => [key, value]));
}

/** Undefined for what is not host:port. */
export function parseBroker(text: string): KafkaAddress | undefined {
  const match = /^(?:\[([^\]\s]+)\]|([^:[\]/\s]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2];
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}

export function accessOf(config: KafkaTrigger, { podIdentity }: Pick<TriggerContext, 'podIdentity'>): KafkaAccess {
  return {
    brokers: config.bootstrapServers.flatMap((server) => parseBroker(server) ?? []),
    tls: config.tls === 'enable' ? tlsOptions(config) : undefined,
    sasl: saslOf(config, podIdentity),
  };
}

function saslOf(config: KafkaTrigger, podIdentity: TriggerContext['podIdentity']): KafkaSasl | undefined {
  const { sasl, username = '', password = '', awsRegion: region = '' } = config;
  if (usesMskIam(config)) {
    const aws = awsAccessOf(config, podIdentity);
    if (aws === undefined) throw new TypeError('review() lets no configuration without credentials through');
    return { mechanism: 'AWS_MSK_IAM', region, aws };
  }
  if (sasl === 'plaintext') return { mechanism: 'PLAIN', username, password };
  if (sasl === 'scram_sha256') return { mechanism: 'SCRAM-SHA-256', username, password };
  if (sasl === 'scram_sha512') return { mechanism: 'SCRAM-SHA-512', username, password };
  if (sasl !== 'oauthbearer') return undefined;
  return {
    mechanism: 'OAUTHBEARER',
    tokenUrl: new URL(config.oauthTokenEndpointUri ?? ''),
    clientId: username,
    clientSecret: password,
    scopes: (config.scopes ?? []).filter(Boolean),
    extensions: parseExtensions(config.oauthExtensions) ?? new Map(),
  };
}

/** Equal for triggers of both types that reach the same cluster as the same user. */
export function kafkaSourceId(config: KafkaTrigger, context: Pick<TriggerContext, 'podIdentity'>): string {
  const { tls, unsafeSsl = false, ca, cert, key, keyPassword } = config;
  const sasl = saslOf(config, context.podIdentity);
  return sourceId('kafka', config.bootstrapServers.toSorted().join(','), [
    tls === 'enable' && [unsafeSsl, ca, cert, key, keyPassword],
    sasl?.mechanism === 'OAUTHBEARER' ? { ...sasl, extensions: [...sasl.extensions] } : sasl,
    context.podIdentity?.provider === 'aws' && context.podIdentity,
  ]);
}
