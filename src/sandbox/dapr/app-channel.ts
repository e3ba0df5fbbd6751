// Calls from the sidecar into the app: plain HTTP on loopback, never more work at once than the app allows.
import { connect } from 'node:net';
import { Pool } from 'undici';
import { createLimiter } from '../../async.ts';

export interface AppAnswer {
  readonly status: number;
  readonly body: string;
}

export interface AppRequest {
  readonly method: 'GET' | 'POST' | 'OPTIONS';
  /** With or without the leading slash. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

export interface AppChannel {
  /** Rejects when the app can't be reached or breaks off; any status is an answer. Waits as long as the app works. */
  call(request: AppRequest, signal: AbortSignal): Promise<AppAnswer>;
  /** True when something listens on the app's port. */
  listens(): Promise<boolean>;
  close(): Promise<void>;
}

/** Answers of the app beyond this are cut: only a short status is ever read from them. */
const MAX_ANSWER_BYTES = 1024 * 1024;

export function createAppChannel(host: string, port: number, maxConcurrency: number): AppChannel {
  const pool = new Pool(`http://${host}:${port}`, { headersTimeout: 0, bodyTimeout: 0 });
  const limit = createLimiter(maxConcurrency);
  async function request({ method, path, headers = {}, body }: AppRequest, signal: AbortSignal): Promise<AppAnswer> {
    const answer = await pool.request({
      method,
      path: path.startsWith('/') ? path : `/${path}`,
      headers,
      signal,
      ...(body === undefined ? {} : { body }),
    });
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size <= MAX_ANSWER_BYTES) chunks.push(chunk);
    }
    return { status: answer.statusCode, body: Buffer.concat(chunks).toString('utf8') };
  }

  return {
    // Only work counts: a health check that waited behind it would call a busy app unhealthy.
    call: (asked, signal) => (asked.method === 'POST' ? limit(() => request(asked, signal)) : request(asked, signal)),
    listens: () =>
      new Promise((resolve) => {
        const socket = connect({ host, port });
        const settle = (answer: boolean): void => {
          socket.destroy();
          resolve(answer);
        };
        socket.once('connect', () => settle(true));
        socket.once('error', () => settle(false));
      }),
    close: () => pool.destroy(),
  };
}
