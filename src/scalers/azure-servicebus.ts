// `azure-servicebus`: the active messages of an Azure Service Bus queue or topic subscription.
import { azureDomain, usesWorkloadIdentity } from './azure-account.ts';
import { createWorkloadIdentity } from './azure-identity.ts';
import type { EntityCount } from './azure-servicebus/atom.ts';
import { createSigner, parseConnectionString } from './azure-servicebus/connection-string.ts';
import { type Counts, createCounts } from './azure-servicebus/counts.ts';
import { activeCount, type Authorize, type Collection, createNamespace } from './azure-servicebus/management.ts';
import { reviewServiceBus, ServiceBus } from './azure-servicebus/parameters.ts';
import { defineScaler, type TriggerContext } from './define.ts';
import { createHttpClient } from './http.ts';
import { compilePattern } from './pattern.ts';
import { leaseRest } from './rest.ts';
import type { ScalerDeps } from './scaler.ts';
import { sourceId, sourceName } from './source-id.ts';

const SILENCE_MS = 10_000;
/** A page of a hundred entities has about 200 KiB. */
const MOST_BYTES = 4 * 2 ** 20;
const DIRECTORY_SCOPE = 'https://servicebus.azure.net/.default';

/** Where the namespace is, as whom we ask it, and whether we may list it. */
interface Access {
  readonly origin: string;
  readonly identity: readonly unknown[];
  readonly mayList: boolean;
  authorizeWith(deps: ScalerDeps, what: string): Authorize;
}

function accessOf(config: ServiceBus, { podIdentity }: TriggerContext): Access {
  if (usesWorkloadIdentity(podIdentity)) {
    return {
      origin: `https://${config.namespace}.${azureDomain('servicebus', config)}`,
      identity: ['azure-workload', podIdentity],
      mayList: true,
      authorizeWith({ clock }, what) {
        const token = createWorkloadIdentity(podIdentity, { clock, what });
        return async (scope, signal) => {
          const field = config.endpointSuffix === undefined ? 'namespace' : 'endpointSuffix';
          const showing = { host: new URL(scope).hostname, field };
          return `Bearer ${await token(DIRECTORY_SCOPE, showing, signal)}`;
        };
      },
    };
  }
  const connection = parseConnectionString(config.connection ?? '');
  if (!connection) throw new TypeError('review() lets no malformed connection string through');
  const { origin, entityPath, right } = connection;
  return {
    origin,
    identity: [config.connection],
    mayList: entityPath === undefined,
    authorizeWith({ clock }) {
      if ('token' in right) return async () => right.token;
      const sign = createSigner(right, clock);
      return async (scope) => sign(scope);
    },
  };
}

/** One client for a namespace and identity. */
async function openNamespace(access: Access, what: string, deps: ScalerDeps): Promise<Counts> {
  const rest = await leaseRest(deps, what, 'the namespace asks');
  const http = createHttpClient({ silenceMs: SILENCE_MS, mostBytes: MOST_BYTES });
  const namespace = createNamespace({
    origin: access.origin,
    http,
    authorize: access.authorizeWith(deps, what),
    rest: rest.client,
    what,
  });
  const counts = createCounts({ namespace, clock: deps.clock, what, mayList: access.mayList });
  return {
    ...counts,
    async close() {
      await counts.close();
      await rest.release();
      await http.close();
    },
  };
}

/** What of the namespace the trigger is about, and the name or pattern in there. */
function entityOf({ queueName, topicName, subscriptionName }: ServiceBus): { collection: Collection; name: string } {
  return queueName === undefined
    ? { collection: { kind: 'subscriptions', topic: topicName ?? '' }, name: subscriptionName ?? '' }
    : { collection: { kind: 'queues' }, name: queueName };
}

function metricNameOf({ useRegex, queueName, topicName }: ServiceBus): string {
  if (useRegex) return `azure-servicebus-${queueName === undefined ? 'topic' : 'queue'}-regex`;
  return `azure-servicebus-${queueName ?? topicName}`;
}

/** KEDA: the mean is a whole number; nothing to combine makes 0. */
function combine(operation: ServiceBus['operation'], counts: readonly number[]): number {
  const sum = counts.reduce((total, count) => total + count, 0);
  switch (operation) {
    case 'sum':
      return sum;
    case 'max':
      return Math.max(0, ...counts);
    case 'avg':
      return counts.length === 0 ? 0 : Math.floor(sum / counts.length);
  }
}

export const azureServiceBus = defineScaler({
  type: 'azure-servicebus',
  summary: 'Scales on the active messages of an Azure Service Bus queue or topic subscription.',
  config: ServiceBus,
  targetField: 'messageCount',
  review: reviewServiceBus,
  metric: (c) => ({ name: metricNameOf(c), target: c.messageCount, activation: c.activationMessageCount }),
  sourceId(c, context) {
    const { origin, identity } = accessOf(c, context);
    return sourceId('azure-servicebus', new URL(origin).host, identity);
  },
  batches: () => true,
  async connect(c, deps, context) {
    const access = accessOf(c, context);
    const what = sourceName(context.sourceId);
    const { client, release } = await deps.clients.share(
      context.sourceId,
      () => openNamespace(access, what, deps),
      (counts) => counts.close(),
    );
    const { collection, name } = entityOf(c);
    const pattern = c.useRegex ? compilePattern(name) : undefined;
    const matching = (entities: readonly EntityCount[]): readonly EntityCount[] =>
      entities.filter((entity) => pattern?.matches(entity.name));
    return {
      async read(signal) {
        if (!pattern) return { value: await client.one(collection, name, signal) };
        const matches = matching(await client.all(collection, signal));
        return {
          value: combine(
            c.operation,
            matches.map((entity) => activeCount(what, collection, entity)),
          ),
        };
      },
      close: release,
    };
  },
});
