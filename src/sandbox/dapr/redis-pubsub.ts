// pubsub.redis: a stream for each topic, a consumer group for each subscriber.
import type { Redis } from 'ioredis';
import { createLimiter, sleep } from '../../async.ts';
import { SourceUnavailableError } from '../../errors.ts';
import type { Build, Building, BuildContext, Consumption, Handler, Metadata } from './building-blocks.ts';
import { type ComponentSpec, readMetadata } from './component.ts';
import { createInFlight } from './in-flight.ts';

const CONNECT_TIMEOUT_MS = 5000;
/** How long one read waits for messages, and so the longest a stop waits for the read. */
const BLOCK_MS = 250;
const RETRY_AFTER_MS = 1000;

type Settings = ReturnType<typeof readSettings>;
type Entry = readonly [id: string, fields: readonly Buffer[]];

function readSettings(component: ComponentSpec, appId: string) {
  return readMetadata(component, (read) => ({
    host: read.required('redisHost'),
    username: read.text('redisUsername', ''),
    password: read.text('redisPassword', ''),
    database: read.count('redisDB', 0),
    tls: read.flag('enableTLS', false),
    consumerId: read.text('consumerID', appId),
    concurrency: read.count('concurrency', 10, 1),
    queueDepth: read.count('queueDepth', 100, 1),
    processingTimeoutMs: bareMs(read.text('processingTimeout')) ?? read.durationMs('processingTimeout', 60_000),
    // Dapr reads nothing else here: a duration with a unit is ignored.
    redeliverIntervalMs: bareMs(read.text('redeliverInterval')) ?? 15_000,
    maxLenApprox: read.count('maxLenApprox', 0),
  }));
}

/** Dapr: a bare number is milliseconds in Redis' own durations, where it is seconds elsewhere. */
function bareMs(value: string | undefined): number | undefined {
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}

export const buildRedisPubSub: Build = async (component, context) => {
  const settings = readSettings(component, context.appId);
  const open = await openerOf(component, settings, context);
  const publisher = await open();
  const connections = new Set([publisher]);
  const building: Building = {
    pubsub: {
      nativeTtl: false,
      async publish({ topic, data, metadata }) {
        const trim = settings.maxLenApprox > 0 ? ['MAXLEN', '~', settings.maxLenApprox] : [];
        const extra = Object.keys(metadata).length > 0 ? ['metadata', JSON.stringify(metadata)] : [];
        await publisher.call('XADD', topic, ...trim, '*', 'data', data, ...extra);
      },
      async subscribe({ topic }, handler) {
        // A read blocks its connection, so each subscription has one of its own.
        const connection = await open();
        connections.add(connection);
        const consumption = await consume({ connection, topic, settings, handler, context });
        return {
          async stop() {
            await consumption.stop();
            connection.disconnect();
          },
        };
      },
    },
    async close() {
      for (const connection of connections) connection.disconnect();
    },
  };
  return building;
};

async function openerOf(
  component: ComponentSpec,
  settings: Settings,
  { log }: BuildContext,
): Promise<() => Promise<Redis>> {
  const { Redis } = await import('ioredis');
  const [host = 'localhost', port = '6379'] = settings.host.split(/:(?=\d+$)/);
  return async () => {
    const connection = new Redis({
      host,
      port: Number(port),
      db: settings.database,
      lazyConnect: true,
      // Replies of streams as lists, not as RESP3's maps.
      protocol: 2,
      connectTimeout: CONNECT_TIMEOUT_MS,
      maxRetriesPerRequest: 1,
      ...(settings.username === '' ? {} : { username: settings.username }),
      ...(settings.password === '' ? {} : { password: settings.password }),
      ...(settings.tls ? { tls: {} } : {}),
    });
    connection.on('error', (error: Error) => log.warn('Redis connection failed', { component: component.name, error }));
    try {
      await connection.connect();
    } catch (error) {
      connection.disconnect();
      throw new SourceUnavailableError(`component ${component.name}: no connection to Redis at ${settings.host}`, {
        cause: error,
      });
    }
    return connection;
  };
}

interface Subscription {
  readonly connection: Redis;
  readonly topic: string;
  readonly settings: Settings;
  readonly handler: Handler;
  readonly context: BuildContext;
}

