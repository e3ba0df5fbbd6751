// One connection to one broker: bytes out, bytes back. Kafka answers in the order in which it was asked.
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { types } from 'node:util';
import { SourceUnavailableError } from '../../errors.ts';
import type { TlsOptions } from '../tls.ts';
import type { KafkaAddress } from './access.ts';
import { connectionError, unreadable } from './errors.ts';

export interface Exchange {
  /** Sends a request (header and body, without its size) and resolves to the answer, from its correlation id on. */
  send(request: Buffer, signal: AbortSignal): Promise<Buffer>;
  end(): void;
}

interface Waiting {
  readonly resolve: (answer: Buffer) => void;
  readonly reject: (error: unknown) => void;
}

/** 10,000 topics of 100 partitions have about 40 MB. */
const LARGEST_ANSWER_BYTES = 64 * 2 ** 20;
/** Of all brokers together, in answers of which a part is missing yet. */
const MOST_UNREAD_BYTES = 96 * 2 ** 20;
const SIZE_BYTES = 4;
const KEEP_ALIVE_MS = 60_000;

/** Bytes that wait for the rest of an answer, in the whole process. */
let unread = 0;

/** Resolves when bytes can be exchanged. `where` names the broker in errors; `lost` is called when an open connection ends. */
export async function openExchange(
  { host, port }: KafkaAddress,
  { tls, where }: { readonly tls: TlsOptions | undefined; readonly where: string },
  lost: () => void,
  signal: AbortSignal,
): Promise<Exchange> {
  signal.throwIfAborted();
  const socket = tls
    ? connectTls({ ...tls, host, port, ...(isIP(host) ? {} : { servername: host }) })
    : connectTcp({ host, port });
  socket.setNoDelay(true);
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
  const giveUp = (): void => void socket.destroy();
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    await untilConnected(socket, tls ? 'secureConnect' : 'connect');
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw tls && isReset(error) ? handshakeEnded(where) : connectionError(where, error);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
  return createExchange(socket, where, lost);
}

function untilConnected(socket: Socket, event: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let problem: unknown = new Error('closed');
    const failed = (error: unknown): void => void (problem = error);
    const closed = (): void => reject(problem);
    socket.once('error', failed);
    socket.once('close', closed);
    socket.once(event, () => {
      socket.off('error', failed);
      socket.off('close', closed);
      resolve();
    });
  });
}

function isReset(error: unknown): boolean {
  return types.isNativeError(error) && (!('code' in error) || error.code === 'ECONNRESET');
}

function handshakeEnded(where: string): SourceUnavailableError {
  return new SourceUnavailableError(
    `${where}: the connection was closed during the TLS handshake; does this port speak TLS? (ECONNRESET)`,
  );
}

/** What a port with TLS says to plain bytes: a record of type 21. */
function isTlsAlert(bytes: Buffer): boolean {
  return bytes[0] === 21 && bytes[1] === 3;
}

function tlsWanted(where: string): SourceUnavailableError {
  return new SourceUnavailableError(`${where}: this port speaks TLS; switch it on with tls: enable`);
}

function createExchange(socket: Socket, where: string, lost: () => void): Exchange {
  const waiting: Waiting[] = [];
  const chunks: Buffer[] = [];
  let received = 0;
  let answered = 0;
  let problem: unknown;

  socket.on('error', (error) => (problem = connectionError(where, error)));
  socket.on('close', () => {
    unread -= received;
    received = 0;
    problem ??= closed();
    for (const { reject } of waiting.splice(0)) reject(problem);
    lost();
  });
  socket.on('data', (chunk) => {
    chunks.push(chunk);
    received += chunk.length;
    unread += chunk.length;
    while (received > SIZE_BYTES && takeAnswer());
    if (unread > MOST_UNREAD_BYTES && received > MOST_UNREAD_BYTES / 8) socket.destroy();
  });

  /** A broker that is asked in a way that it doesn't expect at this port says nothing: it hangs up. */
  function closed(): SourceUnavailableError {
    const hint = answered <= 1 ? '; does this port want TLS (tls) or SASL (sasl)?' : '';
    return new SourceUnavailableError(`${where}: the broker closed the connection${hint}`);
  }

  function takeAnswer(): boolean {
    const bytes = sizeKnown();
    const size = bytes.readInt32BE();
    if (size < SIZE_BYTES || size > LARGEST_ANSWER_BYTES) {
      problem = isTlsAlert(bytes) ? tlsWanted(where) : unreadable(where);
      socket.destroy();
      unread -= received;
      received = 0;
      return false;
    }
    const whole = SIZE_BYTES + size;
    if (received < whole) return false;
    const all = Buffer.concat(chunks.splice(0));
    received -= whole;
    unread -= whole;
    if (received > 0) chunks.push(all.subarray(whole));
    answered++;
    waiting.shift()?.resolve(all.subarray(SIZE_BYTES, whole));
    return true;
  }

  /** The first chunk, made long enough to hold the size. */
  function sizeKnown(): Buffer {
    const [first] = chunks;
    if (first !== undefined && first.length >= SIZE_BYTES) return first;
    const whole = Buffer.concat(chunks.splice(0));
    chunks.push(whole);
    return whole;
  }

  return {
    send(request, signal) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        if (socket.destroyed) return reject(problem ?? closed());
        // An answer that is overdue tells that the connection is dead, and the next one would be taken for it.
        const giveUp = (): void => {
          reject(signal.reason);
          socket.destroy();
        };
        const done = (): void => signal.removeEventListener('abort', giveUp);
        signal.addEventListener('abort', giveUp, { once: true });
        waiting.push({
          resolve: (answer) => (done(), resolve(answer)),
          reject: (error) => (done(), reject(error)),
        });
        const size = Buffer.allocUnsafe(SIZE_BYTES);
        size.writeInt32BE(request.length);
        socket.write(Buffer.concat([size, request]));
      });
    },
    end: () => void socket.destroy(),
  };
}
