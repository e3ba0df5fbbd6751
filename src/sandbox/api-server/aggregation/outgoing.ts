// Requests the API server makes itself, to aggregated servers and webhooks: one kept-alive agent for each way to trust.
import { type IncomingMessage, type OutgoingHttpHeaders, request as httpRequest } from 'node:http';
import { Agent, request as httpsRequest, type RequestOptions } from 'node:https';

export interface Destination {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  /** PEM; undefined trusts what the system trusts. */
  readonly ca: string | undefined;
  readonly insecure: boolean;
  /** The name the certificate must carry, when it is not the host. */
  readonly serverName: string | undefined;
}

export interface Outgoing {
  /** The answer's head and stream. Rejects when there is none. The caller consumes or destroys the stream. */
  open(to: Destination, options: OpenOptions, body: Uint8Array | undefined): Promise<IncomingMessage>;
  /** The whole answer as text. */
  call(
    to: Destination,
    options: OpenOptions,
    body: Uint8Array | undefined,
  ): Promise<{ readonly status: number; readonly text: string }>;
  close(): void;
}

export interface OpenOptions {
  readonly method: string;
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  readonly signal: AbortSignal;
}

export function createOutgoing(identity: { readonly certPem: string; readonly keyPem: string } | undefined): Outgoing {
  const agents = new Map<string, Agent>();

  const agentFor = ({ ca, insecure, serverName }: Destination): Agent => {
    const key = JSON.stringify([ca, insecure, serverName]);
    let agent = agents.get(key);
    if (!agent) {
      agent = new Agent({
        keepAlive: true,
        rejectUnauthorized: !insecure,
        ...(ca === undefined ? {} : { ca }),
        ...(serverName === undefined ? {} : { servername: serverName }),
        ...(identity ? { cert: identity.certPem, key: identity.keyPem } : {}),
      });
      agents.set(key, agent);
    }
    return agent;
  };

  const open: Outgoing['open'] = (to, { method, path, headers, signal }, body) =>
    new Promise((resolve, reject) => {
      const options: RequestOptions = { host: to.host, port: to.port, method, path, headers, signal };
      const request = to.secure
        ? httpsRequest({ ...options, agent: agentFor(to) }, resolve)
        : httpRequest(options, resolve);
      request.on('error', reject);
      request.end(body);
    });

  return {
    open,
    async call(to, options, body) {
      const answer = await open(to, options, body);
      const chunks: Buffer[] = [];
      for await (const chunk of answer) chunks.push(Buffer.from(chunk as Uint8Array));
      return { status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') };
    },
    close() {
      for (const agent of agents.values()) agent.destroy();
    },
  };
}
