// Redis as a cluster and behind a sentinel: lists and streams from zero to N and back.
import { Cluster, Redis } from 'ioredis';
import { describe } from '@jest/globals';
import { CREDENTIALS, hasRedis, startRedis, startSentinel, whereInstalled } from '../support/brokers.ts';
import { describeQueueStory, type StagedQueue } from '../support/queue-story.ts';
import { startRedisCluster } from '../support/redis-cluster.ts';

type Server = Pick<StagedQueue, 'metadata' | 'stop'> & { readonly client: Redis | Cluster };

async function startCluster(): Promise<Server> {
  const cluster = await startRedisCluster();
  const client = new Cluster([{ port: cluster.nodes[0]?.port ?? 0 }], { redisOptions: CREDENTIALS });
  return {
    client,
    metadata: { addresses: cluster.addresses },
    async stop() {
      client.disconnect();
      await cluster.stop();
    },
  };
}

async function startWithSentinel(): Promise<Server> {
  const master = await startRedis();
  const sentinel = await startSentinel('orders', master.port);
  const client = new Redis({ port: master.port, ...CREDENTIALS });
  return {
    client,
    metadata: { address: `127.0.0.1:${sentinel.port}`, sentinelMaster: 'orders' },
    async stop() {
      client.disconnect();
      await sentinel.stop();
      await master.stop();
    },
  };
}

async function list(type: string, start: () => Promise<Server>): Promise<StagedQueue> {
  const { client, metadata, stop } = await start();
  return {
    type,
    metadata: { ...metadata, listName: 'jobs', listLength: '10' },
    auth: CREDENTIALS,
    put: (messages) => client.rpush('jobs', ...Array.from({ length: messages }, String)),
    empty: () => client.del('jobs'),
    stop,
  };
}

async function stream(type: string, start: () => Promise<Server>): Promise<StagedQueue> {
  const { client, metadata, stop } = await start();
  await client.xgroup('CREATE', 'orders', 'billing', '0', 'MKSTREAM');
  return {
    type,
    metadata: { ...metadata, stream: 'orders', consumerGroup: 'billing', lagCount: '10' },
    auth: CREDENTIALS,
    // All at once, as one transaction: a look between two of them would see fewer.
    put: (messages) =>
      Array.from({ length: messages })
        .reduce<ReturnType<Redis['multi']>>((all) => all.xadd('orders', '*', 'n', 1), client.multi())
        .exec(),
    empty: () => client.xgroup('SETID', 'orders', 'billing', '$'),
    stop,
  };
}

describeQueueStory(
  'a worker on Redis of another kind',
  {
    'redis-cluster list': () => list('redis-cluster', startCluster),
    'redis-sentinel list': () => list('redis-sentinel', startWithSentinel),
    'redis-cluster stream': () => stream('redis-cluster-streams', startCluster),
    'redis-sentinel stream': () => stream('redis-sentinel-streams', startWithSentinel),
  },
  whereInstalled(hasRedis, 'redis-server', describe) as typeof describe,
);
