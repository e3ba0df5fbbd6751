// How AWS's SDK reaches AWS: over the HTTP client that scalers have, so that deadlines, proxies and errors are the same.
import { Readable } from 'node:stream';
import type { HttpClient } from './http.ts';

/** What the SDK asks; its own type is wider. */
interface AwsRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** `what` names AWS in errors. Requests end with `signal`. */
export function createAwsTransport({
  http,
  what,
  signal,
}: {
  readonly http: HttpClient;
  readonly what: string;
  readonly signal: AbortSignal;
}) {
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle({ protocol, hostname, port, path, method, headers, body }: AwsRequest) {
      const url = new URL(`${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}`);
      const request = {
        method: method === 'POST' ? 'POST' : 'GET',
        headers,
        ...(typeof body === 'string' && body !== '' ? { body } : {}),
      } as const;
      const answer = await http.request(url, what, request, signal);
      const fields = Object.entries(answer.headers ?? {}).map(([name, value]) => [name, String(value)]);
      return {
        response: {
          statusCode: answer.status,
          headers: Object.fromEntries(fields) as Record<string, string>,
          body: Readable.from([Buffer.from(answer.text)]),
        },
      };
    },
    updateHttpClientConfig(): void {},
    httpHandlerConfigs: () => ({}),
  };
}
