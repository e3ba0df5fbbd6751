// CloudEventSources at work on an API server in memory, with destinations whose answers a test sets.
import { cloudEventSources, clusterCloudEventSources } from '../../src/api/names.ts';
import { createCloudEvents, type CloudEvents } from '../../src/cloud-events/cloud-events.ts';
import type { Destination } from '../../src/cloud-events/destination.ts';
import { ConfigError, KubeError } from '../../src/errors.ts';
import type { KubeObject } from '../../src/kube/client.ts';
import type { EventRecord } from '../../src/kube/events.ts';
import { createFakeClock } from './clock.ts';
import { createMemoryKube } from './memory-kube.ts';
import { createMemoryLog } from './memory-log.ts';

export const never = new AbortController().signal;
type Spec = Record<string, unknown>;

export const aSource = (name: string, spec: Spec = {}, namespace = 'shop'): KubeObject => {
  const object = {
    apiVersion: 'eventing.keda.sh/v1alpha1',
    kind: 'CloudEventSource',
    metadata: { name, namespace },
    spec: { destination: { http: { uri: `http://${name}/events` } }, ...spec },
  };
  return object;
};
export const aClusterSource = (name: string, spec: Spec = {}): KubeObject => {
  const object = { ...aSource(name, spec), kind: 'ClusterCloudEventSource', metadata: { name } };
  return object;
};
export const resourceOf = ({ kind }: KubeObject) =>
  kind === 'CloudEventSource' ? cloudEventSources : clusterCloudEventSources;

export interface Options {
  readonly owns?: boolean;
  readonly served?: readonly string[];
  readonly namespaces?: readonly string[];
  /** Kinds that may not be listed. */
  readonly forbidden?: readonly string[];
  /** What happens before anything is known. */
  readonly early?: readonly string[];
}

/** Runs from the start; `sent` says what has reached which destination. */
export async function startCloudEvents(objects: readonly KubeObject[] = [], options: Options = {}) {
  const clock = createFakeClock();
  const kube = createMemoryKube(() => clock.now());
  const log = createMemoryLog();
  const stop = new AbortController();
  const listeners: (() => void)[] = [];
  const sent: string[] = [];
  const told: string[] = [];
  const recorded: EventRecord[] = [];
  let serial = 0;
  const world = {
    clock,
    kube,
    log,
    sent,
    told,
    recorded,
    owns: options.owns ?? true,
    served: options.served ?? ['CloudEventSource', 'ClusterCloudEventSource'],
    /** What a destination answers, by the host in its URI. */
    answers: new Map<string, Error>(),
    /** What keeps deliveries from being made at all. */
    troubles: new Map<string, Error>(),
    moved: () => listeners.forEach((listener) => listener()),
    async create(object: KubeObject) {
      await kube.create(resourceOf(object), object, { signal: never });
      await clock.advance(100);
    },
    async change(object: KubeObject, spec: Spec) {
      const { namespace, name } = object.metadata;
      const body = { spec };
      await kube.patch(resourceOf(object), { namespace, name }, { type: 'merge', body }, { signal: never });
      await clock.advance(100);
    },
    async emit(reason: string, name?: string, namespace?: string) {
      record(reason, name, namespace);
      await clock.advance(10);
    },
    active(object: KubeObject): string | undefined {
      const { namespace, name } = object.metadata;
      const found = kube.peek<
        KubeObject & { status?: { conditions?: { status: string; reason: string; message: string }[] } }
      >(resourceOf(object), { namespace, name });
      const [condition] = found?.status?.conditions ?? [];
      return condition && `${condition.status} ${condition.reason}: ${condition.message}`;
    },
    async stop() {
      stop.abort(new Error('the test is over'));
      await clock.advance(10_000);
      await running;
    },
  };
  for (const object of objects) await kube.create(resourceOf(object), object, { signal: never });
  kube.history.length = 0;
  kube.intercept = ({ verb, resource }) => {
    if (verb === 'list' && options.forbidden?.includes(resource))
      throw new KubeError('forbidden', { code: 'KUBE_FORBIDDEN', retry: 'backoff', status: 403 });
  };
  const cloudEvents: CloudEvents = createCloudEvents({
    client: {
      ...kube,
      request: async (_method, path, _body, { signal }) => {
        signal.throwIfAborted();
        const resources = world.served.map((kind) => ({ name: `${kind.toLowerCase()}s`, kind, namespaced: true }));
        if (path === '/apis/eventing.keda.sh/v1alpha1' && resources.length > 0) return { resources } as never;
        throw new KubeError('not found', { code: 'KUBE_NOT_FOUND', retry: 'never', status: 404 });
      },
    },
    clock,
    log,
    random: () => 0.5,
    createId: () => `id-${serial++}`,
    namespaces: options.namespaces ?? [],
    clusterName: 'kubernetes-default',
    clusterObjectNamespace: 'keda',
    authenticate: async () => ({ auth: {} }),
    ownership: { owns: () => world.owns, subscribe: (listener) => void listeners.push(listener) },
    hooks: {
      emitted: ({ namespace, source, sink, state }) => void told.push(`${namespace}/${source} ${sink} ${state}`),
      queued: ({ namespace, count }) => void told.push(`${namespace} waits ${count}`),
    },
    connect: ({ metadata, spec }): Destination => {
      if (!spec.destination.http) throw new ConfigError('source', [{ field: 'spec.destination', message: 'is empty' }]);
      const { host } = new URL(spec.destination.http.uri);
      return {
        sink: 'http',
        place: `http sink ${host}`,
        mostAtOnce: 10,
        async prepare() {
          const trouble = world.troubles.get(host);
          if (trouble) throw trouble;
        },
        async send(events) {
          const answer = world.answers.get(host);
          if (answer) throw answer;
          for (const { id, source, subject, data } of events) {
            sent.push(`${metadata.name}@${host} ${id} ${source} ${subject} ${data.reason}`);
          }
        },
        close: async () => void sent.push(`${host} closed`),
      };
    },
  });
  const recorder = cloudEvents.tee({ record: (event) => void recorded.push(event), settled() {} });
  function record(reason: string, name = 'orders', namespace = 'shop'): void {
    const kind = /^(ScaledObject|ScaledJob|(?:Cluster)?TriggerAuthentication)/.exec(reason)?.[1] ?? 'ScaledObject';
    const place = namespace === '' ? {} : { namespace };
    const regarding = { apiVersion: 'keda.sh/v1alpha1', kind, name, ...place };
    recorder.record({ regarding, type: 'Normal', reason, action: reason, note: `${reason} of ${name}` });
  }
  const running = cloudEvents.run(stop.signal);
  for (const reason of options.early ?? []) record(reason);
  await clock.advance(200);
  return world;
}

export type CloudEventWorld = Awaited<ReturnType<typeof startCloudEvents>>;
export const statusWrites = (world: CloudEventWorld): number =>
  world.kube.writes().filter(({ subresource }) => subresource === 'status').length;
