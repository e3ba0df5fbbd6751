import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type Exchange, openExchange } from '../../../../src/scalers/kafka/exchange.ts';

const never = new AbortController().signal;
const sockets = new Set<Socket>();
let server: Server | undefined;
let exchange: Exchange | undefined;

/** Connects to a server that does what `answer` says with what it gets. */
async function connect(answer: (socket: Socket, bytes: Buffer) => unknown, lost = () => {}): Promise<Exchange> {
  const created = createServer((socket) => {
    sockets.add(socket.setNoDelay(true));
    socket.on('error', () => {});
    socket.on('data', (bytes) => void answer(socket, bytes));
  });
  server = created;
  await new Promise<void>((resolve) => created.listen(0, '127.0.0.1', resolve));
  const { port } = created.address() as AddressInfo;
  exchange = await openExchange({ host: '127.0.0.1', port }, { tls: undefined, where: 'kafka:b' }, lost, never);
  return exchange;
}

afterEach(async () => {
  exchange?.end();
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  await new Promise((resolve) => server?.close(resolve));
});

/** With its size before it, as both sides write. */
function framed(text: string): Buffer {
  const size = Buffer.alloc(4);
  size.writeInt32BE(Buffer.byteLength(text));
  return Buffer.concat([size, Buffer.from(text)]);
}

describe('an exchange with a broker', () => {
  it.each([1, 3, 5, 1_000])('gives each question its answer, though they come in pieces of %i bytes', async (piece) => {
    const answers = ['first', 'the second', 'last answer'];
    let asked = '';
    const { send } = await connect(async (socket, bytes) => {
      asked += bytes;
      if (!asked.endsWith('three')) return;
      const all = Buffer.concat(answers.map(framed));
      for (let at = 0; at < all.length; at += piece) {
        socket.write(all.subarray(at, at + piece));
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
    const heard = await Promise.all(['one', 'two', 'three'].map((text) => send(Buffer.from(text), never)));
    expect(heard.map(String)).toEqual(answers);
    expect(asked).toBe(String(Buffer.concat(['one', 'two', 'three'].map(framed))));
  });

  it.each<readonly [string, Buffer, RegExp]>([
    ['a size below zero', Buffer.from([0xff, 0, 0, 0, 0]), /is this the port of one\?$/],
    ['a size beyond all measure', Buffer.from('HTTP/1.1 400 Bad Request'), /is this the port of one\?$/],
    ['what TLS says to plain text', Buffer.from([21, 3, 3, 0, 2, 2, 70]), /this port speaks TLS; switch it on/],
  ])('takes %s for no answer, and hangs up', async (_, bytes, message) => {
    let lost = 0;
    const { send } = await connect(
      (socket) => socket.write(bytes),
      () => lost++,
    );
    const questions = [send(Buffer.from('one'), never), send(Buffer.from('two'), never)];
    for (const question of questions) await expect(question).rejects.toThrow(message);
    await expect(send(Buffer.from('three'), never)).rejects.toThrow(message);
    expect(lost).toBe(1);
  });

  it('fails all that waits when the broker hangs up, within an answer as well', async () => {
    const { send } = await connect((socket) => socket.end(framed('whole').subarray(0, 6)));
    const questions = [send(Buffer.from('one'), never), send(Buffer.from('two'), never)];
    for (const question of questions) {
      await expect(question).rejects.toMatchObject({
        code: 'SOURCE_UNAVAILABLE',
        message: 'kafka:b: the broker closed the connection; does this port want TLS (tls) or SASL (sasl)?',
      });
    }
  });

  it('ends with the patience of one question, because its answer could be taken for another', async () => {
    let lost = 0;
    const { send } = await connect(
      () => {},
      () => lost++,
    );
    const impatient = new AbortController();
    const questions = [send(Buffer.from('one'), impatient.signal), send(Buffer.from('two'), never)];
    const [first, second] = [
      expect(questions[0]).rejects.toThrow('enough'),
      expect(questions[1]).rejects.toThrow('closed'),
    ];
    impatient.abort(new Error('enough'));
    await Promise.all([first, second]);
    expect(lost).toBe(1);
  });
});
