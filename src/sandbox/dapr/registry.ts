// The component types there are.
import { ConfigError } from '../../errors.ts';
import type { Build } from './building-blocks.ts';
import type { ComponentSpec } from './component.ts';
import { buildRabbitQueue } from './rabbitmq-binding.ts';
import { buildRabbitPubSub } from './rabbitmq-pubsub.ts';
import { buildRedisPubSub } from './redis-pubsub.ts';
import { buildServiceBusQueue } from './service-bus-binding.ts';

const TYPES: Readonly<Record<string, Build>> = {
  'bindings.azure.servicebusqueues': buildServiceBusQueue,
  'bindings.rabbitmq': buildRabbitQueue,
  'pubsub.rabbitmq': buildRabbitPubSub,
  'pubsub.redis': buildRedisPubSub,
};

/** Throws a ConfigError that names the supported types. */
export function findBuild({ name, type }: ComponentSpec): Build {
  const build = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
  if (build) return build;
  const message = `'${type}' is not supported by the sidecar stand-in; supported: ${Object.keys(TYPES).join(', ')}`;
  throw new ConfigError(`component ${name}`, [{ field: 'spec.type', message }]);
}
