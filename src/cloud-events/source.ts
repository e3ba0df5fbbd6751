// One CloudEventSource at work: what waits for its destination, who brings it there, and what is told of that.
import type { CloudEventSource } from '../api/cloud-event-source.ts';
import { parseCloudEventSource, parseClusterCloudEventSource } from '../api/parse.ts';
import { type Clock, withDeadline } from '../async.ts';
import { createComplaint } from '../complaint.ts';
import { ConfigError, type SluiceError, toSluiceError } from '../errors.ts';
import type { KubeClient, KubeObject, Resource } from '../kube/client.ts';
import type { Logger } from '../log.ts';
import { cloudEventOf, type Occurrence } from './cloud-event.ts';
import { createConditionKeeper } from './condition.ts';
import { deliver, RETRIES } from './deliver.ts';
import type { Destination, DestinationPorts, Sink } from './destination.ts';
import { isWanted } from './event-types.ts';
import { createWaitingEvents } from './waiting-events.ts';

export interface SourceOptions extends DestinationPorts {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly resource: Resource;
  /** Of those that set none. */
  readonly clusterName: string;
  readonly owns: (uid: string) => boolean;
  /** Whether this program may write its condition. */
  readonly mayWrite: boolean;
  readonly hooks: SourceHooks;
  /** Throws a ConfigError for what can never work. */
  readonly connect: (source: CloudEventSource, ports: DestinationPorts) => Destination;
}

export interface SourceHooks {
  /** An event of one source has reached its destination, or never will. `namespace` is '' for a ClusterCloudEventSource. */
  emitted?(event: { namespace: string; source: string; sink: Sink; state: 'emitted' | 'failed' }): void;
}

export interface Source {
  /** The object as the watch shows it. */
  seen(object: KubeObject): void;
  /** Takes it if the definition says so. */
  offer(occurrence: Occurrence): void;
  /** Events that wait. */
  queued(): number;
  /** To be called when it may have become ours. */
  look(): void;
  /** Its object is gone: what waits is dropped. */
  drop(): Promise<void>;
  /** Tries once more what waits, for at most `withinMs`. */
  finish(withinMs: number): Promise<void>;
}

/** KEDA's number. */
const ROOM = 1_024;

interface Delivery {
  readonly ending: AbortController;
  readonly stop: AbortController;
  readonly done: Promise<void>;
}

export function createSource(first: KubeObject, options: SourceOptions): Source {
  const { clock, random, hooks, clusterName, clusterObjectNamespace } = options;
  const { namespace = '', name } = first.metadata;
  const described = `${first.kind} ${namespace === '' ? '' : `${namespace}/`}${name}`;
  const log = options.log.child({ component: 'cloud-events', source: described });
  const failing = createComplaint({ log, clock });
  const losing = createComplaint({ log, clock });
  const life = new AbortController();
  let uid = '';
  let definition: CloudEventSource | undefined;
  let sink: Sink = 'http';
  let place = '';
  let delivery: Delivery | undefined;

  const condition = createConditionKeeper(
    {
      ...options,
      log,
      isOurs: () => options.owns(uid),
      works: () => `events go to ${place}`,
    },
    life.signal,
  );
  const waiting = createWaitingEvents(ROOM, (entries) => {
    count('failed', entries.length);
    losing.raise('full', 'too many CloudEvents wait: the oldest are dropped', { waiting: ROOM });
  });

  function count(state: 'emitted' | 'failed', events: number): void {
    for (let i = 0; i < events; i++) hooks.emitted?.({ namespace, source: name, sink, state });
  }

  function giveUp(events: number, error: SluiceError): void {
    count('failed', events);
    losing.raise(error.code, 'CloudEvents are lost', { events, error });
  }

  async function run(
    object: CloudEventSource,
    former: Delivery | undefined,
    own: Omit<Delivery, 'done'>,
  ): Promise<void> {
    await former?.done;
    if (own.stop.signal.aborted) return;
    const destination = options.connect(object, options);
    ({ sink, place } = destination);
    try {
      await deliver(
        {
          waiting,
          destination,
          clock,
          random,
          hooks: {
            prepared: () => condition.setUp(undefined),
            delivered(events) {
              count('emitted', events);
              condition.shown(undefined);
              failing.settle('CloudEvents are delivered again');
            },
            lost: giveUp,
            failed(error, times) {
              failing.raise(error.code, 'CloudEvents are not delivered', { error, times });
              const isLasting = error.code === 'CONFIG_INVALID' || error.code === 'AUTH_FAILED';
              if (isLasting) condition.setUp(error);
              if (times > RETRIES) condition.shown(error);
            },
          },
        },
        { ending: own.ending.signal, stop: own.stop.signal },
      );
    } finally {
      await destination.close();
    }
  }

  function end(former: Delivery | undefined): void {
    former?.stop.abort(new DOMException('the source has changed', 'AbortError'));
    former?.ending.abort();
  }

  function begin(object: CloudEventSource): void {
    const former = delivery;
    const own = { ending: new AbortController(), stop: new AbortController() };
    const done = run(object, former, own).catch((thrown: unknown) => {
      const error = toSluiceError(thrown, described);
      if (!(error instanceof ConfigError)) log.error('CloudEvents are not delivered any more', { error });
      condition.setUp(error);
    });
    delivery = { ...own, done };
    end(former);
  }

  function define(object: KubeObject): void {
    try {
      const parse = namespace === '' ? parseClusterCloudEventSource : parseCloudEventSource;
      definition = parse(object).object;
      begin(definition);
    } catch (thrown) {
      definition = undefined;
      end(delivery);
      condition.setUp(toSluiceError(thrown, described));
    }
  }

  let generation: unknown;
  return {
    seen(object) {
      uid = object.metadata.uid ?? '';
      condition.seen(object);
      const now = `${uid}/${object.metadata.generation ?? object.metadata.resourceVersion}`;
      if (now === generation) return;
      if (generation !== undefined) condition.redefined();
      generation = now;
      define(object);
    },
    offer(occurrence) {
      if (!definition || !isWanted(occurrence.type, definition.spec.eventSubscription)) return;
      const origin = { clusterName: definition.spec.clusterName || clusterName, namespace: clusterObjectNamespace };
      waiting.add({ event: cloudEventOf(occurrence, origin), since: occurrence.at, refusals: 0 });
    },
    queued: waiting.size,
    look: condition.look,
    async drop() {
      life.abort();
      end(delivery);
      await delivery?.done;
    },
    async finish(withinMs) {
      const { ending, done } = delivery ?? {};
      ending?.abort();
      const inTime = withDeadline(clock, new AbortController().signal, withinMs, described, async () => done);
      await inTime.catch(() => {});
      end(delivery);
      await done;
      life.abort();
      if (waiting.size() === 0) return;
      count('failed', waiting.size());
      log.warn('CloudEvents are lost at shutdown', { events: waiting.size() });
    },
  };
}
