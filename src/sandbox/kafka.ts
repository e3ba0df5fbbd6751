// A private Kafka of one broker from its jars: its own directory and ports, ended with its process group.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ConfigError, SourceUnavailableError } from '../errors.ts';
import { freePort } from './free-port.ts';
import { endGuarded, startGuarded } from './guarded-process.ts';
import { createKafkaView, type KafkaView } from './kafka-view.ts';
import { untilAnswers, type Waiting } from './until-answers.ts';

export interface LocalKafka extends KafkaView {
  /** `host:port` of the listener that wants the password, by SASL PLAIN and without TLS. */
  readonly address: string;
  stop(): Promise<void>;
}

export interface LocalKafkaOptions extends Waiting {
  /** Emptied by stop(). */
  readonly directory: string;
  /** Where Kafka's jars are. */
  readonly jars: string;
  readonly username: string;
  readonly password: string;
}

const JAVA = [
  '/usr/lib/jvm/java-17-openjdk-amd64/bin/java',
  '/usr/lib/jvm/java-17-openjdk-arm64/bin/java',
  '/usr/bin/java',
];
/** Small, and quick to start. */
export const KAFKA_JVM = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
/** Where a Java for Kafka is on this machine; undefined when there is none. */
export function findJava(): string | undefined {
  return JAVA.find((path) => existsSync(path));
}

const CLUSTER_ID = 'c2x1aWNlLWRlbW8uLi4uLg';

/** Resolves when it answers. Rejects when there is no Java, or it doesn't come up. */
export async function startLocalKafka(options: LocalKafkaOptions): Promise<LocalKafka> {
  const java = findJava();
  if (java === undefined) {
    const message = `expected Java 17 at ${JAVA.join(' or ')}, found none: install the package openjdk-17-jre-headless`;
    throw new ConfigError('Kafka', [{ field: '', message }]);
  }
  const directory = resolve(options.directory);
  const [own, sasl, controller] = await Promise.all([freePort(), freePort(), freePort()]);
  const properties = join(directory, 'server.properties');
  await mkdir(directory, { recursive: true });
  await writeFile(properties, propertiesOf({ ...options, directory }, { own, sasl, controller }), { mode: 0o600 });
  const kafka = [...KAFKA_JVM, '-cp', join(options.jars, '*')];
  const format = ['format', '--cluster-id', CLUSTER_ID, '--config', properties];
  await run(java, [...kafka, 'kafka.tools.StorageTool', ...format]);
  const view = await createKafkaView(`127.0.0.1:${own}`);
  const broker = startGuarded(java, [...kafka, 'kafka.Kafka', properties], { cwd: directory });
  const stop = async (): Promise<void> => {
    await view.close();
    await endGuarded(broker);
    await rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  try {
    await untilAnswers('Kafka', options, () => view.topics());
  } catch (error) {
    await stop();
    throw error;
  }
  return { ...view, address: `127.0.0.1:${sasl}`, stop };
}

interface Ports {
  /** Without a password, for the broker itself and for us. */
  readonly own: number;
  readonly sasl: number;
  readonly controller: number;
}

function propertiesOf({ directory, username, password }: LocalKafkaOptions, ports: Ports): string {
  const listeners = `OWN://127.0.0.1:${ports.own},SASL://127.0.0.1:${ports.sasl}`;
  const login = 'org.apache.kafka.common.security.plain.PlainLoginModule required';
  const properties = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${ports.controller}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: `${listeners},CONTROLLER://127.0.0.1:${ports.controller}`,
    'advertised.listeners': listeners,
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,OWN:PLAINTEXT,SASL:SASL_PLAINTEXT',
    'inter.broker.listener.name': 'OWN',
    'sasl.enabled.mechanisms': 'PLAIN',
    'listener.name.sasl.plain.sasl.jaas.config': `${login} user_${username}="${password}";`,
    'log.dirs': join(directory, 'data'),
    'offsets.topic.num.partitions': '1',
    'offsets.topic.replication.factor': '1',
    // Of a topic that somebody asks for, and that nobody has made.
    'num.partitions': '2',
    'log.cleaner.dedupe.buffer.size': '4194304',
    'num.network.threads': '2',
    'num.io.threads': '2',
  };
  return Object.entries(properties)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

function run(java: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve_, reject) => {
    const child = spawn(java, args, { stdio: 'ignore' });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve_();
      else reject(new SourceUnavailableError(`Kafka could not format its storage (exit code ${code})`));
    });
  });
}
