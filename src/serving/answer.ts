// What a request is answered with, before it meets a socket.
import { createHash } from 'node:crypto';

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export function json(status: number, document: unknown): Answer {
  return { status, type: 'application/json', body: JSON.stringify(document) };
}

export function text(status: number, body: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body };
}

/** A document that never changes while we run: its readers may keep it by its ETag. */
export function fixed(document: unknown, type = 'application/json'): Answer {
  const body = JSON.stringify(document);
  return { status: 200, type, body, headers: { etag: `"${hashOf(body)}"`, vary: 'Accept' } };
}

export function hashOf(body: string): string {
  return createHash('sha256').update(body).digest('hex').toUpperCase();
}
