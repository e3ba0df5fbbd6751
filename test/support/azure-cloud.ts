// Azure's names on this machine: a proxy that leads its hosts to loopback ports, its directory, and certificates that all believe.
import { rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { systemClock } from '../../src/async.ts';
import { type CertificatePair, createAuthority, issueCertificate } from '../../src/pki.ts';
import { scratchDirectory } from './scratch.ts';

/** What was asked for at the directory, and by whom. */
export interface TokenExchange {
  readonly host: string;
  readonly tenant: string;
  readonly clientId: string;
  readonly scope: string;
}

export interface AzureCloud {
  readonly exchanges: readonly TokenExchange[];
  /** Everything that was asked for at a host that leads nowhere. */
  readonly unknownHosts: readonly string[];
  /** Makes `host` lead to a loopback port, where a server with a certificate for it speaks TLS. */
  lead(host: string, port: number): void;
  certificateFor(...hosts: readonly string[]): Promise<CertificatePair>;
  /** True for a token that the directory gave for `resource`, such as `https://storage.azure.com`. */
  vouches(token: string, resource: string): boolean;
  /** From now on the directory answers in this way. */
  setDirectory(mode: 'gives' | 'refuses' | 'fails' | 'silent'): void;
  /** As the kubelet does from time to time. */
  rotateServiceAccountToken(): Promise<void>;
  stop(): Promise<void>;
}

export const CLIENT_ID = '11111111-1111-4111-8111-111111111111';
export const TENANT_ID = '22222222-2222-4222-8222-222222222222';
/** Of every application that shows one, instead of a workload's token. */
export const CLIENT_SECRET = 'application~secret';

/** `directoryHosts`: names that the directory goes by. Sets the environment that azure-workload-identity gives a pod. */
export async function startAzureCloud(directoryHosts = ['login.microsoftonline.com']): Promise<AzureCloud> {
  const authority = await createAuthority({ commonName: 'test cloud', now: systemClock.now(), days: 1 });
  const trusted = getCACertificates('default');
  setDefaultCACertificates([...trusted, authority.certPem]);
  const folder = await scratchDirectory('azure');
  const tokenFile = join(folder, 'token');
  const ports = new Map<string, number>();
  const exchanges: TokenExchange[] = [];
  const unknownHosts: string[] = [];
  const issued = new Map<string, string>();
  let serviceAccountToken = '';
  let mode: Parameters<AzureCloud['setDirectory']>[0] = 'gives';

  const certificateFor: AzureCloud['certificateFor'] = (...dnsNames) =>
    issueCertificate(authority, {
      commonName: dnsNames[0] ?? '',
      dnsNames,
      ipAddresses: ['127.0.0.1'],
      usages: ['server'],
      now: systemClock.now(),
      days: 1,
    });
  const rotateServiceAccountToken = async (): Promise<void> => {
    serviceAccountToken = `service-account-${Math.random()}`;
    await writeFile(tokenFile, serviceAccountToken);
  };

  const certificate = await certificateFor(...directoryHosts);
  const directory = createHttpsServer(
    { cert: certificate.certPem, key: certificate.keyPem },
    (request, response) => void answerTo(request, response),
  );
  async function answerTo(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { host, pathname } = new URL(`https://${request.headers.host}${request.url}`);
    const [, tenant = ''] = pathname.split('/');
    const answer = (status: number, body: unknown): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (pathname.endsWith('/openid-configuration')) {
      const base = `https://${host}/${tenant}`;
      const endpoints = { token_endpoint: `${base}/oauth2/v2.0/token`, jwks_uri: `${base}/discovery/v2.0/keys` };
      return answer(200, { issuer: `${base}/v2.0`, authorization_endpoint: `${base}/authorize`, ...endpoints });
    }
    const form = new URLSearchParams(await bodyOf(request));
    exchanges.push({ host, tenant, clientId: form.get('client_id') ?? '', scope: form.get('scope') ?? '' });
    if (mode === 'silent') return;
    if (mode === 'fails') return answer(503, { error: 'temporarily_unavailable' });
    const isProven =
      form.get('client_assertion') === serviceAccountToken || form.get('client_secret') === CLIENT_SECRET;
    if (mode === 'refuses' || !isProven) {
      return answer(401, { error: 'invalid_client', error_description: 'what the directory says' });
    }
    const resource = (form.get('scope') ?? '').replace(/\/\.default.*/, '');
    const token = unsignedToken(tenant, resource, exchanges.length);
    issued.set(token, resource);
    answer(200, { token_type: 'Bearer', expires_in: 3_600, access_token: token });
  }
  const proxy = createHttpServer();
  const tunnels = new Set<Socket>();
  proxy.on('connect', ({ url = '' }: IncomingMessage, client: Socket) => {
    const [host = ''] = url.split(':');
    const port = ports.get(host);
    client.on('error', () => {});
    if (port === undefined) {
      unknownHosts.push(host);
      return void client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    }
    const upstream = connect(port, '127.0.0.1', () => client.write('HTTP/1.1 200 OK\r\n\r\n'));
    upstream.on('error', () => {});
    tunnels.add(client).add(upstream);
    client.on('close', () => upstream.destroy()).pipe(upstream);
    upstream.on('close', () => client.destroy()).pipe(client);
  });
  const directoryPort = await listen(directory);
  for (const host of directoryHosts) ports.set(host, directoryPort);
  const before = { ...process.env };
  Object.assign(process.env, {
    HTTPS_PROXY: `http://127.0.0.1:${await listen(proxy)}`,
    NO_PROXY: '127.0.0.1,localhost',
    AZURE_CLIENT_ID: CLIENT_ID,
    AZURE_TENANT_ID: TENANT_ID,
    AZURE_FEDERATED_TOKEN_FILE: tokenFile,
    AZURE_AUTHORITY_HOST: `https://${directoryHosts[0]}/`,
  });
  await rotateServiceAccountToken();

  return {
    exchanges,
    unknownHosts,
    lead: (host, port) => void ports.set(host, port),
    certificateFor,
    vouches: (token, resource) => issued.get(token) === resource,
    setDirectory: (wanted) => void (mode = wanted),
    rotateServiceAccountToken,
    async stop() {
      for (const name of [
        'HTTPS_PROXY',
        'NO_PROXY',
        ...Object.keys(process.env).filter((key) => key.startsWith('AZURE_')),
      ]) {
        if (before[name] === undefined) delete process.env[name];
        else process.env[name] = before[name];
      }
      setDefaultCACertificates(trusted);
      for (const tunnel of tunnels) tunnel.destroy();
      directory.closeAllConnections();
      await Promise.all([directory, proxy].map((server) => new Promise((closed) => server.close(closed))));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** A JSON web token as the directory makes them, but nobody signed it; `serial` makes it one of its kind. */
function unsignedToken(tenant: string, audience: string, serial: number): string {
  const nowS = Math.floor(systemClock.now() / 1_000);
  const claims = { aud: audience, iss: `https://sts.windows.net/${tenant}/`, iat: nowS, nbf: nowS, exp: nowS + 3_600 };
  const parts = [
    { alg: 'none', typ: 'JWT' },
    { ...claims, jti: String(serial) },
  ];
  return `${parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.unsigned`;
}
