// Gives each pod that asks for it a Dapr sidecar inside this process (Dapr's injector and daprd in one).
import { Writable } from 'node:stream';
import type { Clock } from '../../async.ts';
import type { KubeClient, KubeObject } from '../../kube/client.ts';
import { createLogger, type Logger } from '../../log.ts';
import type { InjectedSidecar, SidecarInjector } from '../node-agent/sidecar.ts';
import { newUuid } from '../uuid.ts';
import { readAnnotations, type SidecarSettings } from './annotations.ts';
import { loadDaprObjects } from './dapr-objects.ts';
import { createSidecar } from './sidecar.ts';
import { createSidecarPorts, type SidecarPorts } from './sidecar-ports.ts';

export interface DaprInjectorDeps {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
}

/** Sidecars run inside this process and speak HTTP only. */
export function createDaprInjector(deps: DaprInjectorDeps): SidecarInjector {
  const free = createSidecarPorts(deps.random);
  return {
    async inject(pod, _signal, ports) {
      const annotations = readAnnotations(pod);
      if (!annotations) return undefined;
      for (const warning of annotations.warnings) {
        deps.log.warn('pod annotation', { pod: pod.metadata.name, warning });
      }
      return createInjected(pod, annotations.settings, ports ?? new Map(), { ...deps, free });
    },
  };
}

async function createInjected(
  pod: KubeObject,
  settings: SidecarSettings,
  ports: ReadonlyMap<number, number>,
  { client, clock, random, log, free }: DaprInjectorDeps & { readonly free: SidecarPorts },
): Promise<InjectedSidecar> {
  const [httpPort, grpcPort] = [await free.take(), await free.take()];
  const release = (): void => {
    free.release(httpPort);
    free.release(grpcPort);
  };
  const { appId, appPort } = settings;
  const lines = createLineLog();
  const sidecar = createSidecar({
    settings,
    httpPort,
    loadObjects: (signal) => loadDaprObjects(client, settings, random, signal),
    clock,
    random,
    newId: () => newUuid(random),
    log: both(lines.log, log.child({ pod: pod.metadata.name, appId })),
  });
  return {
    containerName: 'daprd',
    env: {
      APP_ID: appId,
      DAPR_HTTP_PORT: String(httpPort),
      // Nothing listens there: the stand-in speaks HTTP only. Programs read the variable all the same.
      DAPR_GRPC_PORT: String(grpcPort),
      ...(appPort === undefined ? {} : { APP_PORT: String(ports.get(appPort) ?? appPort) }),
    },
    start: (real) => sidecar.start(appPort === undefined ? undefined : (real.get(appPort) ?? appPort)),
    ready: sidecar.ready,
    stop: () => sidecar.stop().finally(release),
    kill() {
      sidecar.kill();
      release();
    },
    onLog: lines.onLine,
  };
}

/** A logger whose lines go to listeners, as a container's output goes to its log. */
function createLineLog(): { readonly log: Logger; onLine(listener: (line: string) => void): void } {
  const listeners = new Set<(line: string) => void>();
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: unknown, _encoding, done) {
      for (const line of String(chunk).split('\n')) {
        if (line !== '') for (const listener of listeners) listener(line);
      }
      done();
    },
  });
  return {
    log: createLogger({ level: 'info', format: 'json', stream }),
    onLine: (listener) => void listeners.add(listener),
  };
}

/** The pod's log gets everything; the sandbox's own what went wrong, and the rest at debug. */
function both(own: Logger, outer: Logger): Logger {
  return {
    debug: (message, fields) => own.debug(message, fields),
    info(message, fields) {
      own.info(message, fields);
      outer.debug(message, fields);
    },
    warn(message, fields) {
      own.warn(message, fields);
      outer.warn(message, fields);
    },
    error(message, fields) {
      own.error(message, fields);
      outer.error(message, fields);
    },
    child: (fields) => both(own.child(fields), outer.child(fields)),
  };
}
