// Where the Redis of a queue library is: the trigger's type doesn't say whether it is one server, a cluster, or behind sentinels.
import type { z } from 'zod';
import type { Review } from '../define.ts';
import { field, flag, secret } from '../fields.ts';
import type { Lease, ScalerDeps } from '../scaler.ts';
import { type RedisKind, redisServer, redisSourceId, reviewRedis } from './parameters.ts';
import { leaseRedis, type RedisSource } from './source.ts';
import { parseRedisUrl } from './url.ts';

/** The parameters of every Redis trigger, and the URL that the libraries' own settings hold. */
export const redisPlace = {
  redisUrl: field(
    secret().optional(),
    'The Redis as a URL, redis://user:password@host:6379/0 or rediss://…, instead of address.',
    { from: ['metadata', 'auth', 'env'] },
  ),
  ...redisServer,
};
export type RedisPlace = z.output<z.ZodObject<typeof redisPlace>>;

/** For libraries that know the cluster. */
export const clusterFlag = field(flag().prefault('false'), 'Whether the servers are those of a Redis Cluster.');

interface Located<C> {
  readonly kind: RedisKind;
  readonly server: C;
}

/** What the URL says stands in the place of the parameters; user and password come from it where no parameter gives them. */
function locateRedis<C extends Partial<RedisPlace> & { readonly cluster?: boolean | undefined }>(
  config: C,
): Located<C> {
  const url = config.redisUrl === undefined ? undefined : parseRedisUrl(config.redisUrl);
  const sentinel = url?.kind === 'sentinel' || config.sentinelMaster !== undefined;
  const kind = sentinel ? 'sentinel' : config.cluster ? 'cluster' : 'server';
  if (!url) return { kind, server: config };
  return {
    kind,
    server: {
      ...config,
      address: url.addresses,
      databaseIndex: url.database ?? config.databaseIndex,
      username: config.username ?? url.username,
      password: config.password ?? url.password,
      enableTLS: url.secure || config.enableTLS,
      unsafeSsl: url.unsafeSsl || config.unsafeSsl,
    },
  };
}

type Placed = RedisPlace & { readonly cluster?: boolean | undefined };

export function redisPlaceId(config: Placed): string {
  const { kind, server } = locateRedis(config);
  return redisSourceId(kind, server);
}

export function leaseRedisPlace(config: Placed, sourceId: string, deps: ScalerDeps): Promise<Lease<RedisSource>> {
  const { kind, server } = locateRedis(config);
  return leaseRedis(kind, server, sourceId, deps);
}

export function reviewRedisPlace(
  config: Partial<RedisPlace> & { readonly cluster?: boolean | undefined },
  report: Review,
): void {
  if (config.redisUrl !== undefined && !parseRedisUrl(config.redisUrl)) {
    report.refuse('redisUrl', 'expected a URL such as redis://user:password@host:6379/0 or rediss://host:6380');
    return;
  }
  for (const name of ['address', 'host', 'port'] as const) {
    if (config.redisUrl !== undefined && report.given(name)) report.refuse(name, 'expected none with redisUrl');
  }
  const { kind, server } = locateRedis(config);
  if (kind === 'sentinel' && config.cluster) report.refuse('cluster', 'expected none with sentinels');
  const servers = server.address ?? server.host ?? [];
  if (servers.length === 0) {
    report.refuse('address', 'is required: give host:port in address, host and port, or redisUrl');
    return;
  }
  if (kind === 'server' && servers.length > 1) {
    const ways = config.cluster === undefined ? 'sentinelMaster' : 'cluster or sentinelMaster';
    report.refuse('address', `expected one server; for several give ${ways}`);
    return;
  }
  reviewRedis(kind, '', server, report);
}
