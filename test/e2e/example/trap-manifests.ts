// Manifests as the traps need them: a Deployment of the test's app with a sidecar, and Dapr Components.
import type { BrokerName } from '../../../src/cli/demo/broker.ts';

export interface AppOptions {
  readonly replicas?: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** The traps' own app unless given. */
  readonly image?: string;
}

/** App-id, Deployment and container have one name. */
export function anApp(name: string, options: AppOptions = {}): object {
  const { replicas = 1, annotations, env = {}, image = 'test/app' } = options;
  const labels = { 'app.kubernetes.io/name': name };
  const marks = { 'dapr.io/enabled': 'true', 'dapr.io/app-id': name, 'dapr.io/app-port': '5000', ...annotations };
  const container = {
    name,
    image,
    env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
    ports: [{ containerPort: 5000 }],
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, annotations: marks },
        spec: { containers: [container], terminationGracePeriodSeconds: 10 },
      },
    },
  };
}

export interface ComponentOptions {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly scopes?: readonly string[];
}

export function aComponent(name: string, type: string, { metadata = {}, scopes }: ComponentOptions = {}): object {
  return {
    apiVersion: 'dapr.io/v1alpha1',
    kind: 'Component',
    metadata: { name },
    spec: { type, version: 'v1', metadata: Object.entries(metadata).map(([key, value]) => ({ name: key, value })) },
    ...(scopes === undefined ? {} : { scopes }),
  };
}

interface Access {
  readonly binding: string;
  /** The metadata that says which queue it is. */
  queue(name: string): Readonly<Record<string, string>>;
  /** How it reaches the broker, beside what stands in the Secret that each place has. */
  readonly plain?: Readonly<Record<string, string>>;
  readonly secret: { readonly name: string; readonly keys: Readonly<Record<string, string>> };
}

const ACCESS: Readonly<Record<BrokerName, Access>> = {
  rabbitmq: {
    binding: 'bindings.rabbitmq',
    queue: (queueName) => ({ queueName }),
    secret: { name: 'rabbitmq', keys: { host: 'amqp' } },
  },
  servicebus: {
    binding: 'bindings.azure.servicebusqueues',
    queue: (queueName) => ({ queueName }),
    secret: { name: 'servicebus', keys: { connectionString: 'connection' } },
  },
  kafka: {
    binding: 'bindings.kafka',
    queue: (name) => ({ topics: name, publishTopic: name, consumerGroup: name }),
    plain: { brokers: 'kafka:9092', authType: 'password', disableTls: 'true' },
    secret: { name: 'kafka', keys: { saslUsername: 'username', saslPassword: 'password' } },
  },
  storagequeue: {
    binding: 'bindings.azure.storagequeues',
    queue: (queueName) => ({ queueName }),
    secret: { name: 'storagequeue', keys: { accountName: 'account', accountKey: 'key', endpoint: 'endpoint' } },
  },
  redis: {
    // Publishes only, as a binding: for publish/subscribe.
    binding: 'bindings.redis',
    queue: () => ({}),
    secret: { name: 'redis', keys: { redisHost: 'host', redisPassword: 'password' } },
  },
};

type Component = { readonly spec: { readonly metadata: readonly object[] } };

export function onBroker(broker: BrokerName, component: object): object {
  const { plain = {}, secret } = ACCESS[broker];
  const { spec, ...rest } = component as Component;
  const given = Object.entries(plain).map(([name, value]) => ({ name, value }));
  const secrets = Object.entries(secret.keys).map(([name, key]) => ({
    name,
    secretKeyRef: { name: secret.name, key },
  }));
  return { ...rest, spec: { ...spec, metadata: [...spec.metadata, ...given, ...secrets] } };
}

/** A binding on a queue. */
export function aBinding(broker: BrokerName, name: string, queue: string, options: ComponentOptions = {}): object {
  const { binding, queue: queueOf } = ACCESS[broker];
  const metadata = { ...queueOf(queue), ...options.metadata };
  return onBroker(broker, aComponent(name, binding, { ...options, metadata }));
}
