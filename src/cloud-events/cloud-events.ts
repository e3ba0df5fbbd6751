// Events of ours for those who are not in the cluster: hands each to the CloudEventSources that want it.
import { type Clock, withDeadline } from '../async.ts';
import { cloudEventSources, clusterCloudEventSources, FINALIZER } from '../api/names.ts';
import type { Component } from '../component.ts';
import type { KubeClient, KubeObject, Resource } from '../kube/client.ts';
import { createDiscovery } from '../kube/discovery.ts';
import type { EventRecord, EventRecorder } from '../kube/events.ts';
import { releaseFinalizers } from '../kube/finalizer-release.ts';
import { createReflector } from '../kube/reflector.ts';
import type { Logger } from '../log.ts';
import type { Occurrence } from './cloud-event.ts';
import { createDestination } from './create-destination.ts';
import type { Authenticate } from './destination.ts';
import { cloudEventType } from './event-types.ts';
import { createServedKind, type ServedKind } from './served-kind.ts';
import { createSource, type Source, type SourceHooks } from './source.ts';

export interface CloudEventsOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: () => number;
  /** A UUID, another one each time. */
  readonly createId: () => string;
  readonly log: Logger;
  /** Empty: all. */
  readonly namespaces: readonly string[];
  readonly clusterName: string;
  readonly clusterObjectNamespace: string;
  readonly authenticate: Authenticate;
  /** Of the sources' conditions. Events need none: a replica delivers those that it has caused. */
  readonly ownership: { owns(uid: string): boolean; subscribe(listener: () => void): void };
  readonly hooks?: CloudEventHooks;
  /** Makes the way to a destination; over HTTP when not given. */
  readonly connect?: typeof createDestination;
}

export interface CloudEventHooks extends SourceHooks {
  /** Events that wait in all sources of the namespace; '' for ClusterCloudEventSources. */
  queued?(waiting: { namespace: string; count: number }): void;
  /** There is no such source any more. */
  gone?(source: { namespace: string; source: string }): void;
}

export interface CloudEvents extends Component {
  /** A recorder that records with `recorder`, and takes what is a CloudEvent as well. */
  tee(recorder: EventRecorder): EventRecorder;
  /** The namespace of each source whose conditions this replica writes; undefined for ClusterCloudEventSources. */
  registered(): Iterable<string | undefined>;
}

/** Events that come before the sources are known. */
const ROOM_AT_START = 1_024;
/** For a kind that nobody lets us list, the other one does not wait. */
const START_MS = 30_000;
/** Each source gets this long at shutdown, all at the same time. */
const FAREWELL_MS = 3_000;

export function createCloudEvents(options: CloudEventsOptions): CloudEvents {
  const { clock, createId, namespaces, ownership, hooks = {} } = options;
  const discovery = createDiscovery({ client: options.client, clock, askAgainMs: 0 });
  const kinds = [cloudEventSources, clusterCloudEventSources].map((resource) => {
    const scope = resource.namespaced && namespaces.length > 0 ? namespaces : undefined;
    const reflector = createReflector<KubeObject>({ ...options, resource, namespaces: scope });
    return createServedKind(resource, reflector, { discovery, clock });
  });
  /** By namespace, '' for ClusterCloudEventSources, and name. */
  const sources = new Map<string, Map<string, Source>>();
  const leaving = new Set<Promise<void>>();
  let early: Occurrence[] | undefined = [];

  /** What is in no namespace is written by those who serve all of them: who serves a part has no right to. */
  const mayWrite = ({ namespaced }: Resource): boolean => namespaced || namespaces.length === 0;

  function follow({ store, resource }: ServedKind): void {
    store.subscribe(({ type, object }) => {
      const { namespace = '', name } = object.metadata;
      const there = sources.get(namespace) ?? new Map<string, Source>();
      sources.set(namespace, there);
      const source = there.get(name) ?? createSource(object, sourceOptions(namespace, resource));
      if (type === 'deleted') {
        there.delete(name);
        const left = source.drop().finally(() => leaving.delete(left));
        leaving.add(left);
        tellQueued(namespace);
        if (there.size === 0) sources.delete(namespace);
        hooks.gone?.({ namespace, source: name });
      } else {
        there.set(name, source);
        source.seen(object);
      }
    });
  }

  function sourceOptions(namespace: string, resource: Resource) {
    const emitted: SourceHooks['emitted'] = (events) => {
      hooks.emitted?.(events);
      tellQueued(namespace);
    };
    const { connect = createDestination } = options;
    return { ...options, connect, resource, mayWrite: mayWrite(resource), owns: ownership.owns, hooks: { emitted } };
  }

  function tellQueued(namespace: string): void {
    let count = 0;
    for (const source of sources.get(namespace)?.values() ?? []) count += source.queued();
    hooks.queued?.({ namespace, count });
  }

  /** A source in a namespace hears of that namespace, one in none of everything. */
  function offer(occurrence: Occurrence): void {
    for (const namespace of new Set(['', occurrence.event.regarding.namespace ?? ''])) {
      for (const source of sources.get(namespace)?.values() ?? []) source.offer(occurrence);
      if (sources.has(namespace)) tellQueued(namespace);
    }
  }

  function take(event: EventRecord): void {
    const type = cloudEventType(event.reason);
    if (!type || (!early && sources.size === 0)) return;
    const occurrence = { id: createId(), at: clock.now(), type, event };
    if (!early) offer(occurrence);
    else if (early.length < ROOM_AT_START) early.push(occurrence);
  }

  async function releaseEarly(signal: AbortSignal): Promise<void> {
    const settled = (inTime: AbortSignal): Promise<unknown> => Promise.all(kinds.map((kind) => kind.settled(inTime)));
    await withDeadline(clock, signal, START_MS, 'sources of CloudEvents', settled).catch(() => {});
    const held = early ?? [];
    early = undefined;
    for (const occurrence of held) offer(occurrence);
  }

  const all = (): readonly Source[] => [...sources.values()].flatMap((there) => [...there.values()]);
  for (const kind of kinds) follow(kind);
  ownership.subscribe(() => {
    for (const source of all()) source.look();
  });

  return {
    name: 'cloud-events',
    ready: () => true,
    *registered() {
      for (const { metadata } of kinds.flatMap(({ store }) => store.list())) {
        if (ownership.owns(metadata.uid ?? '')) yield metadata.namespace;
      }
    },
    tee: (recorder) => ({
      ...recorder,
      record(event) {
        recorder.record(event);
        take(event);
      },
    }),
    async run(signal) {
      for (const { resource, store } of kinds) {
        if (!mayWrite(resource)) continue;
        releaseFinalizers({ ...options, resource, store, finalizer: FINALIZER }, signal);
      }
      await Promise.all([...kinds.map((kind) => kind.run(signal)), releaseEarly(signal)]);
      await Promise.all([...all().map((source) => source.finish(FAREWELL_MS)), ...leaving]);
    },
  };
}
