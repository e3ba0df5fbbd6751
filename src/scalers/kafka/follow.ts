// Tells when something is written to topics: one long fetch at a time from each broker that leads one, whoever listens to how many.
import { type Clock, sleep, withDeadline } from '../../async.ts';
import { AuthError, type SluiceError, SourceUnavailableError } from '../../errors.ts';
import { unlessAborted } from '../coalesce.ts';
import type { Cluster } from './cluster.ts';
import { protocolError } from './errors.ts';
import { fetchEnds } from './fetch-request.ts';
import type { KafkaSource } from './offsets.ts';
import { findPositions, type Position } from './positions.ts';

export interface Follower {
  readonly watch: KafkaSource['watch'];
  close(): Promise<void>;
}

interface Listener {
  readonly topics: ReadonlySet<string>;
  /** True once it was told that somebody listens for it. */
  isHeard: boolean;
  readonly wake: () => void;
  readonly fail: (error: unknown) => void;
}

/** How long a broker keeps a question for which it has no news; new listeners wait for it, too. */
const WAIT_MS = 2_000;
/** Beyond that, before a broker that says nothing is given up. */
const SILENCE_MS = 5_000;
/** Before brokers are asked where partitions are, so that many listeners begin together and new leaders have time to be known. */
const GATHER_MS = 100;
/** A topic that has just grown is left alone for a while: what comes then is told as one. */
const REST_MS = 500;
const LOCATE_DEADLINE_MS = 10_000;
/** How old the knowledge of partitions and leaders may get: it is when new partitions are found. */
const LOCATE_EVERY_MS = 60_000;
/** OFFSET_OUT_OF_RANGE, UNKNOWN_TOPIC_OR_PARTITION, LEADER_NOT_AVAILABLE, NOT_LEADER_OR_FOLLOWER, REPLICA_NOT_AVAILABLE, KAFKA_STORAGE_ERROR, FENCED_LEADER_EPOCH. */
const LOOK_AGAIN = new Set([1, 3, 5, 6, 9, 56, 74]);
const TOPIC_AUTHORIZATION_FAILED = 29;

