// What else a stream tells about what waits in it: since when the oldest entry does, and how many were done with so far.
import type { Cluster, Redis } from 'ioredis';
import { SourceAnswerError } from '../../errors.ts';
import { notPermitted } from './errors.ts';
import type { RedisQuestion } from './source.ts';
import { type EntryId, readCount, readEntryId, readFirstId, readStream, readTimeMs } from './stream-info.ts';
import { groupsOf, type Stream, type StreamMeasure, streamMeasure, streamQuestion } from './streams.ts';

/** `waiting` is the depth, as the trigger's own parameters measure it: the length, what is pending, or the lag. */
export interface StreamTimes {
  readonly waiting: number;
  /** Of the oldest entry that waits; 0 when none does. */
  readonly ageSeconds: number;
}
export interface StreamProgress {
  readonly waiting: number;
  /** Entries that stopped waiting since the stream began; only grows. */
  readonly done: number;
}

/** The age by the server's own clock: an entry's ID is the time at which it came. */
export function streamTimesQuestion(config: Stream): RedisQuestion<StreamTimes> {
  const { stream, consumerGroup: group = '' } = config;
  const measure = streamMeasure(config);
  const depth = streamQuestion(config);
  const oldest: Record<StreamMeasure, (client: Redis | Cluster) => Promise<EntryId | undefined>> = {
    streamLength: async (client) => readFirstId(await client.xrange(stream, '-', '+', 'COUNT', 1)),
    pendingEntriesCount: async (client) => readEntryId((await client.xpending(stream, group))[1]),
    async lagCount(client) {
      const own = (await groupsOf(client, stream)).find(({ name }) => name === group);
      const after = own === undefined ? '-' : `(${own['last-delivered-id'].join('-')}`;
      return readFirstId(await client.xrange(stream, after, '+', 'COUNT', 1));
    },
  };
  return {
    key: JSON.stringify(['age', depth.key]),
    refusals: [notPermitted('TIME and XRANGE'), ...depth.refusals],
    async ask(client, where) {
      const [waiting, id, now] = await Promise.all([
        depth.ask(client, where),
        oldest[measure](client),
        client.call('TIME').then(readTimeMs),
      ]);
      return { waiting, ageSeconds: id === undefined ? 0 : Math.max(0, (now - Number(id[0])) / 1_000) };
    },
  };
}

/** Needs Redis 7, and a stream and group whose counters the server has kept. */
export function streamProgressQuestion(config: Stream): RedisQuestion<StreamProgress> {
  const { stream, consumerGroup: group = '' } = config;
  const measure = streamMeasure(config);
  const depth = streamQuestion(config);

  async function read(client: Redis | Cluster, where: string): Promise<number> {
    const own = (await groupsOf(client, stream)).find(({ name }) => name === group);
    // A new group has read nothing, which the server tells by its last ID only.
    if (own === undefined || own['last-delivered-id'].every((part) => part === 0n)) return 0;
    return known(own['entries-read'], 'entries-read', where);
  }
  const done: Record<StreamMeasure, (client: Redis | Cluster, where: string, waiting: number) => Promise<number>> = {
    async streamLength(client, where, length) {
      if (length === 0 && readCount(await client.exists(stream)) === 0) return 0;
      return known(readStream(await client.xinfo('STREAM', stream))['entries-added'], 'entries-added', where) - length;
    },
    pendingEntriesCount: async (client, where, pending) => (await read(client, where)) - pending,
    lagCount: read,
  };
  return {
    key: JSON.stringify(['progress', depth.key]),
    refusals: [notPermitted('XINFO and EXISTS'), ...depth.refusals],
    async ask(client, where) {
      const waiting = await depth.ask(client, where);
      return { waiting, done: await done[measure](client, where, waiting) };
    },
  };
}

function known(counter: number | null | undefined, name: string, where: string): number {
  if (typeof counter === 'number') return counter;
  throw new SourceAnswerError(
    `${where}: expected the server to tell ${name} for drainTime, found none; it takes Redis 7 or newer and a group that was not set back`,
  );
}
