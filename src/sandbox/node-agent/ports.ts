// All pods share this host, so each containerPort gets a free loopback port of its own, and a pod's annotation says which.
import { createServer } from 'node:net';
import { InternalError } from '../../errors.ts';
import { LOOPBACK } from './downward.ts';
import type { Container, Pod } from './pod.ts';

/** JSON object from containerPort to the port on this host, for whoever wants to reach the pod. */
export const PORTS_ANNOTATION = 'sandbox.sluice.dev/ports';

export interface PortTable {
  /** A port for each declared containerPort; `hostPort` and `hostNetwork` are taken at their word. */
  allocate(pod: Pod): Promise<ReadonlyMap<number, number>>;
  release(ports: ReadonlyMap<number, number>): void;
}

// Below the ephemeral ranges of Linux (from 32768) and macOS (from 49152): a port found free stays free of outgoing connections.
const FIRST_PORT = 20_000;
const PORTS = 10_000;

export function createPortTable(random: () => number): PortTable {
  const taken = new Set<number>();
  const findFree = async (): Promise<number> => {
    for (let attempt = 0; attempt < 200; attempt++) {
      const port = FIRST_PORT + Math.floor(random() * PORTS);
      if (taken.has(port)) continue;
      taken.add(port);
      if (await isFree(port)) return port;
      taken.delete(port);
    }
    throw new InternalError(`no free port between ${FIRST_PORT} and ${FIRST_PORT + PORTS - 1} on ${LOOPBACK}`);
  };
  return {
    async allocate(pod) {
      const ports = new Map<number, number>();
      for (const container of [...(pod.spec.initContainers ?? []), ...pod.spec.containers]) {
        for (const { containerPort, hostPort } of container.ports ?? []) {
          if (ports.has(containerPort)) continue;
          const fixed = hostPort ?? (pod.spec.hostNetwork === true ? containerPort : undefined);
          ports.set(containerPort, fixed ?? (await findFree()));
        }
      }
      return ports;
    },
    release(ports) {
      for (const port of ports.values()) taken.delete(port);
    },
  };
}

/** PORT is the container's first port; PORT_<containerPort> is there for every port of the pod. */
export function portVariables(container: Container, ports: ReadonlyMap<number, number>): Record<string, string> {
  const variables = Object.fromEntries([...ports].map(([port, host]) => [`PORT_${port}`, String(host)]));
  const first = container.ports?.[0];
  const own = first && ports.get(first.containerPort);
  return own === undefined ? variables : { ...variables, PORT: String(own) };
}

/** The real port behind a probe's port, which is a number or the name of a declared port; undefined when no port has that name. */
export function resolvePort(
  wanted: number | string,
  container: Container,
  ports: ReadonlyMap<number, number>,
): number | undefined {
  const declared =
    typeof wanted === 'number' ? wanted : container.ports?.find((port) => port.name === wanted)?.containerPort;
  return declared === undefined ? undefined : (ports.get(declared) ?? declared);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, LOOPBACK, () => server.close(() => resolve(true)));
  });
}