/** `open` gives connections that nothing else uses: a broker answers what it is asked on one in order. `where` names the cluster in errors. */
export function createFollower({
  open,
  where,
  clock,
}: {
  readonly open: () => Cluster;
  readonly where: string;
  readonly clock: Clock;
}): Follower {
  const listeners = new Set<Listener>();
  let running: { readonly life: AbortController; readonly ended: Promise<void> } | undefined;
  /** Topics have come that nobody follows. */
  let isStale = false;

  async function run(signal: AbortSignal): Promise<void> {
    const cluster = open();
    let known: readonly Position[] = [];
    try {
      while (!signal.aborted) {
        await sleep(clock, GATHER_MS, signal);
        isStale = false;
        known = await locate(cluster, known, signal);
        const byNode = Map.groupBy(known, ({ leader }) => leader);
        const untilMs = clock.now() + LOCATE_EVERY_MS;
        const followed = await Promise.all(
          [...byNode].map(([node, ends]) => follow(cluster, node, ends, untilMs, signal)),
        );
        if (byNode.size === 0) await sleep(clock, WAIT_MS, signal);
        known = followed.flat();
      }
    } finally {
      await cluster.close();
    }
  }

  /** Where all topics end now. Wakes those who begin to listen, and those whose topics have grown unseen. */
  async function locate(
    cluster: Cluster,
    before: readonly Position[],
    signal: AbortSignal,
  ): Promise<readonly Position[]> {
    const names = [...new Set([...listeners].flatMap(({ topics }) => [...topics]))];
    const { positions, troubles } = await withDeadline(clock, signal, LOCATE_DEADLINE_MS, where, (within) =>
      findPositions({ cluster, clock, where }, names, within),
    );
    const known = new Map(before.map((each) => [keyOf(each), each.end]));
    const changed = positions.filter((each) => known.get(keyOf(each)) !== each.end);
    tell(new Set(changed.map(({ topic }) => topic)));
    for (const listener of listeners) {
      const found = [...listener.topics].flatMap((topic) => troubles.get(topic) ?? []);
      // One that is missing keeps nobody from listening to the others.
      const trouble =
        found.find(({ isMissing }) => !isMissing) ?? (found.length === listener.topics.size ? found[0] : undefined);
      if (trouble) listener.fail(trouble.error);
      else if (!listener.isHeard) {
        listener.isHeard = true;
        listener.wake();
      }
    }
    return positions;
  }

  /** Resolves to the last known ends when it is time to look for the partitions anew. */
  async function follow(
    cluster: Cluster,
    node: number,
    begin: readonly Position[],
    untilMs: number,
    signal: AbortSignal,
  ): Promise<readonly Position[]> {
    const ends = new Map(begin.map((each) => [keyOf(each), each]));
    const resting = new Map<string, number>();
    while (!isStale && clock.now() < untilMs) {
      const now = clock.now();
      for (const [topic, sinceMs] of resting) if (Math.abs(now - sinceMs) >= REST_MS) resting.delete(topic);
      const asked = [...ends.values()].filter(({ topic }) => !resting.has(topic));
      if (asked.length === 0) {
        await sleep(clock, REST_MS, signal);
        continue;
      }
      const waitMs = resting.size > 0 ? REST_MS : WAIT_MS;
      const grown = new Set<string>();
      for (const { name, partitions } of await ask(cluster, node, asked, waitMs, signal)) {
        for (const { partition, error, end } of partitions) {
          const last = ends.get(keyOf({ topic: name, partition }));
          if (last === undefined) continue;
          if (LOOK_AGAIN.has(error)) isStale = true;
          else if (error !== 0) refuse(name, error);
          else if (end !== last.end) {
            ends.set(keyOf(last), { ...last, end });
            grown.add(name);
          }
        }
      }
      for (const topic of grown) resting.set(topic, clock.now());
      tell(grown);
    }
    return [...ends.values()];
  }

  function ask(cluster: Cluster, node: number, ends: readonly Position[], waitMs: number, signal: AbortSignal) {
    const topics = [...Map.groupBy(ends, ({ topic }) => topic)].map(([name, partitions]) => ({
      name,
      partitions: partitions.map(({ partition, end }) => ({ partition, from: end })),
    }));
    return withDeadline(clock, signal, waitMs + SILENCE_MS, where, async (within) => {
      const broker = await cluster.broker(node);
      return broker.ask(fetchEnds, { waitMs, topics }, within);
    });
  }

  function tell(topics: ReadonlySet<string>): void {
    if (topics.size === 0) return;
    for (const { isHeard, topics: own, wake } of listeners) if (isHeard && !own.isDisjointFrom(topics)) wake();
  }

  function refuse(topic: string, code: number): void {
    isStale = true;
    const error = fetchError(where, `topic ${JSON.stringify(topic)}`, code);
    for (const listener of listeners) if (listener.topics.has(topic)) listener.fail(error);
  }

  function start(): void {
    if (running) return;
    const life = new AbortController();
    const ended = run(life.signal).catch((error: unknown) => {
      if (life.signal.aborted) return;
      running = undefined;
      for (const { fail } of listeners) fail(error);
    });
    running = { life, ended };
  }

  async function stop(): Promise<void> {
    const gone = running;
    running = undefined;
    gone?.life.abort(new DOMException('nobody listens any more', 'AbortError'));
    await gone?.ended;
  }

  return {
    async watch(topics, wake, signal) {
      if (topics.length === 0) return;
      const { promise: failed, reject: fail } = Promise.withResolvers<never>();
      failed.catch(() => {});
      const listener: Listener = { topics: new Set(topics), isHeard: false, wake, fail };
      listeners.add(listener);
      isStale = true;
      start();
      try {
        await unlessAborted(failed, signal);
      } finally {
        listeners.delete(listener);
        if (listeners.size === 0) await stop();
      }
    },
    async close() {
      for (const { fail } of listeners) fail(new SourceUnavailableError(`${where}: the source was closed`));
      await stop();
    },
  };
}

function fetchError(where: string, subject: string, code: number): SluiceError {
  if (code !== TOPIC_AUTHORIZATION_FAILED) return protocolError(where, subject, code);
  return new AuthError(
    `${where}: ${subject} may not be read by this account, so that nobody tells of new messages; allow it the operation Read on the topic (TOPIC_AUTHORIZATION_FAILED)`,
  );
}

const keyOf = ({ topic, partition }: Pick<Position, 'topic' | 'partition'>): string => `${topic}/${partition}`;
