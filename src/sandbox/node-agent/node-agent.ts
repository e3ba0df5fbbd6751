// A kubelet for local processes: runs the pods bound to its node and says so in their status. It speaks only the Kubernetes API.
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../async.ts';
import type { Component } from '../../component.ts';
import { KubeError } from '../../errors.ts';
import type { KubeClient } from '../../kube/client.ts';
import { createEventRecorder } from '../../kube/events.ts';
import { createReflector } from '../../kube/reflector.ts';
import { PODS } from '../../kube/resources.ts';
import type { Change } from '../../kube/store.ts';
import type { Logger } from '../../log.ts';
import type { RecordEvent } from './container-runner.ts';
import { KUBERNETES_CRASH_LOOP } from './crash-loop.ts';
import type { CrashLoopLimits } from './crash-loop.ts';
import type { ImageTable } from './image-table.ts';
import type { ContainerInjector } from './injected-container.ts';
import type { LogOptions } from './log-file.ts';
import type { NodeContext } from './node-context.ts';
import { createNodeRegistration } from './node-registration.ts';
import type { Pod } from './pod.ts';
import { startPodWorker } from './pod-worker.ts';
import type { PodWorker } from './pod-worker.ts';
import { createPortTable } from './ports.ts';
import { createProcessLedger } from './process-ledger.ts';
import type { SidecarInjector } from './sidecar.ts';
import { startWatchdog } from './watchdog.ts';

export interface NodeAgentOptions {
  readonly client: KubeClient;
  readonly nodeName: string;
  readonly images: ImageTable;
  readonly injector?: SidecarInjector;
  readonly containerInjector?: ContainerInjector;
  /** URL of the API server for containers that mount their ServiceAccount: their KUBECONFIG leads there. Without it they get none. */
  readonly apiServer?: string;
  /** Logs, volumes and process records; one agent at a time. */
  readonly runDirectory: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  /** What every container gets, for example PATH and HOME. Nothing else of our environment reaches a container. */
  readonly env: Readonly<Record<string, string>>;
  /** What the node offers; this machine's processors and memory, and 250 pods, when not given. */
  readonly capacity?: Readonly<Record<string, string>>;
  readonly crashLoop?: CrashLoopLimits;
  /** Size at which a container's log is rotated; 10 MiB when not given. */
  readonly logBytes?: number;
  /** Longest grace period of a container when the agent itself is stopped; 10 s when not given. */
  readonly shutdownGraceMs?: number;
}

export interface PodLogOptions extends LogOptions {
  /** The run before the present one. */
  readonly previous?: boolean;
}

export interface NodeAgent extends Component {
  /** Lines of a container's log; `container` may be left out where a pod has only one. Rejects with a KubeError as the API server words it. */
  logs(namespace: string, pod: string, container: string | undefined, options: PodLogOptions): AsyncIterable<string>;
}

/** A pod that is gone from the API without our doing (a forced deletion) gets no more than this. */
const FORCED_GRACE_MS = 1000;

