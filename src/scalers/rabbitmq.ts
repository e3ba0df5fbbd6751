// `rabbitmq`: the length of a RabbitMQ queue, or a rate, over AMQP or the management API.
import { SourceAnswerError } from '../errors.ts';
import { createWorkloadIdentity } from './azure-identity.ts';
import { defineScaler, type TriggerContext } from './define.ts';
import { createHttpClient, type HttpClient } from './http.ts';
import { createBasicIdentity, createBearerIdentity, type HttpIdentity } from './http-credentials.ts';
import { createOauthToken } from './oauth2.ts';
import { type AmqpBroker, createAmqpBroker } from './rabbitmq/amqp.ts';
import { parseHost, type RabbitHost } from './rabbitmq/host.ts';
import { createManagementApi, type ManagementApi, type QueueCounts } from './rabbitmq/management.ts';
import { combineFigures, isOperation, readMode } from './rabbitmq/mode.ts';
import { RabbitMq, reviewRabbitMq, targetOf, usesOauth } from './rabbitmq/parameters.ts';
import { createSecondsGauge } from './rabbitmq/seconds.ts';
import type { Scaler, ScalerDeps } from './scaler.ts';
import { sourceId, sourceName } from './source-id.ts';
import { type TlsOptions, tlsOptions } from './tls.ts';

const SILENCE_MS = 10_000;

/** `host` with what other parameters put in its place. */
function hostOf({ host, vhostName, username, password }: RabbitMq): RabbitHost {
  const parsed = parseHost(host);
  if (!parsed) throw new TypeError('review() lets no malformed host through');
  return { ...parsed, vhost: vhostName ?? parsed.vhost, ...(username === undefined ? {} : { username, password }) };
}

function tlsOf(config: RabbitMq, host: RabbitHost): TlsOptions | undefined {
  if (!host.secure) return undefined;
  return config.tls === 'enable' ? tlsOptions(config) : tlsOptions({ unsafeSsl: config.unsafeSsl });
}

/** A broker is one source over AMQP for each virtual host, over HTTP for all of them. */
function rabbitSourceId(config: RabbitMq, { podIdentity }: TriggerContext): string {
  const host = hostOf(config);
  const { tls, ca, cert, key, keyPassword, unsafeSsl } = config;
  const { oauthTokenURI, clientID, clientSecret, scopes, endpointParams, workloadIdentityResource } = config;
  const path = host.protocol === 'amqp' ? `/${encodeURIComponent(host.vhost)}` : host.basePath;
  return sourceId(`rabbitmq-${host.protocol}`, `${host.hostname}:${host.port}${path}`, [
    [host.secure, host.username, host.password],
    [tls, ca, cert, key, keyPassword, unsafeSsl],
    usesOauth(config) && [oauthTokenURI, clientID, clientSecret, scopes, endpointParams?.toString()],
    workloadIdentityResource && [workloadIdentityResource, podIdentity],
  ]);
}

function identityOf(
  config: RabbitMq,
  { podIdentity }: TriggerContext,
  deps: { readonly http: HttpClient; readonly clock: ScalerDeps['clock']; readonly what: string },
): HttpIdentity {
  const { workloadIdentityResource: resource, oauthTokenURI, clientID: clientId, clientSecret, scopes = [] } = config;
  if (resource !== undefined) {
    const token = createWorkloadIdentity(podIdentity?.provider === 'azure-workload' ? podIdentity : undefined, deps);
    const scope = resource.endsWith('.default') ? resource : `${resource.replace(/\/$/, '')}/.default`;
    return createBearerIdentity({
      get: ({ hostname }, signal) => token(scope, { host: hostname, field: 'host' }, signal),
    });
  }
  const tokenUrl = usesOauth(config) ? URL.parse(oauthTokenURI ?? '') : null;
  if (tokenUrl && clientId !== undefined && clientSecret !== undefined) {
    const parameters = config.endpointParams;
    const tokens = createOauthToken(
      { tokenUrl, clientId, clientSecret, scopes: scopes.filter(Boolean), parameters },
      deps,
    );
    return createBearerIdentity({ ...tokens, get: (_url, signal) => tokens.get(signal) });
  }
  const { username, password } = hostOf(config);
  return createBasicIdentity(username, password);
}

