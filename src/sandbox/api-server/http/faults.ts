// Faults on purpose, so that clients can be tested against a server that refuses, hangs up or stays silent.
import type { IncomingMessage, ServerResponse } from 'node:http';

export type Fault =
  | 'reset'
  | 'hang'
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string };

export interface SeenRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Tells one client from another. */
  readonly userAgent: string;
}

/** What happens to a request; undefined lets it pass. */
export type FaultRule = (request: SeenRequest) => Fault | undefined;

export interface FaultInjector {
  /** Adds a rule; the returned function takes it away. */
  inject(rule: FaultRule): () => void;
  /** True when a rule has taken the request. */
  strike(request: IncomingMessage, response: ServerResponse): boolean;
}

export function createFaultInjector(): FaultInjector {
  const rules = new Set<FaultRule>();
  return {
    inject(rule) {
      rules.add(rule);
      return () => rules.delete(rule);
    },
    strike(request, response) {
      const { method = 'GET', url = '/', headers } = request;
      for (const rule of rules) {
        const fault = rule({ method, path: url, userAgent: headers['user-agent'] ?? '' });
        if (fault === undefined) continue;
        if (fault === 'reset') request.socket.destroy();
        else if (fault !== 'hang') {
          response.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers });
          response.end(fault.body ?? '');
        }
        return true;
      }
      return false;
    },
  };
}
