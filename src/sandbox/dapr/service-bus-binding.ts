// bindings.azure.servicebusqueues: one Service Bus queue, both ways.
import type * as ServiceBus from '@azure/service-bus';
import { sleep } from '../../async.ts';
import { SourceUnavailableError } from '../../errors.ts';
import type {
  Build,
  Delivered,
  Handler,
  InputBinding,
  InvokeRequest,
  Metadata,
  OutputBinding,
} from './building-blocks.ts';
import { ttlOf } from './building-blocks.ts';
import { readMetadata } from './component.ts';
import { createInFlight } from './in-flight.ts';

type Sdk = typeof ServiceBus;
type Client = ServiceBus.ServiceBusClient;

const DAY_MS = 86_400_000;
/** An app that sends waits for the answer, so the client must not try for minutes. */
const RETRIES = { maxRetries: 2, retryDelayInMs: 500, timeoutInMs: 5000 };

export const buildServiceBusQueue: Build = async (component, { clock, log }, signal) => {
  const settings = readMetadata(component, (read) => ({
    connectionString: read.required('connectionString'),
    // Azure's names are case-insensitive and Dapr writes them small.
    queueName: read.required('queueName').toLowerCase(),
    manageEntities: !read.flag('disableEntityManagement', false),
    concurrency: Math.min(read.count('maxActiveMessages', 1, 1), read.count('maxConcurrentHandlers', 1) || Infinity),
    retriableErrorsPerSecond: read.count('maxRetriableErrorsPerSec', 10),
    maxDeliveryCount: read.count('maxDeliveryCount', 0),
    lockDurationSeconds: read.count('lockDurationInSec', 0),
  }));
  const { connectionString, queueName } = settings;
  const sdk = await import('@azure/service-bus');
  if (settings.manageEntities) {
    await ensureQueue(sdk, connectionString, queueName, signal, {
      ...(settings.maxDeliveryCount > 0 ? { maxDeliveryCount: settings.maxDeliveryCount } : {}),
      ...(settings.lockDurationSeconds > 0 ? { lockDuration: `PT${settings.lockDurationSeconds}S` } : {}),
    });
  }
  const closing = new AbortController();
  const client = new sdk.ServiceBusClient(connectionString, { retryOptions: RETRIES });

  /** Dapr waits after each error of the app, so that a poisoned queue does not spin. */
  const pause = (): Promise<void> =>
    settings.retriableErrorsPerSecond > 0
      ? sleep(clock, 1000 / settings.retriableErrorsPerSecond, closing.signal).catch(() => {})
      : Promise.resolve();

  const input: InputBinding = {
    async read(handler) {
      const flight = createInFlight();
      const receiver = client.createReceiver(queueName, {
        skipParsingBodyAsJson: true,
        // The lock is renewed for as long as the app works.
        maxAutoLockRenewalDurationInMs: DAY_MS,
      });
      const subscription = receiver.subscribe(
        {
          processMessage: (message) =>
            flight.track(
              handle(message, handler).then(
                () => receiver.completeMessage(message),
                async (error: unknown) => {
                  log.error('app did not take the message', { component: component.name, error });
                  await receiver.abandonMessage(message);
                  await pause();
                },
              ),
            ),
          async processError({ error }) {
            log.warn('receiving from Service Bus failed', { component: component.name, error });
          },
        },
        { autoCompleteMessages: false, maxConcurrentCalls: settings.concurrency },
      );
      let stopped: Promise<void> | undefined;
      const stop = async (): Promise<void> => {
        await subscription.close();
        await flight.idle();
        await receiver.close();
      };
      return { stop: () => (stopped ??= stop()) };
    },
  };
  return {
    input,
    output: createOutput(client, queueName),
    close() {
      closing.abort();
      return client.close();
    },
  };
};

function createOutput(client: Client, queueName: string): OutputBinding {
  const sender = client.createSender(queueName);
  return {
    operations: ['create'],
    invoke: (request, abortSignal) => sender.sendMessages(toMessage(request), { abortSignal }),
  };
}

