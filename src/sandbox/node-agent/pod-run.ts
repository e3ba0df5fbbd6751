// Runs a pod's containers in Kubernetes' order: ports, volumes, sidecar, init containers one by one, then all the others at once.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { backoffMs, sleep } from '../../async.ts';
import { PODS } from '../../kube/resources.ts';
import { createConfigReader } from './config-data.ts';
import type { ContainerLogs } from './container-logs.ts';
import { startContainer } from './container-runner.ts';
import type { RecordEvent, Runner } from './container-runner.ts';
import { prepareLaunch } from './launch.ts';
import { expand } from './environment.ts';
import type { ImageTable } from './image-table.ts';
import type { InjectedContainer } from './injected-container.ts';
import type { NodeContext } from './node-context.ts';
import type { Container, ContainerStatus, Pod, RestartPolicy } from './pod.ts';
import { PORTS_ANNOTATION, portVariables } from './ports.ts';
import type { InjectedSidecar } from './sidecar.ts';
import { startSidecar } from './sidecar-runner.ts';
import { createTokenReader, keepTokensFresh } from './service-account.ts';
import { prepareVolumes } from './volumes.ts';

export interface PodRun {
  readonly initialized: boolean;
  init(): readonly ContainerStatus[];
  /** The containers of the spec, then the injected sidecar. */
  main(): readonly ContainerStatus[];
  /** Resolves when every container has ended for good. Never rejects. */
  readonly done: Promise<void>;
  /** Ends all containers; again with a shorter time brings their SIGKILL forward. Resolves when all are gone. */
  stop(graceMs: number): Promise<void>;
}

export interface PodRunOptions {
  /** With the injected container in it. */
  readonly pod: Pod;
  readonly added: InjectedContainer | undefined;
  readonly directory: string;
  readonly logs: ContainerLogs;
  readonly graceMs: number;
  readonly event: RecordEvent;
  changed(): void;
}

