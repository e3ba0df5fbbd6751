// Redis behind the demo: a real one, where the queue is a stream and the consumer a group.
import { join } from 'node:path';
import type { LocalRedis } from '../../sandbox/redis-server.ts';
import type { DemoBroker, DemoBrokerOptions } from './demo-broker.ts';

const STREAM = 'message-queue';
const DEAD_LETTERS = 'message-queue-dead';
/** Dapr: the subscriber's app-id. */
const GROUP = 'consumer';

export async function startRedisBroker({ directory, clock, signal }: DemoBrokerOptions): Promise<DemoBroker> {
  const { startLocalRedis } = await import('../../sandbox/redis-server.ts');
  const password = 'demo';
  const redis = await startLocalRedis({ directory: join(directory, 'redis'), password, clock, signal });
  const length = async (stream: string): Promise<number> => Number(await redis.call('XLEN', stream));
  return {
    title: 'Redis',
    secret: { name: 'redis', stringData: { host: redis.address, password } },
    setsAside: true,
    depth: async () => ({ waiting: await undone(redis, length), setAside: await length(DEAD_LETTERS) }),
    async peek() {
      const [entry] = (await redis.call('XRANGE', STREAM, '-', '+', 'COUNT', 1)) as [string, string[]][];
      const fields = entry?.[1] ?? [];
      const text = fields[fields.indexOf('data') + 1];
      if (text === undefined) return undefined;
      // Dapr puts an envelope around what is published.
      const { data } = JSON.parse(text) as { data: unknown };
      return JSON.stringify(data);
    },
    async purge() {
      await redis.call('XTRIM', STREAM, 'MAXLEN', 0);
    },
    stop: () => redis.stop(),
  };
}

/** Entries that the group was not given yet, and those that it was and has not acknowledged. */
async function undone(redis: LocalRedis, length: (stream: string) => Promise<number>): Promise<number> {
  const all = await length(STREAM);
  const groups = all === 0 ? [] : ((await redis.call('XINFO', 'GROUPS', STREAM)) as unknown[][]);
  for (const entries of groups) {
    const value = (name: string): unknown => entries[entries.indexOf(name) + 1];
    if (value('name') === GROUP) return Number(value('pending')) + Number(value('lag') ?? 0);
  }
  return all;
}
