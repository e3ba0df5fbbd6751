// `prometheus`: the result of a PromQL query, asked from Prometheus, Thanos, Mimir or whatever speaks its query API.
import { SourceAnswerError } from '../errors.ts';
import { defineScaler } from './define.ts';
import type { HttpAnswer } from './http.ts';
import { encodeQuery } from './aws-signature.ts';
import { httpUrl, tlsParameters } from './http-authentication.ts';
import { leaseHttp, statusError } from './http-source.ts';
import { readInstantValue } from './prometheus/answer.ts';
import { accessOf, identify, identityParts } from './prometheus/identity.ts';
import { Prometheus } from './prometheus/parameters.ts';
import { acceptsAnyServer, reviewPrometheus } from './prometheus/review.ts';
import { sourceId } from './source-id.ts';
import { tlsOptions } from './tls.ts';

function serverOf({ serverAddress }: Prometheus): URL {
  const url = httpUrl(serverAddress);
  if (!url) throw new TypeError('review() lets no malformed serverAddress through');
  return url;
}

/** The instant query as of `nowMs`, in whole seconds like KEDA's. */
function queryUrl(config: Prometheus, nowMs: number): URL {
  const url = serverOf(config);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/api/v1/query`;
  const { namespace, queryParameters = [] } = config;
  url.search = encodeQuery([
    ...url.searchParams,
    ['query', config.query],
    ['time', String(Math.floor(nowMs / 1_000))],
    ...(namespace === undefined ? [] : [['namespace', namespace] as const]),
    ...queryParameters,
  ]);
  return url;
}

function problemOf(what: string, answer: HttpAnswer): Error {
  // 400: it can't be parsed. 422: it can't be evaluated, or there is too much to look at.
  if (answer.status === 400 || answer.status === 422)
    return new SourceAnswerError(
      `${what}: the server refuses the query (HTTP ${answer.status}); try it in its web page`,
    );
  return statusError(what, answer, 'serverAddress');
}

export const prometheus = defineScaler({
  type: 'prometheus',
  summary: 'Scales on the result of a Prometheus query.',
  config: Prometheus,
  targetField: 'threshold',
  review: reviewPrometheus,
  metric: (c) => ({ name: 'prometheus', target: c.threshold, activation: c.activationThreshold }),
  sourceId(c, { podIdentity }) {
    const server = serverOf(c);
    const identity = identityParts(accessOf(c, podIdentity), c, server);
    return sourceId('prometheus', server.host, [server.protocol, identity, acceptsAnyServer(c, podIdentity)]);
  },
  batches: () => false,
  readTimeoutMs: (c) => c.timeout || undefined,
  async connect(c, deps, { sourceId: key, podIdentity }) {
    const server = serverOf(c);
    const what = `prometheus:${server.host}`;
    const tls = tlsOptions({ ...tlsParameters(c), unsafeSsl: acceptsAnyServer(c, podIdentity) });
    const access = accessOf(c, podIdentity);
    const { client, release } = await leaseHttp(
      { key, identify: (tools) => identify(access, { config: c, server, deps }, tools), tls, what },
      deps,
    );
    const headers = Object.fromEntries(
      [...(c.customHeaders ?? [])].map(([name, value]) => [name.toLowerCase(), value]),
    );
    const question = { headers, timeoutMs: c.timeout || undefined };
    const reading = { what, query: c.query, empty: c.ignoreNullValues ? 'zero' : 'error' } as const;
    return {
      async read(signal) {
        const answer = await client.get(queryUrl(c, deps.clock.now()), question, signal);
        if (answer.status < 200 || answer.status > 299) throw problemOf(what, answer);
        return { value: readInstantValue(answer.text, reading) };
      },
      close: release,
    };
  },
});