export function createNodeAgent(options: NodeAgentOptions): NodeAgent {
  const { client, nodeName, clock, random } = options;
  const log = options.log.child({ component: 'node-agent' });
  const capacity = options.capacity ?? machineCapacity();
  const records = join(options.runDirectory, 'processes');
  const ledger = createProcessLedger(records, clock);
  const reflector = createReflector<Pod>({
    client,
    resource: PODS,
    fieldSelector: `spec.nodeName=${nodeName}`,
    clock,
    random,
    log,
  });
  const events = createEventRecorder({
    client,
    reportingController: 'sandbox.sluice.dev/node-agent',
    reportingInstance: nodeName,
    clock,
    log,
  });
  const registration = createNodeRegistration({ client, nodeName, capacity, clock, log });
  const workers = new Map<string, PodWorker>();
  const keyOf = (namespace: string | undefined, name: string): string => `${namespace ?? 'default'}/${name}`;

  const recordFor = (pod: Pod): RecordEvent => {
    const { namespace = 'default', name, uid } = pod.metadata;
    const regarding = { apiVersion: 'v1', kind: 'Pod', namespace, name, uid };
    return (type, reason, note) => events.record({ regarding, type, reason, action: reason, note });
  };
  const endWorker = (worker: PodWorker): void => {
    worker.end(FORCED_GRACE_MS, 'remove').catch((error: unknown) => log.error('pod could not be ended', { error }));
  };
  const onChange = (context: NodeContext, { type, object: pod }: Change<Pod>): void => {
    const key = keyOf(pod.metadata.namespace, pod.metadata.name);
    const worker = workers.get(key);
    const isSame = worker !== undefined && worker.uid === pod.metadata.uid;
    if (type === 'deleted') {
      if (!isSame) return;
      workers.delete(key);
      return endWorker(worker);
    }
    if (isSame) return worker.update(pod);
    if (worker) endWorker(worker);
    workers.set(key, startPodWorker(context, pod, recordFor(pod)));
  };

  return {
    name: 'node-agent',
    ready: () => registration.registered() && reflector.synced(),

    async run(signal) {
      const ended = await ledger.takeOver(signal);
      if (ended > 0) log.info('ended processes of an earlier run', { processes: ended });
      const watchdog = startWatchdog(records);
      const context: NodeContext = {
        client,
        clock,
        random,
        log,
        images: options.images,
        injector: options.injector,
        containerInjector: options.containerInjector,
        apiServer: options.apiServer,
        runDirectory: options.runDirectory,
        env: options.env,
        capacity,
        crashLoop: options.crashLoop ?? KUBERNETES_CRASH_LOOP,
        logBytes: options.logBytes ?? 10 * 1024 * 1024,
        ports: createPortTable(random),
        ledger,
        signal,
      };
      const unsubscribe = reflector.subscribe((change) => onChange(context, change));
      const workDone = new AbortController();
      const recording = events.run(workDone.signal);
      try {
        await Promise.all([registration.run(signal), reflector.run(signal)]);
      } finally {
        unsubscribe();
        const graceMs = options.shutdownGraceMs ?? 10_000;
        await Promise.all([...workers.values()].map((worker) => worker.end(graceMs, 'keep')));
        workers.clear();
        await watchdog.stop();
        await ledger.release();
        workDone.abort();
        await recording;
      }
    },

    async *logs(namespace, name, container, { previous = false, ...rest }) {
      const worker = workers.get(keyOf(namespace, name));
      if (!worker) throw refusal('KUBE_NOT_FOUND', `pods "${name}" not found on node ${nodeName}`);
      const { containerStatuses = [], initContainerStatuses = [] } = worker.status();
      const status = oneOf([...containerStatuses, ...initContainerStatuses], container, name);
      const file = await worker.logs.find(status.name, previous);
      if (!file) {
        const what = previous
          ? 'has no previous run'
          : `waits to start: ${status.state.waiting?.reason ?? 'no log yet'}`;
        throw refusal('KUBE_BAD_REQUEST', `container "${status.name}" in pod "${name}" ${what}`);
      }
      yield* file.read(rest);
    },
  };
}

function oneOf<T extends { readonly name: string }>(all: readonly T[], wanted: string | undefined, pod: string): T {
  const names = all.map((c) => c.name).join(' ');
  const found = wanted === undefined ? (all.length === 1 ? all[0] : undefined) : all.find((c) => c.name === wanted);
  if (found) return found;
  throw refusal(
    'KUBE_BAD_REQUEST',
    wanted === undefined
      ? `a container name must be specified for pod ${pod}, choose one of: [${names}]`
      : `container ${wanted} is not valid for pod ${pod}: expected one of [${names}]`,
  );
}

function refusal(code: 'KUBE_NOT_FOUND' | 'KUBE_BAD_REQUEST', message: string): KubeError {
  return new KubeError(message, { code, retry: 'never', status: code === 'KUBE_NOT_FOUND' ? 404 : 400 });
}

function machineCapacity(): Readonly<Record<string, string>> {
  return {
    cpu: String(availableParallelism()),
    memory: `${Math.floor(totalmem() / 1024)}Ki`,
    pods: '250',
  };
}
