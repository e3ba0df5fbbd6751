// An Azure Service Bus namespace on one loopback port, for the demo and for tests: AMQP 1.0 and the management API.
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../async.ts';
import { ConfigError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import { newUuid } from '../uuid.ts';
import { createAdminHandler } from './admin-server.ts';
import { createAmqpServer } from './amqp-server.ts';
import { describe } from './description.ts';
import { formatDuration } from './duration.ts';
import type { Fault } from './faults.ts';
import { createFrontDoor, type ServingCertificate } from './front-door.ts';
import { createNamespace, type Description } from './namespace.ts';
import type { SharedAccessKey } from './sas.ts';

/** What can be said about an entity; everything else is as Azure's defaults. */
export interface EntityOptions {
  readonly lockDurationMs?: number;
  readonly maxDeliveryCount?: number;
  readonly timeToLiveMs?: number;
  readonly deadLetterExpired?: boolean;
}

export interface EntityCounts {
  /** Ready, locked and deferred messages. */
  readonly active: number;
  readonly deadLetter: number;
  readonly scheduled: number;
}

export interface ServiceBusEmulatorOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  /** 0 takes a free one. */
  readonly port?: number;
  readonly host?: string;
  readonly key?: SharedAccessKey;
  /** With it the same port takes TLS too, which Go's client insists on for management. */
  readonly certificate?: ServingCertificate;
  /** Whether a directory gave this token: the management API takes it for a role that may do everything. */
  readonly vouches?: (token: string) => boolean;
}

export interface ServiceBusEmulator {
  readonly port: number;
  /** For any Azure client; it changes with setKey(). */
  connectionString(): string;
  createQueue(name: string, options?: EntityOptions): void;
  createTopic(name: string): void;
  createSubscription(topic: string, name: string, options?: EntityOptions): void;
  /** By `queue` or `topic/Subscriptions/name`; undefined when there is no such entity. */
  counts(path: string): EntityCounts | undefined;
  /** The body of the oldest message that waits, as text, without touching it; undefined when none waits. */
  peek(path: string): string | undefined;
  /** From now on every connection and request fails in this way; undefined ends it. Connections that exist are cut. */
  setFault(fault: Fault | undefined): void;
  /** As when an administrator regenerates the key: signatures made with the old one are refused. */
  setKey(value: string): void;
  /** Cuts every connection and frees the port. */
  stop(): Promise<void>;
}

const DEFAULT_KEY: SharedAccessKey = {
  name: 'RootManageSharedAccessKey',
  // Not a secret: it opens a broker on this machine's loopback interface, which anybody here may start.
  value: 'c2x1aWNlLWVtdWxhdG9yLWtleQ==',
};

/** Starts listening; rejects when the port is taken. Messages live in memory and end with stop(). */
export async function startServiceBusEmulator(options: ServiceBusEmulatorOptions): Promise<ServiceBusEmulator> {
  const { clock, random, log, host = '127.0.0.1' } = options;
  let key = options.key ?? DEFAULT_KEY;
  let fault: Fault | undefined;
  const newId = (): string => newUuid(random);
  const namespace = createNamespace({ clock, newLockToken: newId });
  const amqp = createAmqpServer({ namespace, key: () => key, fault: () => fault, now: () => clock.now(), newId, log });
  const http = createHttpServer(
    createAdminHandler({
      namespace,
      clock,
      key: () => key,
      fault: () => fault,
      vouches: options.vouches ?? (() => false),
    }),
  );

  const { server, cut } = createFrontDoor({
    onHttp: (socket) => void http.emit('connection', socket),
    onAmqp: (socket) => amqp.accept(socket),
    fault: () => fault,
    certificate: options.certificate,
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;

  return {
    port,
    connectionString: () =>
      `Endpoint=sb://${host === '127.0.0.1' ? 'localhost' : host}:${port};SharedAccessKeyName=${key.name};` +
      `SharedAccessKey=${key.value};UseDevelopmentEmulator=true;`,
    createQueue: (name, wanted) => expectNew(name, namespace.createQueue(name, describeOptions(name, wanted))),
    createTopic: (name) => expectNew(name, namespace.createTopic(name, describeOptions(name))),
    createSubscription: (topic, name, wanted) =>
      expectNew(`${topic}/${name}`, namespace.createSubscription(topic, name, describeOptions(name, wanted))),
    counts(path) {
      const entity = namespace.find(path);
      return (
        entity && {
          ...entity.messages.counts(),
          deadLetter: entity.kind === 'topic' ? 0 : entity.deadLetters.counts().active,
        }
      );
    },
    peek(path) {
      const [oldest] = namespace.find(path)?.messages.peek(0, 1) ?? [];
      return oldest && bodyText(oldest.message.sections['body']);
    },
    setFault(wanted) {
      fault = wanted;
      cut();
    },
    setKey: (value) => void (key = { name: key.name, value }),
    async stop() {
      namespace.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      cut();
      http.close();
      await closed;
    },
  };
}

function expectNew(name: string, entity: unknown): void {
  if (entity === undefined) {
    throw new ConfigError(`Service Bus emulator: '${name}'`, [
      { field: 'name', message: 'there is one of that name already, or its topic does not exist' },
    ]);
  }
}

function describeOptions(name: string, wanted: EntityOptions = {}): Description {
  const elements = new Map<string, string>();
  if (wanted.lockDurationMs !== undefined) elements.set('LockDuration', formatDuration(wanted.lockDurationMs));
  if (wanted.maxDeliveryCount !== undefined) elements.set('MaxDeliveryCount', String(wanted.maxDeliveryCount));
  if (wanted.timeToLiveMs !== undefined) {
    elements.set('DefaultMessageTimeToLive', formatDuration(wanted.timeToLiveMs));
  }
  if (wanted.deadLetterExpired !== undefined) {
    elements.set('DeadLetteringOnMessageExpiration', String(wanted.deadLetterExpired));
  }
  const description = describe(elements);
  if (typeof description === 'string') {
    throw new ConfigError(`Service Bus emulator: '${name}'`, [{ field: 'options', message: description }]);
  }
  return description;
}

/** A data section as the AMQP library keeps it: bytes, possibly in several pieces; anything else as JSON. */
function bodyText(body: unknown): string {
  const content = body !== null && typeof body === 'object' && 'content' in body ? body.content : body;
  const pieces = Array.isArray(content) ? content : [content];
  return pieces.every(Buffer.isBuffer) ? Buffer.concat(pieces).toString('utf8') : JSON.stringify(content);
}
