// One connection pool to one API server, with the credentials that go with it.
import type { Cluster } from '@kubernetes/client-node/dist/config_types.js';
import { Agent, buildConnector, type Dispatcher, ProxyAgent } from 'undici';
import type { Clock } from '../async.ts';
import { ConfigError } from '../errors.ts';
import { bytesOf, type Credentials, createCredentials } from './credentials.ts';
import { type AccessOptions, findAccess } from './kubeconfig.ts';

export interface Connection {
  /** Without a trailing slash; may have a path when a proxy serves several clusters. */
  readonly server: string;
  /** Of the context, or of the pod. */
  readonly namespace: string;
  readonly dispatcher: Dispatcher;
  /** Watches hold their connection for minutes, so they have a pool of their own and never starve calls. */
  readonly watchDispatcher: Dispatcher;
  /** Headers that authenticate a request; read again when they rotate. */
  headers(): Promise<Readonly<Record<string, string>>>;
  /** Called after a 401: the next headers() are made anew. */
  forgetCredentials(): void;
  /** Breaks off what is still running. */
  close(): Promise<void>;
}

/** Calls at once; more wait in line. The API server's own fairness queues are not longer for one client. */
const CALL_CONNECTIONS = 16;
/** Shorter than the 90 s after which the API server closes an idle connection. */
const IDLE_MS = 60_000;
const CONNECT_MS = 10_000;
/** With libuv's 10 probes a second apart, a dead peer is noticed 40 s after its last byte. */
const KEEP_ALIVE_PROBE_MS = 30_000;

/** Throws a ConfigError when there is no usable kubeconfig. Connects to nothing yet. */
export async function loadConnection(options: AccessOptions & { readonly clock: Clock }): Promise<Connection> {
  const { cluster, user, namespace } = await findAccess(options);
  const credentials = createCredentials(cluster, user, options.clock);
  const open = await dispatchersOf(cluster, credentials);
  const dispatcher = open(CALL_CONNECTIONS);
  const watchDispatcher = open(undefined);
  return {
    server: cluster.server.replace(/\/+$/, ''),
    namespace,
    dispatcher,
    watchDispatcher,
    headers: async () => (await credentials.identity()).headers,
    forgetCredentials: () => credentials.forget(),
    async close() {
      await Promise.allSettled([dispatcher.destroy(), watchDispatcher.destroy()]);
    },
  };
}

async function dispatchersOf(
  cluster: Cluster,
  credentials: Credentials,
): Promise<(connections: number | undefined) => Dispatcher> {
  const common = { keepAliveTimeout: IDLE_MS, headersTimeout: 0, bodyTimeout: 0, allowH2: false } as const;
  const bounded = (connections: number | undefined) =>
    connections === undefined ? common : { ...common, connections };
  if (!cluster.proxyUrl) {
    return (connections) => new Agent({ ...bounded(connections), connect: connectorOf(cluster, credentials) });
  }
  if (!/^https?:/.test(cluster.proxyUrl)) {
    const message = `expected an http: or https: proxy, found "${cluster.proxyUrl.split(':')[0]}:"`;
    throw new ConfigError(`kubeconfig cluster ${cluster.name}`, [{ field: 'proxy-url', message }]);
  }
  const { proxyUrl } = cluster;
  const requestTls = await tlsOf(cluster, credentials);
  return (connections) => new ProxyAgent({ ...bounded(connections), uri: proxyUrl, requestTls });
}

interface TlsMaterial {
  readonly ca?: Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

/** Certificates are read for each new connection, which are few, so that a rotated file needs no restart. */
function connectorOf(cluster: Cluster, credentials: Credentials): buildConnector.connector {
  const build = (tls: TlsMaterial): buildConnector.connector =>
    buildConnector({
      ...tls,
      allowH2: false,
      timeout: CONNECT_MS,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_PROBE_MS,
    });
  if (!cluster.server.startsWith('https:')) return build({});
  let known: { id: string; connect: buildConnector.connector } | undefined;
  const current = async (): Promise<buildConnector.connector> => {
    const tls = await tlsOf(cluster, credentials);
    const id = [tls.ca, tls.cert, tls.key].map(String).join();
    if (known?.id !== id) known = { id, connect: build(tls) };
    return known.connect;
  };
  return (options, done) => {
    const fail = (error: unknown): void => done(error instanceof Error ? error : new Error(String(error)), null);
    void current().then((connect) => connect(options, done), fail);
  };
}

async function tlsOf(cluster: Cluster, credentials: Credentials): Promise<TlsMaterial> {
  const ca = await bytesOf(cluster.caFile, cluster.caData);
  const { cert, key } = await credentials.identity();
  return {
    ...(ca && !cluster.skipTLSVerify ? { ca } : {}),
    ...(cert && key ? { cert, key } : {}),
    ...(cluster.tlsServerName ? { servername: cluster.tlsServerName } : {}),
    ...(cluster.skipTLSVerify ? { rejectUnauthorized: false } : {}),
  };
}
