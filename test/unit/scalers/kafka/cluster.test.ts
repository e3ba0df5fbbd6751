import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { AuthError } from '../../../../src/errors.ts';
import { type Cluster, createCluster } from '../../../../src/scalers/kafka/cluster.ts';
import type { Login } from '../../../../src/scalers/kafka/broker.ts';
import { createFakeClock } from '../../../support/clock.ts';

const never = new AbortController().signal;
const servers: Server[] = [];
const sockets = new Set<Socket>();
let cluster: Cluster | undefined;

/** Answers ApiVersions, with nothing to offer, unless it is deaf; counts its connections. */
async function startBroker(isDeaf = false) {
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      if (isDeaf) return;
      const answer = Buffer.alloc(14);
      answer.writeInt32BE(10);
      bytes.copy(answer, 4, 8, 12);
      socket.write(answer);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port, connections: () => connections };
}

type Address = Awaited<ReturnType<typeof startBroker>>;
const clock = createFakeClock();
const connect = (brokers: readonly Address[], login?: Login): Cluster =>
  (cluster = createCluster({ access: { brokers, tls: undefined, sasl: undefined }, login, where: 'kafka', clock }));

afterEach(async () => {
  await cluster?.close();
  for (const socket of sockets) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

describe('a cluster', () => {
  it('keeps one connection to a broker, by whatever way it is asked', async () => {
    const broker = await startBroker();
    const { anyone, learn, broker: numbered } = connect([broker]);
    learn([{ node: 7, host: broker.host, port: broker.port }]);
    const one = await anyone(async (found) => found, never);
    expect(await numbered(7)).toBe(one);
    expect(await anyone(async (found) => found, never)).toBe(one);
    expect(broker.connections()).toBe(1);
    await expect(numbered(8)).rejects.toThrow('kafka: broker 8 is not there at the moment');
  });

  it('goes on to the next broker when one says nothing, and begins with that the next time', async () => {
    const [deaf, alive] = [await startBroker(true), await startBroker()];
    const { anyone } = connect([deaf, alive]);
    const found = anyone(async () => 'found', never);
    while (deaf.connections() === 0) await clock.advance(0);
    await clock.advance(1_000);
    while (alive.connections() === 0) await clock.advance(0);
    expect(await found).toBe('found');
    expect(await anyone(async () => 'again', never)).toBe('again');
    expect([deaf.connections(), alive.connections()]).toEqual([1, 1]);
  });

  it('shows no other broker the credentials that one has refused', async () => {
    const [first, second] = [await startBroker(), await startBroker()];
    const refused: Login = () => Promise.reject(new AuthError('no'));
    await expect(connect([first, second], refused).anyone(async () => 'in', never)).rejects.toThrow('no');
    expect([first.connections(), second.connections()]).toEqual([1, 0]);
  });

  it('logs in anew before the broker forgets it', async () => {
    const broker = await startBroker();
    const logins: number[] = [];
    const { anyone } = connect([broker], async () => logins.push(clock.now()) && 60_000);
    const ask = () => anyone(async (found) => found, never);
    const one = await ask();
    await clock.advance(47_000);
    expect(await ask()).toBe(one);
    await clock.advance(2_000);
    const [two, same] = await Promise.all([ask(), ask()]);
    expect(two).not.toBe(one);
    expect(same).toBe(two);
    expect(broker.connections()).toBe(2);
  });

  it('opens nothing any more once it is closed', async () => {
    const broker = await startBroker();
    const { anyone, close } = connect([broker]);
    await close();
    await expect(anyone(async () => 'in', never)).rejects.toThrow('the source was closed');
    expect(broker.connections()).toBe(0);
  });
});
