// A Connection to a stub: plain HTTP, and a new token each time the last one was refused.
import { Agent } from 'undici';
import type { Connection } from '../../src/kube/connection.ts';

export function plainConnection(url: string): Connection {
  const dispatcher = new Agent({ connections: 16 });
  const watchDispatcher = new Agent();
  let refused = 0;
  return {
    server: url,
    namespace: 'default',
    dispatcher,
    watchDispatcher,
    headers: async () => ({ authorization: `Bearer token-${refused}` }),
    forgetCredentials() {
      refused++;
    },
    async close() {
      await Promise.all([dispatcher.destroy(), watchDispatcher.destroy()]);
    },
  };
}
