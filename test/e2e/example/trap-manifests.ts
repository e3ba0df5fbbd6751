// Manifests as the traps need them: a Deployment of the test's app with a sidecar, and Dapr Components.

export interface AppOptions {
  readonly replicas?: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}

/** App-id, Deployment and container have one name. */
export function anApp(name: string, { replicas = 1, annotations, env = {} }: AppOptions = {}): object {
  const labels = { 'app.kubernetes.io/name': name };
  const marks = { 'dapr.io/enabled': 'true', 'dapr.io/app-id': name, 'dapr.io/app-port': '5000', ...annotations };
  const container = {
    name,
    image: 'test/app',
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

/** How a Component reaches the broker: by the Secret that each place has. */
const ACCESS = {
  rabbitmq: { field: 'host', secret: { name: 'rabbitmq', key: 'amqp' }, binding: 'bindings.rabbitmq' },
  servicebus: {
    field: 'connectionString',
    secret: { name: 'servicebus', key: 'connection' },
    binding: 'bindings.azure.servicebusqueues',
  },
} as const;
type AccessName = keyof typeof ACCESS;

type Component = { readonly spec: { readonly metadata: readonly object[] } };

export function onBroker(broker: AccessName, component: object): object {
  const { field, secret } = ACCESS[broker];
  const { spec, ...rest } = component as Component;
  return { ...rest, spec: { ...spec, metadata: [...spec.metadata, { name: field, secretKeyRef: secret }] } };
}

/** A binding on a queue. */
export function aBinding(broker: AccessName, name: string, queueName: string, options: ComponentOptions = {}): object {
  const { metadata, ...rest } = options;
  return onBroker(broker, aComponent(name, ACCESS[broker].binding, { ...rest, metadata: { queueName, ...metadata } }));
}
