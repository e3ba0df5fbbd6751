// The whole program against a cluster and a broker, over real HTTP, TLS and AMQP; one call starts it all.
import { Writable } from 'node:stream';
import { jest } from '@jest/globals';
import { scaledObjects } from '../../src/api/names.ts';
import type { ScaledObject } from '../../src/api/scaled-object.ts';
import { type Clock, systemClock } from '../../src/async.ts';
import { runSluice } from '../../src/cli/run.ts';
import { applyObjects } from '../../src/cli/manifests/apply.ts';
import { OPTIONS, type OptionName, readConfig } from '../../src/config.ts';
import type { Hpa } from '../../src/controller/hpa.ts';
import type { KubeObject, ObjectKey, Resource } from '../../src/kube/client.ts';
import { DEPLOYMENTS, EVENTS, HORIZONTAL_POD_AUTOSCALERS } from '../../src/kube/resources.ts';
import { freePort } from '../../src/sandbox/free-port.ts';
import type { SeenRequest } from '../../src/sandbox/api-server/http/faults.ts';
import type { Deployment } from '../../src/sandbox/controllers/workload-objects.ts';
import type { ServiceBusEmulator } from '../../src/sandbox/service-bus/emulator.ts';
import { type Cluster, type ClusterOptions, NAMESPACE, startCluster } from './cluster.ts';
import { eventually } from './eventually.ts';
import { connectClient, startEmulator } from './service-bus.ts';
import { type SluiceProcess, spawnSluice } from './sluice-process.ts';

export { NAMESPACE } from './cluster.ts';

/** A garbage collector that has never seen a kind looks for new ones every half minute. */
export const COLLECTED_MS = 45_000;

export type Flags = Readonly<Partial<Record<OptionName, string>>>;

export interface WorldOptions extends Partial<Omit<ClusterOptions, 'metricsPort'>> {
  /** Of the program in this process, where it is not the one of the cluster. */
  readonly programClock?: Clock;
  /** `none`: the test starts it. */
  readonly program?: 'in-process' | 'none';
  /** Of `sluice run`. */
  readonly flags?: Flags;
  /** Of the program; in this process its libraries see that of this process as well. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface World {
  readonly cluster: Cluster;
  readonly broker: ServiceBusEmulator;
  /** Creates what isn't there and replaces the spec, data and metadata of what is. */
  apply(...objects: readonly KubeObject[]): Promise<void>;
  get<T extends KubeObject>(resource: Resource, name: string): Promise<T>;
  /** Undefined when there is none. */
  find<T extends KubeObject>(resource: Resource, name: string): Promise<T | undefined>;
  /** Merge-patches the object. */
  change(resource: Resource, name: string, body: unknown): Promise<void>;
  remove(resource: Resource, name: string): Promise<void>;
  /** Messages into a queue, which is made if need be. */
  send(queue: string, messages: number): Promise<void>;
  /** Takes every message out of a queue. */
  drain(queue: string): Promise<void>;

  scaledObject(name: string): Promise<ScaledObject>;
  hpa(name: string): Promise<Hpa | undefined>;
  replicas(name: string): Promise<number>;
  condition(
    name: string,
    type: string,
  ): Promise<{ readonly status?: string; readonly reason?: string; readonly message?: string }>;
  /** `type reason: note` of the Events about an object, in order. */
  events(name: string): Promise<readonly string[]>;
  /** Answers of external.metrics.k8s.io through the aggregator. */
  metric(scaledObject: string, metric: string): Promise<readonly { metricName: string; value: string }[]>;
  /** Resolves when the program has looked at the object so many times more; to see that nothing happens. */
  looks(name: string, times?: number): Promise<void>;
  /** As `looks`, at a ScaledJob. */
  looksAtJob(name: string, times?: number): Promise<void>;
  /** What the program wrote from a point of `cluster.requests` on: `PATCH /apis/…`. Reviews are questions. */
  writes(since?: number): readonly string[];
  /** Of those, the ones of the target's size. */
  scaleWrites(name: string, since?: number): readonly string[];

