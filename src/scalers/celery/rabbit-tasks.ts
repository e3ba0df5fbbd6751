// Celery's queues on RabbitMQ: ready messages over AMQP, or all of them, those that workers hold included, by the management API.
import { SourceAnswerError } from '../../errors.ts';
import { createHttpClient } from '../http.ts';
import { createBasicIdentity } from '../http-credentials.ts';
import { createAmqpBroker } from '../rabbitmq/amqp.ts';
import { parseHost, type RabbitHost } from '../rabbitmq/host.ts';
import { createManagementApi } from '../rabbitmq/management.ts';
import type { Lease, ScalerDeps } from '../scaler.ts';
import { sourceId, sourceName } from '../source-id.ts';
import { tlsOptions } from '../tls.ts';
import type { Celery } from './parameters.ts';

export interface RabbitTasks {
  /** `vhost` is the one of the source where it has but one. Rejects with a SluiceError, for a queue that doesn't exist as well. */
  count(vhost: string, queue: string, signal: AbortSignal): Promise<number>;
  /** Wakes when one of the queues alone is above `activation`; see Scaler.watch. Only RabbitMQ itself can be asked that often. */
  watch?(queues: readonly string[], activation: number, wake: () => void, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

const SILENCE_MS = 10_000;

/** Whom to ask: RabbitMQ itself, or its management API. */
function hostOf(config: Celery, rabbit: RabbitHost): RabbitHost {
  const management = config.includeUnacked ? parseHost(config.managementUrl ?? '') : undefined;
  const { username, password } = management?.username === undefined ? rabbit : management;
  return {
    ...(management ?? rabbit),
    username: config.username ?? username,
    password: config.password ?? password,
  };
}

export function rabbitSourceId(config: Celery, rabbit: RabbitHost): string {
  const host = hostOf(config, rabbit);
  const { unsafeSsl, ca, cert, key, keyPassword } = config;
  const path = host.protocol === 'amqp' ? `/${encodeURIComponent(rabbit.vhost)}` : host.basePath;
  return sourceId(`celery-${host.protocol}`, `${host.hostname}:${host.port}${path}`, [
    [host.secure, host.username, host.password],
    host.secure && [unsafeSsl, ca, cert, key, keyPassword],
  ]);
}

export function leaseRabbit(
  config: Celery,
  rabbit: RabbitHost,
  sourceId: string,
  { clients, clock }: ScalerDeps,
): Promise<Lease<Omit<RabbitTasks, 'close'>>> {
  const host = hostOf(config, rabbit);
  const tls = host.secure ? tlsOptions(config) : undefined;
  const what = sourceName(sourceId);
  return clients.share<RabbitTasks>(
    sourceId,
    async () => {
      if (host.protocol === 'amqp') {
        const broker = createAmqpBroker({ host, tls, clock, what });
        return {
          count: (_vhost, queue, signal) => broker.ready(queue, signal),
          watch: (queues, activation, wake, signal) =>
            whileAll(
              signal,
              queues.map((queue) => (until) => broker.watch(queue, activation, wake, until)),
            ),
          close: broker.close,
        };
      }
      const http = createHttpClient({ silenceMs: SILENCE_MS, ...(tls ? { tls } : {}) });
      const { username = 'guest', password = 'guest' } = host;
      const identity = createBasicIdentity(username, password);
      const api = createManagementApi({ host, http, identity, clock, what });
      return {
        async count(vhost, queue, signal) {
          const { messages } = await api.queue(vhost, queue, 'depth', signal);
          if (messages !== undefined) return messages;
          throw new SourceAnswerError(
            `${what}: the broker doesn't tell how many messages queue ${JSON.stringify(queue)} has: ` +
              'it was declared a moment ago, or its node is down',
          );
        },
        close: api.close,
      };
    },
    (tasks) => tasks.close(),
  );
}

/** Runs them side by side; when one ends, for whatever reason, so do the others. */
async function whileAll(
  signal: AbortSignal,
  works: readonly ((signal: AbortSignal) => Promise<void>)[],
): Promise<void> {
  const together = new AbortController();
  const stop = (): void => together.abort(signal.reason);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    await Promise.race(works.map((work) => work(together.signal)));
  } finally {
    signal.removeEventListener('abort', stop);
    together.abort(new DOMException('another one has ended', 'AbortError'));
  }
}
