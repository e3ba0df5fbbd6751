// A real Redis Cluster: three masters that share the slots, each with a replica.
import { Redis } from 'ioredis';
import { freePort } from '../../src/sandbox/free-port.ts';
import { type Broker, CREDENTIALS, startRedis } from './brokers.ts';
import { eventually } from './eventually.ts';

export interface RedisCluster {
  /** The masters' first, then those of their replicas, in the same order. */
  readonly nodes: readonly Broker[];
  /** `host:port` of all of them, with commas between. */
  readonly addresses: string;
  stop(): Promise<void>;
}

const SLOTS = 16_384;

export async function startRedisCluster(masters = 3): Promise<RedisCluster> {
  const nodes = await Promise.all(Array.from({ length: 2 * masters }, startNode));
  const clients = nodes.map(({ port }) => new Redis({ port, ...CREDENTIALS }));
  const [first] = clients;
  if (first === undefined) throw new Error('a cluster has at least one master');
  await Promise.all(nodes.map(({ port, busPort }) => first.cluster('MEET', '127.0.0.1', port, busPort)));
  const ids = await Promise.all(clients.map((client) => client.cluster('MYID')));
  for (const [i, client] of clients.slice(0, masters).entries()) {
    const [from, to] = [i, i + 1].map((part) => Math.floor((part * SLOTS) / masters));
    await client.cluster('ADDSLOTSRANGE', from ?? 0, (to ?? 0) - 1);
  }
  for (const [i, client] of clients.slice(masters).entries()) {
    await eventually('its master is known', () => client.cluster('REPLICATE', ids[i] ?? ''));
  }
  await eventually('the cluster is ready', async () => {
    const infos = await Promise.all(clients.map((client) => client.cluster('INFO')));
    const known = String(await first.cluster('NODES'));
    return infos.every((info) => info.includes('cluster_state:ok')) && known.match(/ slave /g)?.length === masters;
  });
  await eventually('the replicas have copied their masters', async () => {
    const infos = await Promise.all(clients.slice(masters).map((client) => client.info('replication')));
    return infos.every((info) => info.includes('master_link_status:up'));
  });
  for (const client of clients) client.disconnect();
  return {
    nodes,
    addresses: nodes.map(({ port }) => `127.0.0.1:${port}`).join(','),
    stop: async () => void (await Promise.all(nodes.map((node) => node.stop()))),
  };
}

/** The bus would be 10,000 ports further up, where there may be none. */
async function startNode(): Promise<Broker & { readonly busPort: number }> {
  const busPort = await freePort();
  const node = await startRedis([
    'cluster-enabled yes',
    'cluster-announce-ip 127.0.0.1',
    `cluster-port ${busPort}`,
    'cluster-node-timeout 1000',
    'databases 1',
    'repl-diskless-sync-delay 0',
    `masteruser ${CREDENTIALS.username}`,
    `masterauth ${CREDENTIALS.password}`,
  ]);
  return { ...node, busPort };
}