async function consume(subscription: Subscription): Promise<Consumption> {
  const { connection, topic, settings, handler, context } = subscription;
  const { clock, log } = context;
  const group = settings.consumerId;
  const limit = createLimiter(settings.concurrency);
  const flight = createInFlight();
  const ending = new AbortController();

  async function handleEntry([id, fields]: Entry): Promise<void> {
    // What waited for its turn when the stop came stays pending, and another replica claims it.
    if (ending.signal.aborted) return;
    try {
      await handler(readFields(fields));
    } catch (error) {
      // Dapr since 1.17: an event the app refused is acknowledged all the same; retrying is a resiliency policy's business.
      log.error('app did not take the event', { topic, error });
    }
    await connection.call('XACK', topic, group, id);
  }

  function accept(entries: readonly Entry[]): void {
    for (const entry of entries) {
      flight
        .track(limit(() => handleEntry(entry)))
        .catch((error: unknown) => log.warn('event could not be acknowledged', { topic, error }));
    }
  }

  async function readNew(): Promise<void> {
    const room = settings.queueDepth - flight.count();
    if (room <= 0) return sleep(clock, BLOCK_MS, ending.signal).catch(() => {});
    const reply = await connection.callBuffer(
      'XREADGROUP',
      'GROUP',
      group,
      group,
      'COUNT',
      room,
      'BLOCK',
      BLOCK_MS,
      'STREAMS',
      topic,
      '>',
    );
    accept(entriesOf(reply));
  }

  async function run(work: () => Promise<void>, what: string): Promise<void> {
    while (!ending.signal.aborted) {
      try {
        await work();
      } catch (error) {
        if (ending.signal.aborted) return;
        log.warn(what, { topic, error });
        if (String(error).includes('NOGROUP')) await createGroup(connection, topic, group).catch(() => {});
        await sleep(clock, RETRY_AFTER_MS, ending.signal).catch(() => {});
      }
    }
  }

  async function reclaim(): Promise<void> {
    const reply = await connection.callBuffer(
      'XAUTOCLAIM',
      topic,
      group,
      group,
      settings.processingTimeoutMs,
      '0',
      'COUNT',
      settings.queueDepth,
    );
    accept(toEntries((reply as readonly unknown[])[1]));
    await sleep(clock, settings.redeliverIntervalMs, ending.signal);
  }

  await createGroup(connection, topic, group);
  const loops = [run(readNew, 'reading the stream failed')];
  if (settings.processingTimeoutMs > 0 && settings.redeliverIntervalMs > 0) {
    loops.push(run(reclaim, 'claiming pending events failed'));
  }
  return {
    async stop() {
      ending.abort();
      await Promise.all(loops);
      await flight.idle();
    },
  };
}

/** From the beginning of the stream, so that what was published before the first start is delivered too. */
async function createGroup(connection: Redis, topic: string, group: string): Promise<void> {
  try {
    await connection.call('XGROUP', 'CREATE', topic, group, '0', 'MKSTREAM');
  } catch (error) {
    if (!String(error).includes('BUSYGROUP')) throw error;
  }
}

/** The reply of XREADGROUP for one stream: `[[name, entries]]`, or nothing when the wait was in vain. */
function entriesOf(reply: unknown): readonly Entry[] {
  return Array.isArray(reply) ? toEntries((reply as readonly (readonly unknown[])[])[0]?.[1]) : [];
}

function toEntries(entries: unknown): readonly Entry[] {
  // An entry that was deleted while it was pending comes as nil from servers before 7.0.
  return ((entries ?? []) as readonly (readonly [Buffer, readonly Buffer[]] | null)[]).flatMap((entry) =>
    entry === null ? [] : [[entry[0].toString(), entry[1]]],
  );
}

function readFields(fields: readonly Buffer[]): { readonly data: Buffer; readonly metadata: Metadata } {
  const byName = new Map(
    fields.flatMap((name, i) => (i % 2 === 0 ? [[name.toString(), fields[i + 1] ?? Buffer.alloc(0)] as const] : [])),
  );
  const metadata = byName.get('metadata');
  return {
    data: byName.get('data') ?? Buffer.alloc(0),
    metadata: metadata === undefined ? {} : (JSON.parse(metadata.toString()) as Metadata),
  };
}
