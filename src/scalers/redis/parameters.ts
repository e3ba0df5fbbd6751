// What a user may write in a Redis trigger, the rules between the parameters, and the connection they describe.
import type { z } from 'zod';
import type { Review } from '../define.ts';
import { field, flag, integer, list, oneOf, secret, text } from '../fields.ts';
import { sourceId } from '../source-id.ts';
import { reviewTls, tlsOptions } from '../tls.ts';
import { addressesOf, reviewAddresses } from './addresses.ts';
import type { RedisConnectionOptions, Topology } from './connection.ts';

const addressOrder = ['metadata', 'auth', 'env'] as const;
const hostOrder = ['metadata', 'env', 'auth'] as const;

/** The parameters that every Redis trigger has. */
export const redisServer = {
  databaseIndex: field(integer({ min: 0 }).prefault('0'), 'Number of the database; a cluster has none but 0.'),
  address: field(list().optional(), 'Servers as host:port; only the first unless it is a cluster or sentinels.', {
    from: addressOrder,
    aliases: ['addresses'],
  }),
  host: field(list().optional(), 'Host names, each belonging to the port at its position.', {
    from: hostOrder,
    aliases: ['hosts'],
  }),
  port: field(list().optional(), 'Ports, each belonging to the host at its position.', {
    from: hostOrder,
    aliases: ['ports'],
  }),
  username: field(text().optional(), 'ACL user.', { from: hostOrder }),
  password: field(secret().optional(), 'Password of the user.', { from: hostOrder }),
  sentinelMaster: field(text().optional(), 'Name of the master group; for sentinels only.', { from: addressOrder }),
  sentinelUsername: field(text().optional(), 'ACL user at the sentinels.', { from: addressOrder }),
  sentinelPassword: field(secret().optional(), 'Password at the sentinels.', {
    from: addressOrder,
  }),
  enableTLS: field(flag().optional(), 'Whether to use TLS; not together with the parameter tls.'),
  tls: field(oneOf('enable', 'disable').optional(), 'Whether to use TLS; not together with enableTLS.', {
    from: ['auth'],
  }),
  unsafeSsl: field(flag().prefault('false'), 'Whether to accept any server certificate.'),
  ca: field(text().optional(), 'CA certificate to trust besides the system’s, as PEM.', { from: ['auth'] }),
  cert: field(text().optional(), 'Client certificate, as PEM; needs key.', { from: ['auth'], aliases: ['Cert'] }),
  key: field(secret().optional(), 'Private key of the client certificate, as PEM.', { from: ['auth'] }),
  keyPassword: field(secret().optional(), 'Password of the private key.', { from: ['auth'] }),
};
export type RedisServer = z.output<z.ZodObject<typeof redisServer>>;
export type RedisKind = Topology['kind'];

/** `family` ends the names of the trigger types that belong together. */
export function reviewRedis(
  kind: RedisKind,
  family: '' | '-streams',
  config: Partial<RedisServer>,
  report: Review,
): void {
  reviewAddresses(config, report);
  if (report.given('enableTLS') && report.given('tls')) {
    report.refuse('enableTLS', 'expected either metadata.enableTLS or the authentication parameter tls, found both');
  }
  if (usesTls(config)) reviewTls(config, report);
  for (const name of ['ca', 'cert', 'key'] as const) {
    if (config[name] !== undefined && !usesTls(config)) report.warn(name, 'has no effect: TLS is off (enableTLS)');
  }
  if (usesTls(config) && (config.cert === undefined) !== (config.key === undefined)) {
    report.warn(
      config.cert === undefined ? 'key' : 'cert',
      'has no effect: a client certificate needs both cert and key',
    );
  }
  reviewTopology(kind, family, config, report);
}

function reviewTopology(kind: RedisKind, family: string, config: Partial<RedisServer>, report: Review): void {
  if (kind === 'server' && addressesOf(config).length > 1) {
    report.warn('address', `only the first address is used; the type for a cluster is redis-cluster${family}`);
  }
  if (kind === 'cluster' && report.given('databaseIndex')) {
    report.warn('databaseIndex', 'has no effect: a cluster has only database 0');
  }
  if (kind === 'sentinel' && config.sentinelMaster === undefined) {
    report.refuse('sentinelMaster', 'is required: the name under which the sentinels know the master');
  }
  for (const name of ['sentinelMaster', 'sentinelUsername', 'sentinelPassword'] as const) {
    if (kind !== 'sentinel' && report.given(name))
      report.warn(name, `has no effect: it is for the type redis-sentinel${family}`);
  }
}

function usesTls(config: Partial<RedisServer>): boolean {
  return config.enableTLS === true || config.tls === 'enable';
}

function topologyOf(kind: RedisKind, config: RedisServer): Topology {
  const addresses = addressesOf(config);
  const [address] = addresses;
  if (address === undefined) throw new TypeError('review() lets no configuration without an address through');
  if (kind === 'server') return { kind, address };
  if (kind === 'cluster') return { kind, addresses };
  const { sentinelMaster: master = '', sentinelUsername: username, sentinelPassword: password } = config;
  return { kind, addresses, master, username, password };
}

export function connectionOf(kind: RedisKind, config: RedisServer): RedisConnectionOptions {
  return {
    topology: topologyOf(kind, config),
    database: kind === 'cluster' ? 0 : config.databaseIndex,
    username: config.username,
    password: config.password,
    tls: usesTls(config) ? tlsOptions(config) : undefined,
  };
}

/** Who we are at the source; two triggers with equal answers share a connection. */
export function redisSourceId(kind: RedisKind, config: RedisServer): string {
  const { username, password, sentinelMaster, sentinelUsername, sentinelPassword, unsafeSsl, ca, cert, key } = config;
  const servers = kind === 'server' ? addressesOf(config).slice(0, 1) : addressesOf(config);
  const where = servers.map(({ host, port }) => `${host}:${port}`).join(',');
  const tls = usesTls(config) && [unsafeSsl, ca, cert, key, config.keyPassword];
  const sentinel = kind === 'sentinel' && [sentinelMaster, sentinelUsername, sentinelPassword];
  return sourceId(kind === 'server' ? 'redis' : `redis-${kind}`, `${where}/${config.databaseIndex}`, [
    username,
    password,
    tls,
    sentinel,
  ]);
}
