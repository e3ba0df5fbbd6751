// Celery's `broker_url`: which broker it names, and what only the library can make of it.
import { parseHost, type RabbitHost } from '../rabbitmq/host.ts';
import { parseRedisUrl, type RedisUrl } from '../redis/url.ts';

export type CeleryBroker =
  | { readonly kind: 'redis'; readonly redis: RedisUrl }
  | { readonly kind: 'amqp'; readonly rabbit: RabbitHost };

/**
 * `redis`, `rediss` and `sentinel` are Redis, `amqp`, `amqps` and `pyamqp` are RabbitMQ, in the forms of Celery's documentation. Of
 * several RabbitMQ URLs, to fail over, the first counts. Undefined for other transports and what can't be read.
 */
export function parseBrokerUrl(text: string): CeleryBroker | undefined {
  const redis = parseRedisUrl(text);
  if (redis) return { kind: 'redis', redis };
  const [first = ''] = text.split(';');
  const rabbit = parseHost(first.trim().replace(/^pyamqp:/, 'amqp:'));
  return rabbit?.protocol === 'amqp' ? { kind: 'amqp', rabbit } : undefined;
}

/** Parts of the URL that have no effect here, each with what to do instead. */
export function uselessParts(text: string): readonly string[] {
  const broker = parseBrokerUrl(text);
  return [
    ...(broker?.kind === 'amqp' && text.includes(';') ? ['only the first of several URLs is used'] : []),
    ...(/[?&]ssl_(ca_certs|certfile|keyfile)=/.test(text)
      ? ['names files of the worker; give ca, cert and key in the authenticationRef']
      : []),
  ];
}
