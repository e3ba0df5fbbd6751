// From a request to an answer: route, who, may they, what. Knows no sockets.
import { type Clock, withDeadline } from '../async.ts';
import { createComplaint } from '../complaint.ts';
import { isAccessTrouble, MetricError, SluiceError, SourceUnavailableError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { negotiate } from './accept.ts';
import { type Answer, text } from '../serving/answer.ts';
import type { Authenticate, Credentials } from './authn.ts';
import type { Authorize } from './authz.ts';
import type { Caller } from './caller.ts';
import { AGGREGATED_TYPE, aggregated, apiGroup, apiGroupList, apiResourceList, GROUP } from './discovery.ts';
import { answerMetric } from './external-metrics.ts';
import { openApiV2, openApiV3, openApiV3Index } from './openapi.ts';
import type { MetricsProvider } from './provider.ts';
import { type DocumentName, type Probe, type Route, routeOf } from './routes.ts';
import { failure, failureOf } from './status.ts';

export interface AdapterRequest {
  readonly method: string;
  /** Path and query, as they came. */
  readonly url: string;
  readonly accept: string | undefined;
  readonly ifNoneMatch: string | undefined;
  readonly credentials: () => Credentials;
}

/** Always answers, whatever happens; rejects only with the reason of `signal`, when there is nobody left to answer. */
export type Handler = (request: AdapterRequest, signal: AbortSignal) => Promise<Answer>;

export interface HandlerOptions {
  readonly provider: MetricsProvider;
  readonly authenticate: Authenticate;
  readonly authorize: Authorize;
  /** Why we are not ready, or undefined when we are. */
  readonly notReady: () => string | undefined;
  /** Age of each value when it is served. */
  readonly onServed: (ageSeconds: number) => void;
  readonly requestTimeoutMs: number;
  readonly clock: Clock;
  readonly log: Logger;
}

export function createHandler(options: HandlerOptions): Handler {
  const { clock, log, requestTimeoutMs } = options;
  const complaint = createComplaint(options);
  const onServed = (at: number): void => options.onServed(Math.max(0, clock.now() - at) / 1_000);

  function probe(which: Probe): Answer {
    const reason = which === 'readyz' ? options.notReady() : undefined;
    return reason === undefined ? text(200, 'ok') : text(503, reason);
  }

  /** What keeps the caller from going on; what we are is told to everybody who is known, what we measure is not. */
  async function refusal(request: AdapterRequest, route: Route): Promise<Answer | undefined> {
    let caller: Caller | undefined;
    try {
      caller = await options.authenticate(request.credentials());
      if (caller === undefined)
        return failure(401, 'expected a client certificate or a bearer token that is known here');
      if (route.kind !== 'metric' || (await options.authorize(caller, route))) return undefined;
    } catch (error) {
      const code = error instanceof SluiceError ? ` (${error.code})` : '';
      const fields = { caller: caller?.name, error };
      if (isAccessTrouble(error)) log.debug('caller could not be checked', fields);
      else complaint.raise(code, 'caller could not be checked', fields);
      return failure(503, `the API server could not be asked who the caller is and what it may do${code}`);
    }
    return failure(403, `${caller.name} may not list ${route.metric}.${GROUP} in the namespace ${route.namespace}`);
  }

  async function answer(request: AdapterRequest, route: Route, signal: AbortSignal): Promise<Answer> {
    if (route.kind === 'probe') return probe(route.probe);
    const refused = await refusal(request, route);
    if (refused !== undefined) return refused;
    switch (route.kind) {
      case 'malformed':
        return failure(400, `the path ${route.path} has a bad percent-encoding`);
      case 'unknown':
        return failure(404, `nothing is served at ${route.path}`);
      case 'method':
        return { ...failure(405, `${route.path} can only be read, not ${route.method}`), headers: { allow: 'GET' } };
      case 'document':
        return documentFor(route.document, request);
      case 'metric':
        if (negotiate(request.accept, ['application/json']) === undefined) return notAcceptable();
        return answerMetric(route, { provider: options.provider, onServed }, signal);
    }
  }

  return async (request, signal) => {
    const route = routeOf(request.method, request.url);
    try {
      return await withDeadline(clock, signal, requestTimeoutMs, 'metrics API', (own) => answer(request, route, own));
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof SourceUnavailableError && error.code === 'SOURCE_TIMEOUT') {
        return failure(504, `no answer within ${requestTimeoutMs} ms`);
      }
      if (!(error instanceof MetricError)) log.error('metrics request failed', { path: request.url, error });
      return failureOf(error);
    }
  };
}

const DOCUMENTS: Readonly<Record<DocumentName, readonly Answer[]>> = {
  groups: [apiGroupList, aggregated],
  group: [apiGroup],
  resources: [apiResourceList],
  'openapi-v2': [openApiV2],
  'openapi-v3': [openApiV3],
  'openapi-v3-index': [openApiV3Index],
};

function documentFor(name: DocumentName, { accept, ifNoneMatch }: AdapterRequest): Answer {
  const forms = DOCUMENTS[name];
  const type = negotiate(
    accept,
    forms.map((form) => form.type),
  );
  const document = forms.find((form) => form.type === type);
  if (document === undefined) return notAcceptable();
  const { etag } = document.headers ?? {};
  return etag !== undefined && ifNoneMatch === etag ? { ...document, status: 304, body: '' } : document;
}

function notAcceptable(): Answer {
  return failure(406, `only application/json is served here (aggregated discovery as ${AGGREGATED_TYPE})`);
}
