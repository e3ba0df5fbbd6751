// The sandbox's Kubernetes API server: everything in one process, over TLS, on a loopback port.
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Clock } from '../../async.ts';
import type { Logger } from '../../log.ts';
import type { CertificatePair } from '../../pki.ts';
import { createTokenTable } from './access/authentication.ts';
import { createAuthorizer, type DenyRule } from './access/authorization.ts';
import { createWebhookAdmission } from './admission/webhooks.ts';
import { createAggregator } from './aggregation/aggregator.ts';
import { type Authorities, createAuthorities, issueClient, issueServer } from './authorities.ts';
import { bootstrap } from './bootstrap.ts';
import { createRuleCheck } from './cel/rules.ts';
import { startHousekeeping } from './housekeeping.ts';
import { createFaultInjector, type FaultRule } from './http/faults.ts';
import { createHandler } from './http/handler.ts';
import { createOpenApi } from './http/openapi.ts';
import { createReads } from './http/reads.ts';
import { createSubresources, type PodLogs } from './http/subresources.ts';
import { createWrites } from './http/writes.ts';
import { kubeconfigText } from './kubeconfig.ts';
import { createRegistry } from './registry.ts';
import { createStorage, type Storage } from './storage.ts';
import type { User } from './write-options.ts';
import { createWriter } from './writer.ts';

export interface ApiServerOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  /** Give the storage and the authorities of a stopped server to start it again where it was. */
  readonly storage?: Storage;
  readonly authorities?: Authorities;
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port?: number;
  /** The name in `url` and the certificate, when clients know the host by another one. */
  readonly externalHost?: string;
  /** How many changes of one kind are remembered for watches. */
  readonly historyLimit?: number;
  readonly tokens?: ReadonlyMap<string, User>;
  /** What known users may not do. Read at every request. */
  readonly denies?: readonly DenyRule[];
  readonly podLogs?: PodLogs;
}

export interface ApiServer {
  readonly url: string;
  readonly port: number;
  readonly caPem: string;
  readonly storage: Storage;
  readonly authorities: Authorities;
  /** A kubeconfig of a member of system:masters. */
  adminKubeconfig(): string;
  /** A client certificate for another user. */
  credentials(user: string, groups: readonly string[]): Promise<CertificatePair>;
  kubeconfig(user: string, groups: readonly string[]): Promise<string>;
  /** Signs the certificate with which the aggregator shows itself. */
  readonly frontProxyAuthority: CertificatePair;
  /** Where logs come from, as soon as there is a node agent. */
  setPodLogs(logs: PodLogs): void;
  /** Makes requests fail; the returned function ends that. */
  inject(rule: FaultRule): () => void;
  /** Forgets history: every older resourceVersion is answered with 410. */
  compact(): void;
  /** Ends every connection. The storage stays as it is. */
  stop(): Promise<void>;
}

const DEFAULT_HISTORY = 5_000;
const ADMIN = { name: 'sluice-sandbox-admin', groups: ['system:masters'] } as const;
/** Longer than the pause between two polls of any client, so that connections are reused. */
const KEEP_ALIVE_MS = 90_000;

export async function createApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { clock, random, log, host = '127.0.0.1' } = options;
  const externalHost = options.externalHost ?? host;
  const storage = options.storage ?? createStorage({ historyLimit: options.historyLimit ?? DEFAULT_HISTORY });
  const authorities = options.authorities ?? (await createAuthorities(clock.now()));
  const [serving, admin, frontProxyClient] = await Promise.all([
    issueServer(authorities.cluster, [host, externalHost], clock.now()),
    issueClient(authorities.cluster, ADMIN.name, ADMIN.groups, clock.now()),
    issueClient(authorities.frontProxy, 'front-proxy-client', [], clock.now()),
  ]);

  const stopping = new AbortController();
  const tokens = createTokenTable(options.tokens ?? new Map());
  const authorize = createAuthorizer(options.denies ?? []);
  const registry = createRegistry(storage, createRuleCheck(log));
  const stopFurnishing = bootstrap({ storage, registry, authorities, clock, random });
  const admission = createWebhookAdmission({ storage, clock, log });
  const writer = createWriter({ storage, admission, clock, random });
  const aggregator = createAggregator({ storage, writer, registry, clock, log, client: frontProxyClient });
  const reads = createReads(storage, clock);
  const writes = createWrites({ storage, writer, reads, clock });
  const faults = createFaultInjector();
  let podLogs = options.podLogs;
  const subresources = createSubresources({ storage, writer, tokens, clock, random, podLogs: () => podLogs });
  const housekeeping = startHousekeeping({ storage, registry, writer, clock, log, signal: stopping.signal });
  const handler = createHandler({
    registry,
    tokens,
    authorize,
    aggregator,
    reads,
    writes,
    subresources,
    faults,
    log,
    stopping: stopping.signal,
    paths: {
      registry,
      openApi: createOpenApi(registry),
      remote: () => aggregator.discovered(),
      address: () => `${externalHost}:${port}`,
    },
  });

  const server = createServer(
    {
      cert: serving.certPem,
      key: serving.keyPem,
      ca: authorities.cluster.certPem,
      requestCert: true,
      rejectUnauthorized: false,
      keepAliveTimeout: KEEP_ALIVE_MS,
    },
    handler,
  );
  // closeAllConnections() knows nothing of one in the middle of its TLS handshake, and close() would wait for it for ever.
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  // A client that breaks off a handshake is no event.
  server.on('tlsClientError', () => {});
  const end = (): void => {
    stopping.abort(new Error('the API server stops'));
    housekeeping.stop();
    stopFurnishing();
    aggregator.stop();
    admission.stop();
  };
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      end();
      reject(error);
    });
    server.listen(options.port ?? 0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const url = `https://${externalHost.includes(':') ? `[${externalHost}]` : externalHost}:${port}`;
  const caPem = authorities.cluster.certPem;
  const credentials: ApiServer['credentials'] = (user, groups) =>
    issueClient(authorities.cluster, user, groups, clock.now());

  return {
    url,
    port,
    caPem,
    storage,
    authorities,
    frontProxyAuthority: authorities.frontProxy,
    adminKubeconfig: () => kubeconfigText({ url, caPem, user: ADMIN.name, pair: admin }),
    credentials,
    kubeconfig: async (user, groups) => kubeconfigText({ url, caPem, user, pair: await credentials(user, groups) }),
    setPodLogs: (logs) => void (podLogs = logs),
    inject: (rule) => faults.inject(rule),
    compact: () => storage.compact(),
    async stop() {
      end();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
