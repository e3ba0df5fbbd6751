// A whole controller on an API server in memory, a clock that stands still, and sources whose answers a test sets.
import type { ScaledObject, ScaledObjectSpec } from '../../src/api/scaled-object.ts';
import {
  clusterTriggerAuthentications,
  scaledJobs,
  scaledObjects,
  triggerAuthentications,
} from '../../src/api/names.ts';
import { ConfigError, type SluiceError } from '../../src/errors.ts';
import type { KubeObject } from '../../src/kube/client.ts';
import type { EventRecord } from '../../src/kube/events.ts';
import { DEPLOYMENTS, HORIZONTAL_POD_AUTOSCALERS, JOBS } from '../../src/kube/resources.ts';
import { silentLogger } from '../../src/log.ts';
import { createController, type Controller } from '../../src/controller/controller.ts';
import type { Ownership } from '../../src/controller/membership/ownership.ts';
import type { Hpa } from '../../src/controller/hpa.ts';
import type { TriggerTypes } from '../../src/controller/bind.ts';
import type { Reading, TriggerSource } from '../../src/scalers/scaler.ts';
import type { Telemetry } from '../../src/telemetry.ts';
import { createFakeClock, type FakeClock } from './clock.ts';
import { createMemoryKube, type MemoryKube } from './memory-kube.ts';

/** What a queue answers: a number, an error, or whatever a function says at the moment of the read. */
export type Answer = number | SluiceError | ((signal: AbortSignal) => Promise<Reading> | Reading);

/** Trigger type `queue` (metadata: queue, target, activation, host by auth or env) and `cpu`. */
export function createQueueTypes(answers: ReadonlyMap<string, Answer>): TriggerTypes & Pick<World, 'reads' | 'pushes'> {
  let reads = 0;
  const watches: Push[] = [];
  const field = (name: string, sources: TriggerSource['fields'][number]['sources'], required: boolean) => ({
    name,
    aliases: [],
    sources,
    required,
    secret: false,
    syntax: 'text',
    description: name,
  });
  const queue: TriggerSource = {
    type: 'queue',
    summary: 'A queue of the test.',
    kind: 'polled',
    cacheable: true,
    measures: [],
    fields: [field('queue', ['metadata'], true), field('password', ['auth', 'env'], false)],
    parse({ metadata, auth, env, metricType }) {
      const { queue: name, target = '5', activation = '0', passwordFromEnv = '' } = metadata;
      if (name === undefined) throw new ConfigError('queue trigger', [{ field: 'queue', message: 'is required' }]);
      const password = auth['password'] ?? env[passwordFromEnv] ?? '';
      return {
        warnings: [],
        trigger: {
          kind: 'polled',
          type: 'queue',
          metric: {
            name: `queue-${name}`,
            target: Number(target),
            type: metricType === 'Value' ? 'Value' : 'AverageValue',
            activation: Number(activation),
          },
          sourceId: 'queue:test',
          batches: false,
          connect: async () => ({
            async read(signal) {
              reads++;
              const answer = answers.get(password === '' ? name : `${name}?${password}`) ?? 0;
              if (typeof answer === 'number') return { value: answer };
              if (typeof answer === 'function') return answer(signal);
              throw answer;
            },
            watch(wake, signal) {
              const { promise, resolve, reject } = Promise.withResolvers<void>();
              const watch = { queue: name, wake, end: resolve, fail: reject };
              watches.push(watch);
              const remove = (): void => void watches.splice(watches.indexOf(watch), 1);
              signal.addEventListener('abort', () => resolve(), { once: true });
              return promise.finally(remove);
            },
            close: async () => {},
          }),
        },
      };
    },
  };
  const cpu: TriggerSource = {
    type: 'cpu',
    summary: 'CPU of the pods.',
    kind: 'resource',
    cacheable: false,
    measures: [],
    fields: [],
    parse: ({ metadata: { containerName, ...metadata } }) => ({
      warnings: [],
      trigger: {
        kind: 'resource',
        type: 'cpu',
        resource: 'cpu',
        ...(containerName === undefined ? {} : { containerName }),
        target: { type: 'Utilization', averageUtilization: Number(metadata['value']) },
      },
    }),
  };
  const types = new Map([queue, cpu].map((source) => [source.type, source]));
  return {
    reads: () => reads,
    pushes: (queue) => watches.filter((watch) => watch.queue === queue),
    triggerSource: (type) => types.get(type),
    parseTrigger(type) {
      throw new ConfigError('trigger', [{ field: 'type', message: `no trigger type is called "${type}"` }]);
    },
  };
}