export function startPodRun(context: NodeContext, options: PodRunOptions): PodRun {
  const { client, clock, random, log } = context;
  const { pod, added, event, changed, logs } = options;
  const { namespace = 'default', name, uid } = pod.metadata;
  const volumeDirectory = join(options.directory, 'volumes');
  const policy = pod.spec.restartPolicy ?? 'Always';
  const inits = pod.spec.initContainers ?? [];
  const earlier = new Map(
    [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])].map((s) => [s.name, s]),
  );
  const runners = new Map<string, Runner>();
  let ports: ReadonlyMap<number, number> = new Map();
  let injected: InjectedSidecar | undefined;
  let initialized = false;
  let blocked: { reason: string; message: string } | undefined;
  /** Aborted when the pod is to end: nothing new starts. */
  const ending = new AbortController();

  const statusOf = (container: { readonly name: string; readonly image?: string }): ContainerStatus => {
    const before = earlier.get(container.name);
    const reason = initialized || inits.length === 0 ? 'ContainerCreating' : 'PodInitializing';
    return (
      runners.get(container.name)?.status() ?? {
        name: container.name,
        image: container.image ?? '',
        imageID: '',
        ready: false,
        started: false,
        restartCount: before?.restartCount ?? 0,
        state: { waiting: blocked ?? { reason } },
        lastState: before?.lastState ?? {},
      }
    );
  };

  /** Tries until it works or the pod ends; what is in the way is shown on the containers that wait for it. */
  const insist = async <T>(doing: string, work: () => Promise<T>): Promise<T> => {
    for (let attempt = 0; ; attempt++) {
      try {
        const result = await work();
        blocked = undefined;
        return result;
      } catch (error) {
        ending.signal.throwIfAborted();
        const message = `${doing}: ${error instanceof Error ? error.message : String(error)}`;
        blocked = { reason: 'CreateContainerConfigError', message };
        event('Warning', 'Failed', message);
        changed();
        await sleep(clock, backoffMs(attempt, 1000, 60_000, random), ending.signal);
      }
    }
  };
  const reader = () => createConfigReader(client, namespace, ending.signal);
  const publishPorts = async (): Promise<void> => {
    const annotations = { [PORTS_ANNOTATION]: JSON.stringify(Object.fromEntries(ports)) };
    const body = { metadata: { uid, annotations } };
    await client.patch(PODS, { namespace, name }, { type: 'merge', body }, { signal: ending.signal });
  };
  const prepare = async (): Promise<void> => {
    await insist('directory', () => mkdir(options.directory, { recursive: true, mode: 0o700 }));
    ports = await insist('ports', () => context.ports.allocate(pod));
    if (ports.size > 0) await insist('ports', publishPorts);
    const volumes = () => ({
      pod,
      directory: volumeDirectory,
      read: reader(),
      readToken: createTokenReader(client, pod, ending.signal),
      capacity: context.capacity,
    });
    await insist('volumes', () => prepareVolumes(volumes()));
    const refresh = (): Promise<void> => prepareVolumes(volumes());
    // Not waited for: it goes on as long as the pod does.
    keepTokensFresh(pod, refresh, { clock, log, signal: ending.signal }).catch(() => {});
    injected = await insist('sidecar', async () => context.injector?.inject(pod, ending.signal, ports));
  };

  const prepareAdded = async (own: InjectedContainer): Promise<ImageTable> => {
    const directory = join(options.directory, own.container.name);
    await own.prepare(directory, ending.signal);
    return [{ image: '*', directory, entrypoint: [own.program], env: own.programEnv }];
  };
  const addedEnv = (): Record<string, string> => {
    if (!added) return {};
    const real = portVariables(added.container, ports);
    return Object.fromEntries(Object.entries(added.env).map(([name, text]) => [name, expand(text, real)]));
  };

  const start = (container: Container, restartPolicy: RestartPolicy, previous: ContainerStatus | undefined): Runner => {
    const runner = startContainer({
      container,
      restartPolicy,
      previous,
      ports,
      graceMs: options.graceMs,
      crashLoop: context.crashLoop,
      clock,
      log,
      ledger: context.ledger,
      event,
      changed,
      openLog: (restartCount) => logs.open(container.name, restartCount),
      async prepare() {
        const images = container.name === added?.container.name ? await prepareAdded(added) : context.images;
        return prepareLaunch(container, {
          pod,
          images,
          baseEnv: context.env,
          sidecarEnv: { ...injected?.env, ...addedEnv() },
          ports,
          capacity: context.capacity,
          volumeDirectory,
          podDirectory: options.directory,
          apiServer: context.apiServer,
          read: reader(),
        });
      },
    });
    runners.set(container.name, runner);
    return runner;
  };
  const startInjected = (sidecar: InjectedSidecar): void => {
    const file = logs.open(sidecar.containerName, 0);
    const runner = startSidecar({ sidecar, ports, clock, crashLoop: context.crashLoop, file, event, changed });
    runners.set(sidecar.containerName, runner);
  };
  /** True when all init containers have done their work. They run again after a restart of the agent, like the processes they prepare for. */
  const initialize = async (): Promise<boolean> => {
    for (const container of inits) {
      if (isNativeSidecar(container)) {
        await start(container, 'Always', earlier.get(container.name)).started;
      } else {
        const runner = start(container, policy === 'Never' ? 'Never' : 'OnFailure', undefined);
        await runner.done;
        if (runner.status().state.terminated?.exitCode !== 0) return false;
      }
      ending.signal.throwIfAborted();
    }
    initialized = true;
    return true;
  };
  const live = async (): Promise<void> => {
    changed();
    await prepare();
    ending.signal.throwIfAborted();
    if (await initialize()) {
      if (injected) startInjected(injected);
      await Promise.all(pod.spec.containers.map((c) => start(c, policy, earlier.get(c.name)).done));
    }
    // All have ended: a sidecar doesn't keep a finished pod alive.
    await stopRunners(options.graceMs);
  };
  /** Everything at once, native sidecars after the rest and in reverse order (Kubernetes: sidecar containers). */
  const stopRunners = async (graceMs: number): Promise<void> => {
    const killAt = clock.now() + graceMs;
    const native = new Set(inits.filter(isNativeSidecar).map((c) => c.name));
    await Promise.all([...runners.values()].filter((r) => !native.has(r.name)).map((r) => r.stop(graceMs)));
    for (const sidecar of [...native].reverse()) {
      await runners.get(sidecar)?.stop(Math.max(0, killAt - clock.now()));
    }
  };

  const done = live()
    .catch((error: unknown) => {
      if (!ending.signal.aborted) log.error('pod run failed', { namespace, pod: name, error });
    })
    .finally(() => {
      if (injected && !runners.has(injected.containerName)) injected.kill();
      context.ports.release(ports);
    });
  return {
    done,
    get initialized() {
      return initialized;
    },
    init: () => inits.map(statusOf),
    main: () => [...pod.spec.containers, ...(injected ? [{ name: injected.containerName }] : [])].map(statusOf),
    async stop(graceMs) {
      ending.abort(new Error('the pod ends'));
      await stopRunners(graceMs);
      await done;
    },
  };
}

/** An init container that stays: it starts before the others and ends after them. */
export function isNativeSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always';
}
