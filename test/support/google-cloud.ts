// Google Cloud on this machine: its token service, the metadata server of a machine there, and hosts of its APIs.
import { createVerify, generateKeyPairSync } from 'node:crypto';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { startAzureCloud } from './azure-cloud.ts';

export const GCP_PROJECT = 'machines';
const PROJECT_OF_KEY = 'shop';

export interface GoogleCloud {
  /** A key of a service account of the project `shop`, as JSON. */
  readonly key: string;
  /** Everyone who got a token: the account of a key, or `our-own`. */
  readonly issuedTo: readonly string[];
  /** Who got this token, in a request to an API; undefined for one that nobody got. */
  bearerOf(request: IncomingMessage): string | undefined;
  /** From now on both token services answer in this way. */
  setTokenService(mode: 'gives' | 'refuses' | 'fails' | 'silent'): void;
  /** Whoever waits for an answer gets none. */
  dropConnections(): void;
  /** How often the metadata server was asked for the project. */
  readonly projectAsked: number;
  stop(): Promise<void>;
}

/** `api` answers at `hosts`, over TLS; a key is to ask for tokens of `scope`. Sets the environment that leads there. */
export async function startGoogleCloud(
  { hosts, scope: expected }: { readonly hosts: readonly string[]; readonly scope: string },
  api: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<GoogleCloud> {
  const network = await startAzureCloud();
  const pair = generateKeyPairSync('rsa', {
    modulusLength: 2_048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const account = `queues@${PROJECT_OF_KEY}.iam.gserviceaccount.com`;
  const issuedTo: string[] = [];
  let mode: Parameters<GoogleCloud['setTokenService']>[0] = 'gives';
  let projectAsked = 0;

  function give(response: ServerResponse, who: string): void {
    if (mode === 'silent') return;
    const text = JSON.stringify({ error: 'invalid_grant', error_description: `what Google says of ${who}` });
    if (mode !== 'gives') return void response.writeHead(mode === 'refuses' ? 403 : 503).end(text);
    issuedTo.push(who);
    const token = { access_token: `token-${issuedTo.length - 1}`, expires_in: 3_600, token_type: 'Bearer' };
    response.writeHead(200, { 'content-type': 'application/json', 'metadata-flavor': 'Google' });
    response.end(JSON.stringify(token));
  }

  /** Whose key signed it, if it asks for what is ours to ask for. */
  function claimant(assertion: string): string {
    const [head = '', body = '', signature = ''] = assertion.split('.');
    const check = createVerify('RSA-SHA256').update(`${head}.${body}`);
    const { iss, scope } = JSON.parse(String(Buffer.from(body, 'base64url'))) as { iss: string; scope: string };
    return check.verify(pair.publicKey, signature, 'base64url') && scope === expected ? iss : 'nobody';
  }

  async function answerTo(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url !== '/token') return api(request, response);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    give(response, claimant(new URLSearchParams(String(Buffer.concat(chunks))).get('assertion') ?? ''));
  }

  const all = ['oauth2.googleapis.com', ...hosts];
  const { certPem: cert, keyPem } = await network.certificateFor(...all);
  const google = createServer({ cert, key: keyPem }, (request, response) => void answerTo(request, response));
  const metadata = createHttpServer(({ headers, url = '' }, response) => {
    if (headers['metadata-flavor'] !== 'Google') return void response.writeHead(403).end();
    if (url.includes('/token')) return give(response, 'our-own');
    if (url.endsWith('/project/project-id')) projectAsked++;
    const text = url.endsWith('/project/project-id') ? GCP_PROJECT : url.includes('universe') ? 'googleapis.com' : '';
    response.writeHead(200, { 'metadata-flavor': 'Google' }).end(text);
  });
  for (const server of [google, metadata])
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  for (const host of all) network.lead(host, (google.address() as AddressInfo).port);
  const { GCE_METADATA_HOST: before } = process.env;
  process.env['GCE_METADATA_HOST'] = `127.0.0.1:${(metadata.address() as AddressInfo).port}`;

  return {
    key: JSON.stringify({
      type: 'service_account',
      project_id: PROJECT_OF_KEY,
      client_email: account,
      private_key: pair.privateKey,
    }),
    issuedTo,
    bearerOf({ headers: { authorization = '' } }) {
      const serial = /^Bearer token-(\d+)$/.exec(authorization)?.[1];
      return serial === undefined ? undefined : issuedTo[Number(serial)];
    },
    setTokenService: (wanted) => void (mode = wanted),
    dropConnections() {
      for (const server of [google, metadata]) server.closeAllConnections();
    },
    get projectAsked() {
      return projectAsked;
    },
    async stop() {
      if (before === undefined) delete process.env['GCE_METADATA_HOST'];
      else process.env['GCE_METADATA_HOST'] = before;
      for (const server of [google, metadata]) {
        server.closeAllConnections();
        await new Promise((closed) => server.close(closed));
      }
      await network.stop();
    },
  };
}