async function connectAmqp(config: RabbitMq, deps: ScalerDeps, key: string): Promise<Scaler> {
  const host = hostOf(config);
  const what = sourceName(key);
  const { client, release } = await deps.clients.share<AmqpBroker>(
    key,
    async () => createAmqpBroker({ host, tls: tlsOf(config, host), clock: deps.clock, what }),
    (broker) => broker.close(),
  );
  const { mode } = targetOf(config);
  return {
    async read(signal) {
      const messages = await client.ready(config.queueName, signal);
      return readMode(mode, { messages, publishRate: 0, deliverRate: 0 }, config.activationValue);
    },
    watch: (wake, signal) => client.watch(config.queueName, config.activationValue, wake, signal),
    close: release,
  };
}

async function connectHttp(
  config: RabbitMq,
  deps: ScalerDeps,
  context: TriggerContext & { sourceId: string },
): Promise<Scaler> {
  const host = hostOf(config);
  const what = sourceName(context.sourceId);
  const { client, release } = await deps.clients.share<ManagementApi>(
    context.sourceId,
    async () => {
      const tls = tlsOf(config, host);
      const http = createHttpClient({ silenceMs: SILENCE_MS, ...(tls ? { tls } : {}) });
      const identity = identityOf(config, context, { http, clock: deps.clock, what });
      return createManagementApi({ host, http, identity, clock: deps.clock, what });
    },
    (api) => api.close(),
  );
  const { queueName, pageSize, activationValue } = config;
  const operation = isOperation(config.operation) ? config.operation : 'sum';
  const { mode } = targetOf(config);
  const wanted = mode === 'QueueLength' && !context.scaleOn ? 'depth' : 'everything';
  const secondsOf = context.scaleOn && createSecondsGauge(context.scaleOn, deps.clock, what);
  const measured = async (signal: AbortSignal): Promise<readonly QueueCounts[]> =>
    config.useRegex
      ? client.matching(host.vhost, queueName, pageSize, signal)
      : [await client.queue(host.vhost, queueName, wanted, signal)];
  return {
    async read(signal) {
      const queues = (await measured(signal)).map((counts) => figuresOf(what, config, counts));
      const reading = readMode(mode, combineFigures(operation, queues), activationValue);
      return secondsOf ? { ...reading, value: secondsOf(queues) } : reading;
    },
    close: release,
  };
}

function figuresOf(what: string, { excludeUnacknowledged }: RabbitMq, counts: QueueCounts) {
  const messages = excludeUnacknowledged ? counts.messagesReady : counts.messages;
  if (messages !== undefined)
    return { ...counts, messages, done: excludeUnacknowledged ? counts.taken : counts.settled };
  throw new SourceAnswerError(
    `${what}: the broker doesn't tell how many messages queue ${JSON.stringify(counts.name)} has: ` +
      'it was declared a moment ago, or its node is down',
  );
}

export const rabbitMq = defineScaler({
  type: 'rabbitmq',
  summary: 'Scales on the length of a RabbitMQ queue, or on its rates.',
  config: RabbitMq,
  review: reviewRabbitMq,
  // KEDA puts the name through Go's url.QueryEscape, which form encoding equals but for the tilde and the asterisk.
  metric: (c) => ({
    name: `rabbitmq-${queryEscape(c.queueName)}`,
    target: targetOf(c).target,
    activation: c.activationValue,
  }),
  sourceId: rabbitSourceId,
  batches: (c) => hostOf(c).protocol === 'http',
  measures: ['oldestAge', 'drainTime'],
  readTimeoutMs: (c) => (hostOf(c).protocol === 'http' && c.timeout ? c.timeout : undefined),
  connect: (c, deps, context) =>
    hostOf(c).protocol === 'amqp' ? connectAmqp(c, deps, context.sourceId) : connectHttp(c, deps, context),
});

function queryEscape(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1).replaceAll('*', '%2A').replaceAll('%7E', '~');
}
