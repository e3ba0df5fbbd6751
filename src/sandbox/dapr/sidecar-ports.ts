// Ports for sidecars: the pod's environment must name one before anything listens on it.
import { createServer } from 'node:net';
import { InternalError } from '../../errors.ts';

// Below the ephemeral ranges of Linux and macOS, so that no outgoing connection takes a port in between, and above the node agent's.
const FIRST_PORT = 30_000;
const PORTS = 2_000;
const ATTEMPTS = 200;

export interface SidecarPorts {
  take(): Promise<number>;
  release(port: number): void;
}

export function createSidecarPorts(random: () => number): SidecarPorts {
  const taken = new Set<number>();
  return {
    async take() {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const port = FIRST_PORT + Math.floor(random() * PORTS);
        if (taken.has(port)) continue;
        taken.add(port);
        if (await isFree(port)) return port;
        taken.delete(port);
      }
      throw new InternalError(`no free port between ${FIRST_PORT} and ${FIRST_PORT + PORTS - 1} on 127.0.0.1`);
    },
    release: (port) => void taken.delete(port),
  };
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
