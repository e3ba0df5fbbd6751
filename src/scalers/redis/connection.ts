// Connections to Redis: one server, a cluster, or the master that sentinels name. The only importer of ioredis.
import type { Cluster, ClusterOptions, Redis, RedisOptions } from 'ioredis';
import type { TlsOptions } from '../tls.ts';
import type { Address } from './addresses.ts';

export type Topology =
  | { readonly kind: 'server'; readonly address: Address }
  | { readonly kind: 'cluster'; readonly addresses: readonly Address[] }
  | {
      readonly kind: 'sentinel';
      readonly addresses: readonly Address[];
      readonly master: string;
      readonly username: string | undefined;
      readonly password: string | undefined;
    };

export interface RedisConnectionOptions {
  readonly topology: Topology;
  readonly database: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly tls: TlsOptions | undefined;
}

const CONNECT_TIMEOUT_MS = 5_000;
const GOODBYE_MS = 500;
/** A server that takes a command and says nothing for this long has lost the connection. */
const SILENCE_MS = 10_000;

/** Of the largest set of names that we ask for; whoever says more has no end. */
const MOST_UNREAD_BYTES = 32 * 2 ** 20;

/**
 * Connects, authenticates and selects the database, or rejects with the driver's error. The connection doesn't reconnect:
 * `lost` is called once when it ends. Commands given in one turn of the event loop travel together.
 */
export async function openRedis(
  options: RedisConnectionOptions,
  lost: () => void,
  signal: AbortSignal,
): Promise<Redis | Cluster> {
  const client = await createClient(options);
  let problem: Error | undefined;
  client.on('error', (error: Error) => (problem = error));
  if ('nodes' in client) client.on('+node', limitReplies);
  else limitReplies(client);
  client.once('end', lost);
  const giveUp = (): void => client.disconnect();
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    await client.connect();
    // A refused SELECT is only an event, and the client would go on in database 0.
    if (problem) throw problem;
    return client;
  } catch (error) {
    if (client.status !== 'end') client.disconnect();
    throw problem ?? error;
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

/** The driver keeps what it has of a reply until it is whole, however long that takes and however large that is. */
function limitReplies(client: Redis): void {
  let received = 0;
  client.on('connect', () => {
    received = 0;
    const { stream } = client;
    stream.on('data', (chunk: Buffer) => {
      received = (client as unknown as Pending).commandQueue.length === 0 ? 0 : received + chunk.length;
      if (received > MOST_UNREAD_BYTES) stream.destroy();
    });
  });
}

/** What the driver does not declare: the commands that are not answered yet. */
interface Pending {
  readonly commandQueue: { readonly length: number };
}

async function createClient(options: RedisConnectionOptions): Promise<Redis | Cluster> {
  const { Redis, Cluster } = await import('ioredis');
  const { topology, database, username, password, tls } = options;
  const credentials = { ...(username ? { username } : {}), ...(password ? { password } : {}) };
  const node = {
    ...credentials,
    ...(tls ? { tls: { ...tls } } : {}),
    protocol: 2,
    disableClientInfo: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: SILENCE_MS,
    // The check would need a permission (INFO); a server that is still loading says so itself.
    enableReadyCheck: false,
    disconnectTimeout: GOODBYE_MS,
    maxRetriesPerRequest: 0,
    autoResubscribe: false,
  } satisfies RedisOptions;
  const single = {
    ...node,
    db: database,
    lazyConnect: true,
    enableAutoPipelining: true,
    enableOfflineQueue: false,
    retryStrategy: () => null,
  } satisfies RedisOptions;
  switch (topology.kind) {
    case 'server':
      return new Redis({ ...single, host: topology.address.host, port: topology.address.port });
    case 'sentinel':
      return new Redis({
        ...single,
        name: topology.master,
        sentinels: topology.addresses.map(({ host, port }) => ({ host, port })),
        ...(topology.username ? { sentinelUsername: topology.username } : {}),
        ...(topology.password ? { sentinelPassword: topology.password } : {}),
        ...(tls ? { enableTLSForSentinelMode: true, sentinelTLS: { ...tls } } : {}),
        sentinelRetryStrategy: () => null,
      });
    case 'cluster': {
      const cluster = {
        redisOptions: node,
        lazyConnect: true,
        enableAutoPipelining: true,
        enableOfflineQueue: false,
        enableReadyCheck: false,
        clusterRetryStrategy: () => null,
        slotsRefreshTimeout: CONNECT_TIMEOUT_MS,
        // Names that a certificate was made for must reach the TLS layer as they are.
        ...(tls ? { dnsLookup: (address, callback) => callback(null, address) } : {}),
      } satisfies ClusterOptions;
      return new Cluster(
        topology.addresses.map(({ host, port }) => ({ host, port })),
        cluster,
      );
    }
  }
}
