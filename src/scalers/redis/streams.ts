// The three measures of a Redis stream: its length, what a consumer group has pending, and how far the group lags behind.
import type { Cluster, Redis } from 'ioredis';
import { SourceAnswerError } from '../../errors.ts';
import { notPermitted, refusal } from './errors.ts';
import type { RedisQuestion } from './source.ts';
import { entriesAhead, type GroupInfo, readCount, readGroups, readStream } from './stream-info.ts';

/** The name of a measure is that of the parameter with its target. */
export type StreamMeasure = 'streamLength' | 'pendingEntriesCount' | 'lagCount';

export interface Stream {
  readonly stream: string;
  readonly consumerGroup?: string | undefined;
  readonly lagCount?: number | undefined;
}

/** KEDA's precedence: without a group the length; with one the lag, if lagCount is there and not 0; else what is pending. */
export function streamMeasure({ consumerGroup, lagCount = 0 }: Omit<Stream, 'stream'>): StreamMeasure {
  if (consumerGroup === undefined) return 'streamLength';
  return lagCount === 0 ? 'pendingEntriesCount' : 'lagCount';
}

export function streamQuestion(config: Stream): RedisQuestion {
  const { stream, consumerGroup: group = '' } = config;
  const measure = streamMeasure(config);
  const [streamName, groupName] = [JSON.stringify(stream), JSON.stringify(group)];
  const ask: Record<StreamMeasure, RedisQuestion['ask']> = {
    streamLength: async (client) => readCount(await client.xlen(stream)),
    pendingEntriesCount: async (client) => readCount((await client.xpending(stream, group))[0]),
    lagCount: (client, where) => lag(client, where, stream, group),
  };
  return {
    key: JSON.stringify(['stream', measure, stream, group]),
    refusals: [
      refusal(/^WRONGTYPE/, `expected key ${streamName} to be a stream, found another type; lists have the type redis`),
      refusal(
        /^NOGROUP/,
        `stream ${streamName} has no consumer group ${groupName}, or is missing itself; lagCount measures before there is a group`,
        'SOURCE_NOT_FOUND',
      ),
      notPermitted(COMMANDS[measure]),
    ],
    ask: ask[measure],
  };
}

const COMMANDS: Readonly<Record<StreamMeasure, string>> = {
  streamLength: 'XLEN',
  pendingEntriesCount: 'XPENDING',
  lagCount: 'XINFO, XLEN and INFO',
};

/**
 * Entries that the group was not given yet; all of them while there is no such group, and 0 without a stream, as KEDA has it. A server's
 * lag still counts entries that were trimmed since, so that the length bounds it.
 */
async function lag(client: Redis | Cluster, where: string, stream: string, group: string): Promise<number> {
  const [groups, length] = await Promise.all([groupsOf(client, stream), client.xlen(stream).then(readCount)]);
  const own = groups.find(({ name }) => name === group);
  if (own?.lag === undefined) await expectRedis7(client, where);
  if (own === undefined) return length;
  return Math.min(length, own.lag ?? entriesAhead(readStream(await client.xinfo('STREAM', stream)), own));
}

export async function groupsOf(client: Redis | Cluster, stream: string): Promise<readonly GroupInfo[]> {
  try {
    return readGroups(await client.xinfo('GROUPS', stream));
  } catch (error) {
    if (error instanceof Error && error.message.includes('no such key')) return [];
    throw error;
  }
}

/** Earlier ones don't count what a group has read. Asked only while no group tells its lag. */
async function expectRedis7(client: Redis | Cluster, where: string): Promise<void> {
  const [, version, major] = /^redis_version:((\d+)[\w.]*)/m.exec(await client.info('server')) ?? [];
  if (Number(major) >= 7) return;
  throw new SourceAnswerError(
    `${where}: expected Redis 7 or newer for lagCount, found ${version ?? 'no version'}; measure pendingEntriesCount instead`,
  );
}
