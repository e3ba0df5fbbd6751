// A relay in front of one broker that has it say it was elsewhere: Kafka's clients go where the broker says it is, past any proxy.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface KafkaRelay {
  readonly port: number;
  /** Where the broker says from now on that it is. */
  advertise(port: number): void;
  stop(): Promise<void>;
}

export async function startKafkaRelay(brokerPort: number): Promise<KafkaRelay> {
  const sockets = new Set<Socket>();
  const told = addressOf(brokerPort);
  let instead = told;
  const server = createServer((client) => {
    const broker = connect(brokerPort, '127.0.0.1');
    for (const [from, to] of [
      [client, broker],
      [broker, client],
    ] as const) {
      sockets.add(from);
      from.on('error', () => {});
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
    client.on('data', (bytes) => broker.write(bytes));
    broker.on('data', (bytes) => {
      for (let at = bytes.indexOf(told); at >= 0; at = bytes.indexOf(told, at + 1)) instead.copy(bytes, at);
      client.write(bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    advertise: (port) => void (instead = addressOf(port)),
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** As it stands in an answer: the host, and the port in 32 bits. Equally long for every port. */
function addressOf(port: number): Buffer {
  const bytes = Buffer.from('127.0.0.1....');
  bytes.writeInt32BE(port, bytes.length - 4);
  return bytes;
}
