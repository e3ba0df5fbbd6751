// A plain HTTP client of an API server: any request, any user, watches as they come.
import { Agent, request } from 'undici';
import type { ClusterServer } from './cluster-server.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  // What a test expects of the body is the test's business.
  readonly json: any; // oxlint-disable-line typescript/no-explicit-any
}

export interface WatchedEvent {
  readonly type: string;
  readonly object: any; // oxlint-disable-line typescript/no-explicit-any
}

export interface ApiClient {
  call(method: string, path: string, body?: unknown, type?: string): Promise<Answer>;
  /** Events are added to the list as they come, until close() or the server's end. */
  watch(path: string): Promise<readonly WatchedEvent[]>;
  close(): Promise<void>;
}

export async function createApiClient(
  server: Pick<ClusterServer, 'url' | 'caPem' | 'credentials'>,
  user = 'tester',
  groups = ['system:masters'],
): Promise<ApiClient> {
  const { certPem, keyPem } = await server.credentials(user, groups);
  const dispatcher = new Agent({ connect: { ca: server.caPem, cert: certPem, key: keyPem }, bodyTimeout: 0 });
  return {
    async call(method, path, body, type = 'application/json') {
      const answer = await request(`${server.url}${path}`, {
        method: method as 'GET',
        dispatcher,
        headers: { 'content-type': type, 'user-agent': 'test/1' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.body.text();
      const isJson = String(answer.headers['content-type']).startsWith('application/json') && text !== '';
      return { status: answer.statusCode, headers: answer.headers, json: isJson ? JSON.parse(text) : text };
    },
    async watch(path) {
      const events: WatchedEvent[] = [];
      const answer = await request(`${server.url}${path}`, { dispatcher });
      let rest = '';
      answer.body.setEncoding('utf8');
      answer.body.on('data', (chunk: string) => {
        const lines = `${rest}${chunk}`.split('\n');
        rest = lines.pop() ?? '';
        events.push(...lines.map((line) => JSON.parse(line) as WatchedEvent));
      });
      answer.body.on('error', () => {});
      return events;
    },
    close: () => dispatcher.destroy(),
  };
}
