// Servers that never come to the end of a reply: a driver that waits for it keeps what it has.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { openExchange } from '../../../src/scalers/kafka/exchange.ts';
import { openRedis } from '../../../src/scalers/redis/connection.ts';
import { eventually } from '../../support/eventually.ts';

const { signal } = new AbortController();
const PIECE = Buffer.alloc(2 ** 20, 'a');
const servers: Server[] = [];

/** Says `beginning`, and then so many pieces of a MiB to everybody who says anything. Resolves to its port. */
async function startServer(beginning: Buffer, pieces: number): Promise<{ port: number; open: Set<Socket> }> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket)).on('error', () => {});
    socket.once('data', () => {
      socket.write(beginning);
      let left = pieces;
      const go = (): void => {
        while (!socket.destroyed && left-- > 0) if (!socket.write(PIECE)) return void socket.once('drain', go);
      };
      go();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  return { port: (server.address() as AddressInfo).port, open };
}

afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((closed) => server.close(closed));
});

describe('a reply without end', () => {
  it('of Redis ends the connection', async () => {
    const { port } = await startServer(Buffer.from('$4000000000\r\n'), 4_000);
    const topology = { kind: 'server', address: { host: '127.0.0.1', port } } as const;
    let isLost = false;
    const options = { topology, database: 0, username: undefined, password: undefined, tls: undefined };
    const client = await openRedis(options, () => (isLost = true), signal);
    await expect(client.llen('queue')).rejects.toThrow();
    await eventually('it is lost', async () => isLost);
  });

  it('of many brokers of Kafka leaves those that fit into memory', async () => {
    const size = Buffer.alloc(4);
    size.writeInt32BE(60 * 2 ** 20);
    const { port, open } = await startServer(size, 20);
    const exchanges = await Promise.all(
      Array.from({ length: 8 }, () =>
        openExchange({ host: '127.0.0.1', port }, { tls: undefined, where: 'kafka:b' }, () => {}, signal),
      ),
    );
    const answers = exchanges.map((exchange) => exchange.send(Buffer.from('x'), signal).catch((error) => error.code));
    await eventually('only those are left that fit', async () => open.size > 0 && open.size <= 4);
    for (const exchange of exchanges) exchange.end();
    expect(await Promise.all(answers)).toEqual(Array(8).fill('SOURCE_UNAVAILABLE'));
  });
});
