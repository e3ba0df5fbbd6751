// The configuration of a broker of the tests: one listener for each kind of security, and users who may and may not.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CertificatePair } from '../../src/pki.ts';
import { CREDENTIALS } from './brokers.ts';

export interface KafkaPorts {
  readonly plain: number;
  readonly sasl: number;
  readonly tls: number;
  /** TLS that asks for a client certificate. */
  readonly mutualTls: number;
  readonly saslTls: number;
  readonly controller: number;
}

/** A user whom the broker knows, and refuses everything that no ACL allows. */
export const STRANGER = { username: 'stranger', password: 'battery-staple' } as const;

const LISTENERS = [
  ['PLAIN', 'PLAINTEXT', 'plain'],
  ['SASL', 'SASL_PLAINTEXT', 'sasl'],
  ['TLS', 'SSL', 'tls'],
  ['MUTUAL', 'SSL', 'mutualTls'],
  ['SASLTLS', 'SASL_SSL', 'saslTls'],
] as const;

const authority = (directory: string): string => join(directory, 'authority.pem');
const server = (directory: string): string => join(directory, 'server.pem');

export async function securityFiles(directory: string, ca: CertificatePair, pair: CertificatePair): Promise<void> {
  await writeFile(authority(directory), ca.certPem);
  await writeFile(server(directory), `${pair.keyPem}\n${pair.certPem}\n`);
}

export function brokerProperties(directory: string, ports: readonly KafkaPorts[], index: number): string {
  const own = ports[index] as KafkaPorts;
  const copies = String(ports.length);
  const listeners = LISTENERS.map(([name, , port]) => `${name}://127.0.0.1:${own[port]}`);
  const properties = {
    'process.roles': 'broker,controller',
    'node.id': String(index + 1),
    'controller.quorum.voters': ports.map(({ controller }, i) => `${i + 1}@127.0.0.1:${controller}`).join(','),
    'controller.listener.names': 'CONTROLLER',
    listeners: [...listeners, `CONTROLLER://127.0.0.1:${own.controller}`].join(','),
    'advertised.listeners': listeners.join(','),
    'listener.security.protocol.map': [
      'CONTROLLER:PLAINTEXT',
      ...LISTENERS.map(([name, protocol]) => `${name}:${protocol}`),
    ].join(','),
    'inter.broker.listener.name': 'PLAIN',
    'log.dirs': join(directory, `broker-${index + 1}`, 'data'),
    'offsets.topic.num.partitions': '3',
    'offsets.topic.replication.factor': copies,
    'transaction.state.log.replication.factor': copies,
    'default.replication.factor': copies,
    'min.insync.replicas': '1',
    'group.initial.rebalance.delay.ms': '0',
    // A killed broker is noticed soon, so that its partitions get another leader.
    'broker.heartbeat.interval.ms': '1000',
    'broker.session.timeout.ms': '5000',
    'log.cleaner.dedupe.buffer.size': '4194304',
    'num.network.threads': '2',
    'num.io.threads': '4',
    'num.recovery.threads.per.data.dir': '1',
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': `User:ANONYMOUS;User:${CREDENTIALS.username};User:CN=visitor`,
    ...saslProperties(),
    ...tlsProperties(directory),
  };
  return Object.entries(properties)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

/** Tokens of OAUTHBEARER are taken without a signature. */
function saslProperties(): Record<string, string> {
  const login = (name: string, extra: string): string => `org.apache.kafka.common.security.${name} required${extra};`;
  const users = [CREDENTIALS, STRANGER].map(({ username, password }) => ` user_${username}="${password}"`).join('');
  const mechanisms = {
    plain: login('plain.PlainLoginModule', users),
    'scram-sha-256': login('scram.ScramLoginModule', ''),
    'scram-sha-512': login('scram.ScramLoginModule', ''),
    oauthbearer: login('oauthbearer.OAuthBearerLoginModule', ' unsecuredLoginStringClaim_sub="broker"'),
  };
  return {
    'sasl.enabled.mechanisms': Object.keys(mechanisms).join(',').toUpperCase(),
    ...Object.fromEntries(
      ['sasl', 'sasltls'].flatMap((listener) =>
        Object.entries(mechanisms).map(([mechanism, config]) => [
          `listener.name.${listener}.${mechanism}.sasl.jaas.config`,
          config,
        ]),
      ),
    ),
  };
}

function tlsProperties(directory: string): Record<string, string> {
  return {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': server(directory),
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': authority(directory),
    'listener.name.mutual.ssl.client.auth': 'required',
  };
}