/** Dapr: a few metadata keys are the message's own properties, all others travel as application properties. */
function toMessage({ data, metadata }: InvokeRequest): ServiceBus.ServiceBusMessage {
  const {
    ttl: _ttl,
    ttlInSeconds: _ttlInSeconds,
    MessageId,
    id = MessageId,
    CorrelationId,
    correlationID = CorrelationId,
    SessionId,
    Label,
    ReplyTo,
    To,
    PartitionKey,
    ContentType,
    ScheduledEnqueueTimeUtc,
    ...applicationProperties
  } = metadata;
  const timeToLive = ttlOf(metadata);
  return {
    body: data,
    applicationProperties,
    ...present({ timeToLive }),
    ...present({ messageId: id, correlationId: correlationID, sessionId: SessionId, subject: Label }),
    ...present({ replyTo: ReplyTo, to: To, partitionKey: PartitionKey, contentType: ContentType }),
    ...(ScheduledEnqueueTimeUtc === undefined
      ? {}
      : { scheduledEnqueueTimeUtc: new Date(Date.parse(ScheduledEnqueueTimeUtc)) }),
  };
}

/** Only the entries that have a value. */
function present<T extends Readonly<Record<string, unknown>>>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}

function handle(message: ServiceBus.ServiceBusReceivedMessage, handler: Handler): Promise<void> {
  const metadata: Record<string, string> = {};
  if (message.messageId !== undefined) metadata['id'] = String(message.messageId);
  if (message.correlationId !== undefined) metadata['correlationID'] = String(message.correlationId);
  if (message.subject !== undefined) metadata['label'] = message.subject;
  for (const [name, value] of Object.entries(message.applicationProperties ?? {})) {
    // They become headers of an HTTP request, so Dapr escapes them like a query.
    if (typeof value === 'string') metadata[escapeQuery(name)] = escapeQuery(value);
  }
  return handler({ data: toBuffer(message.body), metadata } satisfies Delivered & { metadata: Metadata });
}

function toBuffer(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : (JSON.stringify(body) ?? ''));
}

function escapeQuery(text: string): string {
  return encodeURIComponent(text).replaceAll('%20', '+');
}

async function ensureQueue(
  sdk: Sdk,
  connectionString: string,
  queueName: string,
  abortSignal: AbortSignal,
  options: { readonly maxDeliveryCount?: number; readonly lockDuration?: string },
): Promise<void> {
  const admin = new sdk.ServiceBusAdministrationClient(connectionString);
  if (/(^|;)\s*UseDevelopmentEmulator\s*=\s*true/i.test(connectionString)) speakPlainHttp(admin);
  try {
    if (!(await admin.queueExists(queueName, { abortSignal }))) {
      await admin.createQueue(queueName, { ...options, abortSignal });
    }
  } catch (error) {
    // Another sidecar may have made it in between.
    if (codeOf(error) === 'MessageEntityAlreadyExistsError') return;
    throw new SourceUnavailableError(
      `Service Bus queue ${queueName}: can't be looked up or created (${codeOf(error)})`,
      {
        cause: error,
      },
    );
  }
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error);
}

interface PipelineRequest {
  url: string;
  allowInsecureConnection?: boolean;
}

/** This version of the client asks for management over HTTPS even where the connection string names an emulator. */
function speakPlainHttp(admin: object): void {
  const { pipeline } = admin as {
    readonly pipeline: {
      addPolicy(policy: {
        name: string;
        sendRequest<T>(request: PipelineRequest, next: (request: PipelineRequest) => Promise<T>): Promise<T>;
      }): void;
    };
  };
  pipeline.addPolicy({
    name: 'plainHttp',
    sendRequest(request, next) {
      request.url = request.url.replace(/^https:/, 'http:');
      request.allowInsecureConnection = true;
      return next(request);
    },
  });
}
