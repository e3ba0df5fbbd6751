// Hears of keys that grow, by Redis's keyspace notifications, where the server has them switched on. Nothing is switched on here.
import type { Redis } from 'ioredis';
import type { Clock } from '../../async.ts';
import { AuthError, SourceAnswerError, SourceUnavailableError } from '../../errors.ts';
import { unlessAborted } from '../coalesce.ts';
import { isTranslated } from '../network-errors.ts';
import { createReopening } from '../reopening.ts';
import type { RedisConnectionOptions } from './connection.ts';
import { type KnownAnswer, translateRedisError } from './errors.ts';
import { openSubscribers } from './subscribers.ts';

/** Keys of one kind. */
export interface WatchedKeys {
  readonly keys: readonly string[];
  /** Redis's letters for the kinds of event that tell of them: l list, s set, z sorted set, h hash, t stream. */
  readonly events: string;
}

export interface Notifications {
  /** See Scaler.watch. All who watch share one connection to each server, which ends with the last of them. */
  watch(watched: WatchedKeys, wake: () => void, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

interface Channel {
  readonly wakes: Set<() => void>;
  readonly subscribed: Promise<unknown>;
}

interface Session {
  readonly servers: readonly Redis[];
  /** The server's notify-keyspace-events; undefined when we may not ask. */
  readonly switchedOn: string | undefined;
  readonly channels: Map<string, Channel>;
  /** Of those who watch: rejects when the connection is lost. */
  readonly losers: Set<(error: SourceUnavailableError) => void>;
  readonly end: () => void;
}

const OPEN_DEADLINE_MS = 10_000;
/** A connection on which nothing happens is asked so often whether it still lives. */
const PING_MS = 30_000;
/** A server without notifications is not asked again before. */
const OFF_MS = 240_000;

/** Events by which a key gets smaller or goes; any other one may mean work. */
const SHRINKING = new Set(
  (
    'lpop rpop ltrim lrem spop srem zpopmin zpopmax zrem zremrangebyscore zremrangebyrank zremrangebylex hdel xdel xtrim ' +
    'del unlink expire expired evicted persist rename_from move_from'
  ).split(' '),
);

const NOT_PERMITTED: KnownAnswer = [
  /^NOPERM/,
  (message) => new AuthError(message),
  'the user may not hear of changed keys; allow SUBSCRIBE and the channels __keyspace@*, or do without push (NOPERM)',
];

export function createNotifications(options: {
  readonly connection: RedisConnectionOptions;
  /** Names the server in errors. */
  readonly where: string;
  readonly clock: Clock;
}): Notifications {
  const { where, clock } = options;
  const prefix = `__keyspace@${options.connection.database}__:`;
  let watchers = 0;
  let off: { readonly since: number; readonly error: SourceAnswerError } | undefined;

  const connection = createReopening<Session>({
    clock,
    deadlineMs: OPEN_DEADLINE_MS,
    what: where,
    async open(lost, signal) {
      const channels: Session['channels'] = new Map();
      const losers: Session['losers'] = new Set();
      const gone = new SourceUnavailableError(`${where}: the connection that hears of changed keys was lost`);
      let isLost = false;
      let end = (): void => {};
      const servers = await openSubscribers(
        options.connection,
        () => {
          isLost = true;
          lost();
          end();
          for (const lose of losers) lose(gone);
        },
        signal,
      );
      const stopPings = keepAlive(servers, clock);
      end = () => {
        stopPings();
        for (const server of servers) server.disconnect();
      };
      for (const server of servers) {
        server.on('message', (channel: string, event: string) => {
          if (SHRINKING.has(event)) return;
          for (const wake of channels.get(channel)?.wakes ?? []) wake();
        });
      }
      const letters = await switchedOn(servers);
      if (!isLost) return { servers, channels, losers, switchedOn: letters, end };
      end();
      throw gone;
    },
    shut: async ({ end }) => end(),
  });

  function expectEvents({ switchedOn: letters }: Session, events: string): void {
    if (letters === undefined) return;
    if (letters.includes('K') && new RegExp(`[A${events}]`).test(letters)) return;
    const error = new SourceAnswerError(
      `${where}: no push, because the server does not tell of changed keys: expected notify-keyspace-events to have K and ` +
        `one of ${events}, or KA, found ${JSON.stringify(letters)}`,
    );
    off ??= { since: clock.now(), error };
    throw off.error;
  }

  async function listen(session: Session, channel: string, wake: () => void): Promise<void> {
    const known = session.channels.get(channel);
    const entry = known ?? {
      wakes: new Set(),
      subscribed: Promise.all(session.servers.map((it) => it.subscribe(channel))),
    };
    session.channels.set(channel, entry);
    entry.wakes.add(wake);
    await entry.subscribed;
  }

  function leave(session: Session, channel: string, wake: () => void): void {
    const entry = session.channels.get(channel);
    if (!entry?.wakes.delete(wake) || entry.wakes.size > 0) return;
    session.channels.delete(channel);
    for (const server of session.servers) server.unsubscribe(channel).catch(() => {});
  }

  async function follow(
    session: Session,
    { keys, events }: WatchedKeys,
    wake: () => void,
    signal: AbortSignal,
  ): Promise<void> {
    expectEvents(session, events);
    const { promise: ended, reject: lose } = Promise.withResolvers<never>();
    // Whoever stopped waiting hears of the loss as well.
    ended.catch(() => {});
    session.losers.add(lose);
    // Equal functions would be one in the set of a channel.
    const own = (): void => wake();
    const channels = keys.map((key) => prefix + key);
    try {
      await unlessAborted(Promise.race([Promise.all(channels.map((it) => listen(session, it, own))), ended]), signal);
      // What happened before was not heard.
      wake();
      await unlessAborted(ended, signal);
    } finally {
      session.losers.delete(lose);
      for (const channel of channels) leave(session, channel, own);
    }
  }

  return {
    async watch(watched, wake, signal) {
      if (off && Math.abs(clock.now() - off.since) < OFF_MS) throw off.error;
      off = undefined;
      watchers++;
      try {
        await follow(await unlessAborted(connection.get(), signal), watched, wake, signal);
      } catch (error) {
        if (isTranslated(error, signal)) throw error;
        throw translateRedisError(where, error, [NOT_PERMITTED]);
      } finally {
        if (--watchers === 0) await connection.drop();
      }
    },
    close: () => connection.close(),
  };
}

/** Many managed servers refuse CONFIG; then nobody knows before a notification comes. */
async function switchedOn([server]: readonly Redis[]): Promise<string | undefined> {
  const answer: unknown = await server?.config('GET', 'notify-keyspace-events').catch(() => undefined);
  const letters: unknown = Array.isArray(answer) ? answer[1] : undefined;
  return typeof letters === 'string' && /^[\w$]{0,20}$/.test(letters) ? letters : undefined;
}

/** A server that does not answer in time is disconnected by the driver. */
function keepAlive(servers: readonly Redis[], clock: Clock): () => void {
  const ping = (): void => {
    for (const server of servers) server.ping().catch(() => {});
    stop = clock.schedule(PING_MS, ping);
  };
  let stop = clock.schedule(PING_MS, ping);
  return () => stop();
}