  /** Starts the program in this process, ready. */
  start(flags?: Flags, moreEnv?: Readonly<Record<string, string>>): Promise<void>;
  /** Ends it as SIGTERM would. */
  stopProgram(): Promise<void>;
  /** The program as its own process, ready. */
  spawn(flags?: Flags): Promise<SluiceProcess>;
  /** Where the newest program serves /metrics and /decisions. */
  diagnostics(): string;
  /** What /metrics of the program serves. */
  series(): Promise<string>;
  /** Where it serves that. */
  diagnosticsPort(): number;
  /** Lines of the program in this process. */
  readonly log: readonly string[];
  /** Where the program serves the metrics API. */
  readonly metricsPort: number;
  /** Everything down, whatever is still running. */
  stop(): Promise<void>;
}

const { signal } = new AbortController();

// A story waits for what happens; how long, `eventually` says.
jest.setTimeout(60_000);

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const { clock = systemClock, programClock = clock, program = 'in-process', flags = {}, env = {}, ...rest } = options;
  const metricsPort = await freePort();
  const broker = await startEmulator();
  const cluster = await startCluster({ ...rest, clock, metricsPort }).catch(async (error: unknown) => {
    await broker.stop();
    throw error;
  });
  const { client } = cluster;
  const log: string[] = [];
  const processes: SluiceProcess[] = [];
  let stopProgram = async (): Promise<void> => {};
  let diagnostics = '';

  async function flagsOf(more: Flags): Promise<Flags> {
    diagnostics = `127.0.0.1:${await freePort()}`;
    return {
      kubeconfig: cluster.programKubeconfig,
      securePort: String(metricsPort),
      bindAddress: '127.0.0.1',
      diagnosticsAddress: diagnostics,
      logFormat: 'json',
      logLevel: 'debug',
      ...flags,
      ...more,
    };
  }

  const read = async <T extends KubeObject>(resource: Resource, name: string): Promise<T | undefined> =>
    client.get<T>(resource, keyOf(resource, name), { signal }).catch((error: { code?: string }) => {
      if (error.code === 'KUBE_NOT_FOUND') return undefined;
      throw error;
    });

  async function looksAt(path: string, times: number): Promise<void> {
    const at = async (): Promise<number> => {
      const answer = await fetch(`http://${diagnostics}/decisions/${path}`);
      return answer.ok ? ((await answer.json()) as { at: number }).at : 0;
    };
    for (let i = 0; i < times; i++) {
      const before = await at();
      await eventually(`${path} is looked at again`, async () => (await at()) !== before);
    }
  }

  const world: World = {
    cluster,
    broker,
    metricsPort,
    log,
    apply: (...objects) =>
      applyObjects(objects, { client, fieldManager: 'story', namespace: NAMESPACE, clock, signal }),
    get: (resource, name) => client.get(resource, keyOf(resource, name), { signal }),
    find: read,
    async change(resource, name, body) {
      await client.patch(resource, keyOf(resource, name), { type: 'merge', body }, { signal });
    },
    remove: (resource, name) => client.delete(resource, keyOf(resource, name), { signal, propagation: 'Background' }),
    async send(queue, messages) {
      if (!broker.counts(queue)) broker.createQueue(queue);
      const bus = connectClient(broker.connectionString());
      await bus.createSender(queue).sendMessages(Array.from({ length: messages }, (_, i) => ({ body: i })));
      await bus.close();
    },
    async drain(queue) {
      const bus = connectClient(broker.connectionString());
      const receiver = bus.createReceiver(queue, { receiveMode: 'receiveAndDelete' });
      while ((broker.counts(queue)?.active ?? 0) > 0) await receiver.receiveMessages(100, { maxWaitTimeInMs: 200 });
      await bus.close();
    },

    scaledObject: (name) => world.get<ScaledObject>(scaledObjects, name),
    hpa: (name) => read<Hpa>(HORIZONTAL_POD_AUTOSCALERS, name),
    replicas: async (name) => (await world.get<Deployment>(DEPLOYMENTS, name)).spec.replicas ?? 1,
    condition: async (name, type) =>
      (await world.scaledObject(name)).status?.conditions?.find((condition) => condition.type === type) ?? {},
    async events(name) {
      const { items } = await client.list<
        KubeObject & {
          regarding: { name: string };
          type: string;
          reason: string;
          note: string;
          eventTime: string | null;
        }
      >(EVENTS, { namespace: NAMESPACE, signal });
      return (
        items
          .filter(({ regarding }) => regarding.name === name)
          // The control plane's own have none.
          .toSorted((a, b) => ((a.eventTime ?? '') < (b.eventTime ?? '') ? -1 : 1))
          .map(({ type, reason, note }) => `${type} ${reason}: ${note}`)
      );
    },
    async metric(scaledObject, metric) {
      const selector = encodeURIComponent(`scaledobject.keda.sh/name=${scaledObject}`);
      const path = `/apis/external.metrics.k8s.io/v1beta1/namespaces/${NAMESPACE}/${metric}?labelSelector=${selector}`;
      const { items } = await client.request<{ items: { metricName: string; value: string }[] }>(
        'GET',
        path,
        undefined,
        { signal },
      );
      return items;
    },
    looks: (name, times = 2) => looksAt(`${NAMESPACE}/${name}`, times),
    looksAtJob: (name, times = 2) => looksAt(`ScaledJob/${NAMESPACE}/${name}`, times),
    diagnostics: () => `http://${diagnostics}`,
    writes: (since = 0) =>
      cluster.requests
        .slice(since)
        .filter(isWrite)
        .map(({ method, path }) => `${method} ${path.replace(/\?.*/, '')}`),
    scaleWrites: (name, since) => world.writes(since).filter((write) => write.endsWith(`/${name}/scale`)),

    async start(more = {}, moreEnv = {}) {
      const wanted = await flagsOf(more);
      const everyEnv = { ...env, ...moreEnv };
      const stop = new AbortController();
      const ended = runSluice(readConfig(wanted, everyEnv), {
        env: everyEnv,
        stdin: process.stdin,
        stdout: sink([]),
        stderr: sink(log),
        clock: programClock,
        random: Math.random,
        signal: stop.signal,
        exitCode() {},
      });
      let isOver = false;
      ended.finally(() => (isOver = true)).catch(() => {});
      stopProgram = async () => {
        stopProgram = async () => {};
        stop.abort(new Error('the test stops it'));
        await ended;
      };
      await eventually('the program is ready', () => isOver || isReady(wanted));
      if (isOver) await ended;
    },
    stopProgram: () => stopProgram(),
    async series() {
      return (await fetch(`http://${diagnostics}/metrics`)).text();
    },
    diagnosticsPort: () => Number(diagnostics.split(':').at(-1)),
    async spawn(more = {}) {
      const wanted = await flagsOf(more);
      const given = Object.entries(wanted).flatMap(([name, value]) => [OPTIONS[name as OptionName].flag, value]);
      const child = spawnSluice(['run', ...given], { env });
      processes.push(child);
      let isOver = false;
      child.ended.finally(() => (isOver = true)).catch(() => {});
      await eventually('the process is ready', () => isOver || isReady(wanted), 30_000);
      if (isOver) throw new Error(`the process has ended before it was ready: ${child.stderr().slice(-1_000)}`);
      return child;
    },
    async stop() {
      await stopProgram();
      await Promise.all(processes.map((child) => child.kill('SIGKILL')));
      await broker.stop();
      await cluster.stop();
    },
  };
  if (program === 'in-process') {
    await world.start().catch(async (error: unknown) => {
      await world.stop();
      throw error;
    });
  }
  return world;
}

function keyOf({ namespaced }: Resource, name: string): ObjectKey {
  return namespaced ? { namespace: NAMESPACE, name } : { name };
}

async function isReady({ diagnosticsAddress }: Flags): Promise<boolean> {
  return (await fetch(`http://${diagnosticsAddress}/readyz`)).ok;
}

function isWrite({ method, path, userAgent }: SeenRequest): boolean {
  return method !== 'GET' && userAgent.startsWith('sluice/') && !/(accessreviews|tokenreviews)$/.test(path);
}

function sink(lines: string[]): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(...chunk.toString().trimEnd().split('\n'));
      done();
    },
  });
}
