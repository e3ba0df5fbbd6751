// A server that takes CloudEvents, in either form, and answers what a test wants it to.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { CertificatePair } from '../../src/pki.ts';

export interface TakenEvent {
  readonly id: string;
  readonly source: string;
  readonly subject: string;
  readonly type: string;
  readonly time: string;
  readonly data: { readonly reason: string; readonly message: string };
}

export interface CloudEventSink {
  readonly port: number;
  /** What was answered with 200, in order. */
  readonly taken: readonly TakenEvent[];
  /** Of those and of the others. */
  readonly requests: readonly { readonly url: string; readonly headers: IncomingMessage['headers'] }[];
  /** `type subject reason`, of what has this subject. */
  about(subject: string): readonly string[];
  answer(status: number): void;
  stop(): Promise<void>;
}

/** With a certificate it speaks TLS. */
export async function startCloudEventSink(certificate?: CertificatePair): Promise<CloudEventSink> {
  const taken: TakenEvent[] = [];
  const requests: { url: string; headers: IncomingMessage['headers'] }[] = [];
  let status = 200;

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += String(chunk);
    requests.push({ url: request.url ?? '', headers: request.headers });
    if (status === 200) taken.push(...eventsIn(request, JSON.parse(text)));
    response.writeHead(status).end('what the sink says');
  }

  const answering = (request: IncomingMessage, response: ServerResponse): void => void take(request, response);
  const server = certificate
    ? createSecureServer({ cert: certificate.certPem, key: certificate.keyPem }, answering)
    : createServer(answering);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    taken,
    requests,
    about: (subject) =>
      taken.flatMap((event) => (event.subject === subject ? [`${event.type} ${event.data.reason}`] : [])),
    answer(next) {
      status = next;
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function eventsIn({ headers }: IncomingMessage, body: unknown): readonly TakenEvent[] {
  if (Array.isArray(body)) return body as TakenEvent[];
  const attribute = (name: string): string => decodeURIComponent(String(headers[`ce-${name}`] ?? ''));
  const [id, source, subject] = ['id', 'source', 'subject'].map(attribute) as [string, string, string];
  return [{ id, source, subject, type: attribute('type'), time: attribute('time'), data: body as TakenEvent['data'] }];
}
