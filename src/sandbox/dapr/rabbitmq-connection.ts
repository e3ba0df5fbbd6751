// One RabbitMQ connection that comes back by itself, with the consumers that were on it.
import type { Channel, ChannelModel, ConfirmChannel, ConsumeMessage, Options } from 'amqplib';
import { type Clock, sleep } from '../../async.ts';
import { SourceUnavailableError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { Consumption, Metadata } from './building-blocks.ts';
import { createInFlight } from './in-flight.ts';

export type Verdict = 'ack' | 'requeue' | 'discard';

export interface ConsumerOptions {
  /** Makes sure that the queue exists, on each new connection; resolves to its name. */
  readonly declare: (channel: Channel) => Promise<string>;
  /** Unacknowledged messages at once; 0 for any number. */
  readonly prefetch: number;
  /** Messages handled at the same time. */
  readonly order: 'one by one' | 'parallel';
  readonly handle: (message: ConsumeMessage) => Promise<Verdict>;
}

export interface RabbitConnection {
  /** Runs `work` on the current channel; rejects while there is no connection. */
  use<T>(work: (channel: ConfirmChannel) => Promise<T>): Promise<T>;
  /** Resolves when the broker has confirmed the message. */
  publish(exchange: string, routingKey: string, data: Buffer, options: Options.Publish): Promise<void>;
  consume(options: ConsumerOptions): Promise<Consumption>;
  close(): Promise<void>;
}

export interface RabbitOptions {
  /** May hold a password: never logged. */
  readonly url: string;
  readonly name: string;
  readonly reconnectMs: number;
  readonly clock: Clock;
  readonly log: Logger;
}

interface Live {
  readonly connection: ChannelModel;
  readonly publishing: ConfirmChannel;
}

interface Subscriber {
  start(live: Live): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 10_000;

export async function connectRabbit(options: RabbitOptions): Promise<RabbitConnection> {
  const { clock, log, name } = options;
  const ending = new AbortController();
  const subscribers = new Set<Subscriber>();
  let live: Live | undefined;

  async function open(): Promise<Live> {
    const { connect } = await import('amqplib');
    const connection = await connect(options.url, { timeout: CONNECT_TIMEOUT_MS, noDelay: true });
    connection.on('error', (error: Error) => log.warn('RabbitMQ connection failed', { component: name, error }));
    const publishing = await connection.createConfirmChannel();
    publishing.on('error', (error: Error) => log.warn('RabbitMQ channel failed', { component: name, error }));
    const opened = { connection, publishing };
    const lost = (): void => {
      if (live !== opened) return;
      live = undefined;
      connection.close().catch(() => {});
      reopen().catch((error: unknown) => log.error('RabbitMQ connection is given up', { component: name, error }));
    };
    connection.once('close', lost);
    publishing.once('close', lost);
    return opened;
  }

  async function reopen(): Promise<void> {
    while (!ending.signal.aborted) {
      try {
        await sleep(clock, options.reconnectMs, ending.signal);
        live = await open();
        for (const subscriber of subscribers) await subscriber.start(live);
        log.info('connected to RabbitMQ again', { component: name });
        return;
      } catch (error) {
        if (ending.signal.aborted) return;
        log.warn('RabbitMQ is not reachable', { component: name, error });
      }
    }
  }

  function current(): Live {
    if (!live) throw new SourceUnavailableError(`component ${name}: not connected to RabbitMQ at the moment`);
    return live;
  }

  live = await open();
  return {
    use: (work) => work(current().publishing),
    publish: (exchange, routingKey, data, publishOptions) =>
      new Promise((resolve, reject) => {
        current().publishing.publish(exchange, routingKey, data, publishOptions, (error: unknown) =>
          error ? reject(new SourceUnavailableError(`component ${name}: RabbitMQ did not confirm`)) : resolve(),
        );
      }),
    async consume(consumerOptions) {
      const consumer = createConsumer(consumerOptions, log);
      await consumer.start(current());
      subscribers.add(consumer);
      return {
        async stop() {
          subscribers.delete(consumer);
          await consumer.stop();
        },
      };
    },
    async close() {
      ending.abort();
      const last = live;
      live = undefined;
      await last?.connection.close().catch(() => {});
    },
  };
}

function createConsumer(options: ConsumerOptions, log: Logger): Subscriber & Consumption {
  const flight = createInFlight();
  let stopping = false;
  let cancel = async (): Promise<void> => {};
  let last: Promise<unknown> = Promise.resolve();

  async function settle(channel: Channel, message: ConsumeMessage): Promise<void> {
    // A message that waited behind others when the stop came goes back untouched.
    const verdict = stopping ? 'requeue' : await options.handle(message);
    try {
      if (verdict === 'ack') channel.ack(message);
      else channel.nack(message, false, verdict === 'requeue');
    } catch (error) {
      // The channel is gone, and with it the delivery: the broker gives the message to somebody again.
      log.warn('RabbitMQ took no answer', { error });
    }
  }

  return {
    async start({ connection }) {
      const channel = await connection.createChannel();
      channel.on('error', (error: Error) => log.warn('RabbitMQ channel failed', { error }));
      // A consumer that is gone while its connection lives would never be missed; a new connection brings all of them back.
      const startOver = (): void => {
        if (!stopping) connection.close().catch(() => {});
      };
      channel.once('close', startOver);
      const queue = await options.declare(channel);
      if (options.prefetch > 0) await channel.prefetch(options.prefetch);
      const { consumerTag } = await channel.consume(queue, (message) => {
        if (!message) {
          log.warn('RabbitMQ ended the consumer: its queue was deleted', { queue });
          return startOver();
        }
        const turn =
          options.order === 'parallel' ? settle(channel, message) : last.then(() => settle(channel, message));
        last = flight.track(turn);
      });
      cancel = async () => {
        await channel.cancel(consumerTag).catch(() => {});
        await flight.idle();
        await channel.close().catch(() => {});
      };
    },
    async stop() {
      stopping = true;
      await cancel();
    },
  };
}

/** Headers that are text, as metadata of the message. */
export function textHeaders(message: ConsumeMessage): Metadata {
  return Object.fromEntries(
    Object.entries(message.properties.headers ?? {})
      .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
      .map(([name, value]) => [encodeURIComponent(name), value]),
  );
}