/** A watch that goes on, as the source sees it. */
export interface Push {
  readonly queue: string;
  wake(): void;
  end(): void;
  fail(error: SluiceError): void;
}

export interface World {
  readonly kube: MemoryKube;
  readonly clock: FakeClock;
  readonly controller: Controller;
  readonly answers: Map<string, Answer>;
  readonly events: EventRecord[];
  /** Names of objects, each time that one was told to be in order. */
  readonly settled: string[];
  reads(): number;
  /** Who wants to hear of the queue. */
  pushes(queue: string): readonly Push[];
  /** Stops this controller, as a kill would, and starts a fresh one on the same cluster. */
  restart(): Promise<void>;
  stop(): Promise<void>;
  replicas(name?: string): number | undefined;
  scaledObject(name?: string): ScaledObject | undefined;
  hpa(name?: string): Hpa | undefined;
  condition(type: string, name?: string): { status: string; reason?: string; message?: string } | undefined;
}

export const never = new AbortController().signal;

export function aScaledObject(
  name: string,
  spec: Partial<ScaledObjectSpec> = {},
  metadata: Partial<ScaledObject['metadata']> = {},
): ScaledObject {
  return {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: { name, namespace: 'shop', ...metadata },
    spec: {
      scaleTargetRef: { name },
      triggers: [{ type: 'queue', metadata: { queue: name } }],
      ...spec,
    },
  };
}

export function aDeployment(name: string, replicas: number, env: readonly unknown[] = []): KubeObject {
  const object = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'shop' },
    spec: { replicas, template: { spec: { containers: [{ name: 'app', env }] } } },
  };
  return object;
}

/** The answers of the queues by name; a queue that isn't there is empty. */
export async function createWorld(
  objects: readonly KubeObject[] = [],
  answers: Readonly<Record<string, Answer>> = {},
  options: { readonly ownership?: Ownership; readonly telemetry?: Telemetry } = {},
): Promise<World> {
  const clock = createFakeClock();
  const kube = createMemoryKube(() => clock.now());
  for (const object of objects) await kube.create(resourceOf(object), object, { signal: never });
  kube.history.length = 0;
  const map = new Map(Object.entries(answers));
  const events: EventRecord[] = [];
  const settled: string[] = [];
  const types = createQueueTypes(map);
  let stop = new AbortController();
  let running: Promise<void> = Promise.resolve();
  let controller = start();

  function start(): Controller {
    const made = createController({
      ...options,
      client: kube,
      clock,
      random: () => 0.5,
      log: silentLogger,
      events: { record: (event) => void events.push(event), settled: ({ name }) => void settled.push(name) },
      types,
      clients: { share: () => Promise.reject(new Error('the queue of the test shares no client')) },
      version: '0.0.0-test',
      namespaces: [],
      clusterObjectNamespace: 'sluice',
      readTimeoutMs: 3_000,
    });
    running = made.run(stop.signal);
    return made;
  }

  const world: World = {
    kube,
    clock,
    answers: map,
    events,
    settled,
    get controller() {
      return controller;
    },
    reads: types.reads,
    pushes: types.pushes,
    async stop() {
      stop.abort(new Error('the test is over'));
      await Promise.all([running, clock.advance(10)]);
    },
    async restart() {
      await world.stop();
      stop = new AbortController();
      controller = start();
      await clock.advance(100);
    },
    replicas: (name = 'worker') =>
      kube.peek<KubeObject & { spec: { replicas: number } }>(DEPLOYMENTS, { namespace: 'shop', name })?.spec.replicas,
    scaledObject: (name = 'worker') => kube.peek<ScaledObject>(scaledObjects, { namespace: 'shop', name }),
    hpa: (name = 'keda-hpa-worker') => kube.peek<Hpa>(HORIZONTAL_POD_AUTOSCALERS, { namespace: 'shop', name }),
    condition: (type, name = 'worker') => world.scaledObject(name)?.status?.conditions?.find((c) => c.type === type),
  };
  await clock.advance(100);
  return world;
}

function resourceOf({ kind }: KubeObject) {
  const known = {
    ScaledObject: scaledObjects,
    ScaledJob: scaledJobs,
    Job: JOBS,
    Deployment: DEPLOYMENTS,
    HorizontalPodAutoscaler: HORIZONTAL_POD_AUTOSCALERS,
    TriggerAuthentication: triggerAuthentications,
    ClusterTriggerAuthentication: clusterTriggerAuthentications,
  };
  return (
    known[kind as keyof typeof known] ?? {
      group: '',
      version: 'v1',
      plural: `${kind.toLowerCase()}s`,
      kind,
      namespaced: true,
    }
  );
}
