// The brokers that can be behind the demo: the Service Bus emulator in this process, or a real one beside it.
import { join } from 'node:path';
import { SourceUnavailableError } from '../../errors.ts';
import { createAuthority, issueCertificate } from '../../pki.ts';
import { type DemoBroker, type DemoBrokerOptions, QUEUE } from './demo-broker.ts';
import { startKafkaBroker } from './kafka-broker.ts';
import { startRedisBroker } from './redis-broker.ts';
import { startStorageQueueBroker } from './storage-queue-broker.ts';

/** Few, so that a message nobody can handle is set aside while people still watch. */
const MAX_DELIVERIES = 3;

export const BROKERS = {
  async servicebus({ clock, random, log }: DemoBrokerOptions): Promise<DemoBroker> {
    const { startServiceBusEmulator } = await import('../../sandbox/service-bus/emulator.ts');
    // daprd manages queues over HTTPS only, whatever the connection string says.
    const times = { now: clock.now(), days: 1 };
    const authority = await createAuthority({ commonName: 'service-bus-emulator', ...times });
    const names = { commonName: 'localhost', dnsNames: ['localhost'], usages: ['server'] as const };
    const certificate = await issueCertificate(authority, { ...names, ...times });
    const emulator = await startServiceBusEmulator({ clock, random, log, certificate });
    emulator.createQueue(QUEUE, { maxDeliveryCount: MAX_DELIVERIES });
    return {
      title: 'Azure Service Bus (emulator)',
      secret: { name: 'servicebus', stringData: { connection: emulator.connectionString() } },
      caPem: authority.certPem,
      setsAside: true,
      async depth() {
        const counts = emulator.counts(QUEUE);
        return { waiting: counts?.active ?? 0, setAside: counts?.deadLetter ?? 0 };
      },
      peek: async () => emulator.peek(QUEUE),
      purge: async () => {},
      stop: () => emulator.stop(),
    };
  },

  async rabbitmq({ directory, env, clock, signal }: DemoBrokerOptions): Promise<DemoBroker> {
    const { startLocalRabbitMq } = await import('../../sandbox/rabbitmq.ts');
    const login = { username: 'sluice', password: 'demo' };
    const rabbit = await startLocalRabbitMq({ directory: join(directory, 'rabbitmq'), env, ...login, clock, signal });
    const headers = { authorization: `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}` };
    const queue = `http://127.0.0.1:${rabbit.managementPort}/api/queues/%2F/${QUEUE}`;
    return {
      title: 'RabbitMQ',
      secret: { name: 'rabbitmq', stringData: { amqp: rabbit.amqpUrl, http: rabbit.managementUrl } },
      setsAside: false,
      async depth(abort) {
        const answer = await fetch(queue, { headers, signal: abort });
        // The sidecar declares the queue when it starts.
        if (answer.status === 404) return { waiting: 0, setAside: 0 };
        if (!answer.ok) throw new SourceUnavailableError(`RabbitMQ's management API answered ${answer.status}`);
        const { messages = 0 } = (await answer.json()) as { messages?: number };
        return { waiting: messages, setAside: 0 };
      },
      async peek(abort) {
        const body = JSON.stringify({ count: 1, ackmode: 'reject_requeue_true', encoding: 'auto' });
        const answer = await fetch(`${queue}/get`, { method: 'POST', headers, body, signal: abort });
        const [first] = (await answer.json()) as { payload: string }[];
        return first?.payload;
      },
      async purge(abort) {
        await fetch(`${queue}/contents`, { method: 'DELETE', headers, signal: abort });
      },
      stop: () => rabbit.stop(),
    };
  },
  kafka: startKafkaBroker,
  storagequeue: startStorageQueueBroker,
  redis: startRedisBroker,
} satisfies Record<string, (options: DemoBrokerOptions) => Promise<DemoBroker>>;

export type BrokerName = keyof typeof BROKERS;
