// A real Kafka: one broker or three, each its own controller (KRaft), on free ports, ended by id.
import { spawn } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../src/async.ts';
import { type CertificatePair, createAuthority, issueCertificate } from '../../src/pki.ts';
import { freePort } from '../../src/sandbox/free-port.ts';
import { endGuarded, startGuarded } from '../../src/sandbox/guarded-process.ts';
import { findJava, KAFKA_JVM } from '../../src/sandbox/kafka.ts';
import { brokerDirectory, isInstalled } from '../brokers/cache.ts';
import { createKafkaAdmin, type KafkaAdmin } from './kafka-admin.ts';
import { brokerProperties, type KafkaPorts, securityFiles } from './kafka-properties.ts';
import { scratchDirectory } from './scratch.ts';

const java = findJava();

export const hasKafka = java !== undefined && isInstalled('kafka', process.env);

export interface KafkaNode {
  readonly ports: KafkaPorts;
  /** Kills it; its partitions get other leaders where there are replicas. */
  stop(): Promise<void>;
  /** The same broker again, with what it had stored. */
  start(): Promise<void>;
  /** It keeps its connections and says nothing, until it is stopped. */
  freeze(): void;
}

export interface KafkaCluster extends KafkaAdmin {
  /** Without security: `host:port` of every broker, with commas between. */
  readonly bootstrapServers: string;
  /** Of the first broker. */
  readonly ports: KafkaPorts;
  readonly nodes: readonly KafkaNode[];
  /** Who signed the brokers' certificates. */
  readonly authority: CertificatePair;
  stop(): Promise<void>;
}

const ATTEMPTS = 3;

/** Brokers make topics that somebody asks for, as is Kafka's default. Nobody is refused anything but the user `stranger`. */
export async function startKafka({ brokers = 1 }: { readonly brokers?: 1 | 3 } = {}): Promise<KafkaCluster> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(brokers);
    } catch (error) {
      // Until a broker listens, which takes it seconds, others may take the ports that were free.
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

async function startOnce(brokers: number): Promise<KafkaCluster> {
  const directory = await scratchDirectory('kafka');
  const authority = await prepareSecurity(directory);
  const ports = await Promise.all(Array.from({ length: brokers }, freePorts));
  const bootstrapServers = ports.map(({ plain }) => `127.0.0.1:${plain}`).join(',');
  const starting = new AbortController();
  const ended = (): void => starting.abort(new Error('expected Kafka to start, but a broker ended'));
  const nodes = await Promise.all(ports.map((_, i) => prepareNode(directory, ports, i, ended)));
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()));
    await rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  try {
    await Promise.all(nodes.map((node) => node.start()));
    const admin = await createKafkaAdmin(bootstrapServers, brokers, starting.signal);
    const [first] = ports as [KafkaPorts];
    return {
      ...admin,
      bootstrapServers,
      ports: first,
      nodes,
      authority,
      async stop() {
        await admin.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Puts the brokers' certificate there; resolves to who signed it. */
async function prepareSecurity(directory: string): Promise<CertificatePair> {
  const now = systemClock.now();
  const authority = await createAuthority({ commonName: 'test authority', now, days: 1 });
  const server = await issueCertificate(authority, {
    commonName: 'kafka',
    dnsNames: ['localhost'],
    ipAddresses: ['127.0.0.1'],
    usages: ['server', 'client'],
    now,
    days: 1,
  });
  await securityFiles(directory, authority, server);
  return authority;
}

async function freePorts(): Promise<KafkaPorts> {
  const [plain, sasl, tls, mutualTls, saslTls, controller] = await Promise.all(Array.from({ length: 6 }, freePort));
  return { plain, sasl, tls, mutualTls, saslTls, controller } as KafkaPorts;
}

const CLUSTER_ID = 'c2x1aWNlLXRlc3RzLi4uLg';

async function prepareNode(
  directory: string,
  ports: readonly KafkaPorts[],
  index: number,
  ended: () => void,
): Promise<KafkaNode> {
  const own = join(directory, `broker-${index + 1}`);
  await mkdir(own);
  const properties = join(own, 'server.properties');
  await writeFile(properties, brokerProperties(directory, ports, index));
  const classPath = ['-cp', join(brokerDirectory('kafka', process.env), '*')];
  const format = ['format', '--cluster-id', CLUSTER_ID, '--config', properties];
  const users = ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
    '--add-scram',
    `${mechanism}=[name=sluice,password=correct-horse]`,
  ]);
  await run([...KAFKA_JVM, ...classPath, 'kafka.tools.StorageTool', ...format, ...users]);
  const start = () => startGuarded(java ?? '', [...KAFKA_JVM, ...classPath, 'kafka.Kafka', properties], { cwd: own });
  let child: ReturnType<typeof start> | undefined;
  return {
    ports: ports[index] as KafkaPorts,
    async start() {
      child ??= start().once('close', ended);
    },
    freeze() {
      if (child?.pid !== undefined) process.kill(-child.pid, 'SIGSTOP');
    },
    async stop() {
      if (child) await endGuarded(child);
      child = undefined;
    },
  };
}

function run(args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(java ?? '', args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let told = '';
    child.stderr.on('data', (chunk: Buffer) => (told += chunk));
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`expected Kafka to format its storage: ${told}`)),
    );
  });
}
