// `azure-queue`: the messages of an Azure Storage queue.
import { azureDomain, usesWorkloadIdentity } from './azure-account.ts';
import { createWorkloadIdentity } from './azure-identity.ts';
import type { StorageRight } from './azure-queue/authorize.ts';
import { parseStorageConnection } from './azure-queue/connection-string.ts';
import { reviewStorageQueue, StorageQueue } from './azure-queue/parameters.ts';
import { createQueueService, PEEKED, type QueueService } from './azure-queue/queue-service.ts';
import { defineScaler, type TriggerContext } from './define.ts';
import { createHttpClient } from './http.ts';
import { leaseRest } from './rest.ts';
import type { ScalerDeps } from './scaler.ts';
import { sourceId, sourceName } from './source-id.ts';

const SILENCE_MS = 10_000;
/** Thirty-two messages of 64 KiB, whose signs may all be escaped. */
const MOST_BYTES = 16 * 2 ** 20;

/** Where the account's queue service is, and as whom we ask it. */
interface Access {
  readonly endpoint: string;
  readonly identity: readonly unknown[];
  rightWith(deps: ScalerDeps, what: string): StorageRight;
}

function accessOf(config: StorageQueue, { podIdentity }: TriggerContext): Access {
  if (usesWorkloadIdentity(podIdentity)) {
    return {
      endpoint: `https://${config.accountName}.${azureDomain('queue', config)}`,
      identity: ['azure-workload', podIdentity],
      rightWith: ({ clock }, what) => ({
        token: createWorkloadIdentity(podIdentity, { clock, what }),
        field: config.endpointSuffix === undefined ? 'accountName' : 'endpointSuffix',
      }),
    };
  }
  const connection = parseStorageConnection(config.connection ?? '');
  if (!connection) throw new TypeError('review() lets no malformed connection string through');
  return { endpoint: connection.endpoint, identity: [config.connection], rightWith: () => connection.right };
}

/** One client for an account and identity. */
async function openAccount(
  endpoint: string,
  right: StorageRight,
  what: string,
  deps: ScalerDeps,
): Promise<QueueService> {
  const rest = await leaseRest(deps, what, 'the account asks');
  const http = createHttpClient({ silenceMs: SILENCE_MS, mostBytes: MOST_BYTES });
  const service = createQueueService({ endpoint, right, http, clock: deps.clock, rest: rest.client, what });
  return {
    ...service,
    async close() {
      await rest.release();
      await service.close();
    },
  };
}

/** KEDA: what can be received now is counted by looking at it; where that shows as many as it can, the estimate of all counts. */
async function lengthOf(
  { queueName, queueLengthStrategy }: StorageQueue,
  service: QueueService,
  signal: AbortSignal,
): Promise<number> {
  if (queueLengthStrategy === 'visibleonly') {
    const visible = await service.visibleCount(queueName, signal);
    if (visible < PEEKED) return visible;
  }
  return service.approximateCount(queueName, signal);
}

export const azureQueue = defineScaler({
  type: 'azure-queue',
  summary: 'Scales on the messages of an Azure Storage queue.',
  config: StorageQueue,
  targetField: 'queueLength',
  review: reviewStorageQueue,
  metric: (c) => ({
    name: `azure-queue-${c.queueName}`,
    target: c.queueLength,
    activation: c.activationQueueLength,
  }),
  sourceId(c, context) {
    const { endpoint, identity } = accessOf(c, context);
    return sourceId('azure-queue', endpoint.replace(/^https?:\/\//, ''), [endpoint, ...identity]);
  },
  batches: () => false,
  measures: ['oldestAge'],
  async connect(c, deps, context) {
    const { endpoint, rightWith } = accessOf(c, context);
    const what = sourceName(context.sourceId);
    const { client, release } = await deps.clients.share(
      context.sourceId,
      () => openAccount(endpoint, rightWith(deps, what), what, deps),
      (service) => service.close(),
    );
    return {
      async read(signal) {
        if (!context.scaleOn) return { value: await lengthOf(c, client, signal) };
        const [length, ageSeconds] = await Promise.all([
          lengthOf(c, client, signal),
          client.oldestVisibleAge(c.queueName, signal),
        ]);
        return { value: ageSeconds, active: length > c.activationQueueLength };
      },
      close: release,
    };
  },
});
