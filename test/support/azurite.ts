// Azurite, the emulator of Azure's storage: its queue service alone, in memory, and Azure's own client connected to it.
import { rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { QueueServiceClient } from '@azure/storage-queue';
import { freePort } from '../../src/sandbox/free-port.ts';
import { endGuarded, startGuarded } from '../../src/sandbox/guarded-process.ts';
import { brokerDirectory, isInstalled } from '../brokers/cache.ts';
import type { Broker } from './brokers.ts';
import { eventually } from './eventually.ts';
import { scratchDirectory } from './scratch.ts';

export const hasAzurite = isInstalled('azurite', process.env);
const MAIN = join(brokerDirectory('azurite', process.env), 'node_modules/azurite/dist/src/queue/main.js');

export const ACCOUNT = 'shop';
export const ACCOUNT_KEY = Buffer.from('correct-horse-battery').toString('base64');

export interface Azurite extends Broker {
  /** With the right key, and where it is; another port or key where given. */
  connectionString(change?: { readonly port?: number; readonly key?: string }): string;
  /** Azure's own client, which fails at once. Over TLS it trusts what Node trusts. */
  connect(): QueueServiceClient;
  /** Ends it and starts it on the same port, with nothing in it. */
  restart(): Promise<void>;
}

export interface AzuriteOptions {
  /** Speaks TLS then, and takes tokens of any directory that are for storage. */
  readonly certificate?: { readonly certPem: string; readonly keyPem: string };
  /** What is in it from the start, for more messages than can be put in one by one. */
  readonly holds?: { readonly queue: string; readonly messages: number };
}

export async function startAzurite({ certificate, holds }: AzuriteOptions = {}): Promise<Azurite> {
  // Not at the start of the file: jest can't load it while it loads Azure's client for Service Bus.
  const { QueueServiceClient: Client } = await import('@azure/storage-queue');
  const port = await freePort();
  const directory = await scratchDirectory('azurite');
  const [cert, key] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
  if (certificate) await Promise.all([writeFile(cert, certificate.certPem), writeFile(key, certificate.keyPem)]);
  if (holds) await writeDatabase(directory, holds);
  const memory = holds ? ['--location', directory] : ['--inMemoryPersistence', '--extentMemoryLimit', '256'];
  const flags = [...memory, '--silent', '--disableTelemetry'];
  const address = ['--queueHost', '127.0.0.1', '--queuePort', String(port)];
  const tls = certificate ? ['--cert', cert, '--key', key, '--oauth', 'basic'] : [];
  const start = () =>
    startGuarded(process.execPath, [MAIN, ...address, ...flags, ...tls], {
      cwd: directory,
      env: { ...process.env, NODE_OPTIONS: '', AZURITE_ACCOUNTS: `${ACCOUNT}:${ACCOUNT_KEY}` },
    });
  let child = start();
  const scheme = certificate ? 'https' : 'http';
  const azurite: Azurite = {
    port,
    connectionString: (change = {}) =>
      `DefaultEndpointsProtocol=${scheme};AccountName=${ACCOUNT};AccountKey=${change.key ?? ACCOUNT_KEY};` +
      `QueueEndpoint=${scheme}://127.0.0.1:${change.port ?? port}/${ACCOUNT};`,
    connect: () =>
      Client.fromConnectionString(azurite.connectionString(), {
        retryOptions: { maxTries: 1 },
        // Azurite closes what was idle for five seconds, and a request on its way then would be lost.
        keepAliveOptions: { enable: false },
      }),
    async restart() {
      await endGuarded(child);
      child = start();
      await isUp();
    },
    async stop() {
      await endGuarded(child);
      await rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
  const isUp = () => eventually('azurite answers', () => azurite.connect().getProperties());
  await isUp().catch(async (error: unknown) => {
    await azurite.stop();
    throw error;
  });
  return azurite;
}

/** The part of Azurite's own database library that writes one. */
interface Loki {
  addCollection(name: string): { insert(documents: readonly object[]): void };
  saveDatabase(done: (error?: Error) => void): void;
}

/** Azurite's database of queues as it would have written it, in `directory`. */
async function writeDatabase(
  directory: string,
  { queue, messages }: { queue: string; messages: number },
): Promise<void> {
  const Database = createRequire(MAIN)('lokijs') as new (path: string) => Loki;
  const database = new Database(join(directory, '__azurite_db_queue__.json'));
  const nowMs = Date.now();
  database.addCollection('$QUEUES_COLLECTION$').insert([{ accountName: ACCOUNT, name: queue, queueAcl: [] }]);
  database.addCollection('$MESSAGES_COLLECTION$').insert(
    Array.from({ length: messages }, (_, n) => ({
      accountName: ACCOUNT,
      queueName: queue,
      messageId: String(n),
      insertionTime: new Date(nowMs),
      expirationTime: new Date(nowMs + 86_400_000),
      dequeueCount: 0,
      timeNextVisible: nowMs,
      popReceipt: String(n),
      persistency: { id: '*ZERO*', offset: 0, count: 0 },
    })),
  );
  await promisify(database.saveDatabase.bind(database))();
}
