// Ready messages of queues over AMQP: one connection to a virtual host, a few channels, passive declarations only.
import type { Channel, ChannelModel, SocketOptions } from 'amqplib';
import { type Clock, createLimiter, withDeadline } from '../../async.ts';
import { AuthError, type SluiceError, SourceAnswerError, SourceUnavailableError } from '../../errors.ts';
import { createSharing } from '../coalesce.ts';
import { isTranslated, networkError } from '../network-errors.ts';
import { createReopening } from '../reopening.ts';
import type { TlsOptions } from '../tls.ts';
import type { RabbitHost } from './host.ts';
import { createQuickLooks, type QueueState, type WatchQueue } from './quick-look.ts';

export interface AmqpBroker {
  /** Messages of the queue that wait for a consumer. */
  ready(queue: string, signal: AbortSignal): Promise<number>;
  readonly watch: WatchQueue;
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 5_000;
const OPEN_DEADLINE_MS = 10_000;
const GOODBYE_MS = 1_000;
/** The connection counts as lost after about two of them without a sign of life. */
const HEARTBEAT_S = 10;
/** A channel answers one question at a time. */
const CHANNELS = 8;

/** A place where one question at a time is asked; its channel dies with a question about a queue that doesn't exist. */
interface Lane {
  channel: Channel | undefined;
}

interface OpenConnection {
  readonly channels: ChannelModel;
  /** Destroys the socket. */
  readonly cut: () => void;
}

export function createAmqpBroker(options: {
  readonly host: RabbitHost;
  readonly tls: TlsOptions | undefined;
  readonly clock: Clock;
  /** Names the broker in errors. */
  readonly what: string;
}): AmqpBroker {
  const { what } = options;
  const share = createSharing();
  const limit = createLimiter(CHANNELS);
  let idle: Lane[] = [];

  const connection = createReopening<OpenConnection>({
    clock: options.clock,
    deadlineMs: OPEN_DEADLINE_MS,
    what,
    async open(lost, signal) {
      const socket = new AbortController();
      const giveUp = (): void => socket.abort();
      signal.addEventListener('abort', giveUp, { once: true });
      try {
        const channels = await connect(options.host, options.tls, socket.signal);
        channels.on('error', () => {});
        channels.once('close', lost);
        idle = [];
        return { channels, cut: giveUp };
      } finally {
        signal.removeEventListener('abort', giveUp);
      }
    },
    async shut({ channels, cut }) {
      // A broker that is silent doesn't say goodbye either, and the driver waits for that even when the socket is gone.
      const never = new AbortController().signal;
      await withDeadline(options.clock, never, GOODBYE_MS, what, () => channels.close()).catch(cut);
    },
  });

  async function ask(queue: string): Promise<QueueState> {
    const { channels } = await connection.get();
    const lane = idle.pop() ?? { channel: undefined };
    const home = idle;
    try {
      lane.channel ??= await openChannel(channels, lane);
      const { messageCount, consumerCount } = await lane.channel.checkQueue(queue);
      return { ready: messageCount, consumers: consumerCount };
    } finally {
      home.push(lane);
    }
  }

  async function look(queue: string, signal: AbortSignal): Promise<QueueState> {
    try {
      return await share(queue, () => limit(() => ask(queue)), signal);
    } catch (error) {
      if (isTranslated(error, signal)) throw error;
      throw translate(what, queue, error);
    }
  }

  return {
    ready: async (queue, signal) => (await look(queue, signal)).ready,
    watch: createQuickLooks({ clock: options.clock, look }),
    close: () => connection.close(),
  };
}

async function openChannel(connection: ChannelModel, lane: Lane): Promise<Channel> {
  const channel = await connection.createChannel();
  channel.on('error', () => {});
  channel.once('close', () => (lane.channel = undefined));
  return channel;
}

async function connect(host: RabbitHost, tls: TlsOptions | undefined, signal: AbortSignal): Promise<ChannelModel> {
  const { connect: open, credentials } = await import('amqplib');
  const { username = 'guest', password = 'guest' } = host;
  // A certificate without a password is the identity itself. KEDA: SASL EXTERNAL.
  const external = tls?.cert !== undefined && !host.password;
  // Node's sockets obey a signal, which the driver passes on without knowing it.
  const socket: SocketOptions & { readonly signal: AbortSignal } = {
    ...tls,
    signal,
    timeout: CONNECT_TIMEOUT_MS,
    noDelay: true,
    clientProperties: { connection_name: 'sluice' },
    ...(external ? { credentials: credentials.external() } : {}),
  };
  return open(
    {
      protocol: host.secure ? 'amqps' : 'amqp',
      hostname: host.hostname.replace(/^\[|\]$/g, ''),
      port: host.port,
      vhost: encodeURIComponent(host.vhost),
      heartbeat: HEARTBEAT_S,
      username,
      password,
    },
    socket,
  );
}

/** First match wins. The broker's text is only recognised, never passed on. */
function translate(what: string, queue: string, thrown: unknown): SluiceError {
  const name = JSON.stringify(queue);
  const text = thrown instanceof Error ? thrown.message : '';
  if (/\b404\b|NOT.FOUND/.test(text)) {
    return new SourceAnswerError(`${what}: there is no queue ${name}`, { code: 'SOURCE_NOT_FOUND' });
  }
  // The driver doesn't tell why the broker closed a connection that was only to be opened.
  if (/\b530\b|NOT.ALLOWED|Expected ConnectionOpenOk; got <ConnectionClose/.test(text)) {
    return new SourceAnswerError(`${what}: there is no such virtual host, or the user may not enter it`, {
      code: 'SOURCE_NOT_FOUND',
    });
  }
  if (/\b403\b|ACCESS.REFUSED/.test(text))
    return new AuthError(`${what}: the broker refused the user name or password`);
  if (/\b405\b|RESOURCE.LOCKED/.test(text)) {
    return new SourceAnswerError(
      `${what}: queue ${name} is exclusive to another connection and can't be measured over amqp`,
    );
  }
  if (/ETIMEDOUT/.test(text))
    return new SourceUnavailableError(`${what}: no answer in time`, { code: 'SOURCE_TIMEOUT' });
  return networkError(what, thrown) ?? new SourceUnavailableError(`${what}: the connection was closed`);
}
