// `metrics-api`: a number in the answer of any HTTP server, or of every endpoint of a Service.
import { defineScaler } from './define.ts';
import { httpIdentity, httpUrl, tlsParameters } from './http-authentication.ts';
import { createWrittenIdentity, type IdentityTools } from './http-credentials.ts';
import { type HttpSource, leaseHttp, statusError } from './http-source.ts';
import { serviceOf } from './metrics-api/endpoints.ts';
import { createExtract } from './metrics-api/extract.ts';
import { MetricsApi, reviewMetricsApi } from './metrics-api/parameters.ts';
import { createServiceReader, leaseSlices, type ReadAt } from './metrics-api/service.ts';
import { sourceId } from './source-id.ts';
import { tlsOptions } from './tls.ts';

/** Of one endpoint among many, so that one that says nothing leaves time for the others. */
const ENDPOINT_TIMEOUT_MS = 2_000;

function urlOf({ url: text }: MetricsApi): URL {
  const url = httpUrl(text);
  if (!url) throw new TypeError('review() lets no malformed url through');
  return url;
}

/** Everything that a connection depends on. */
function serverOf(config: MetricsApi): readonly unknown[] {
  const url = urlOf(config);
  return [url.protocol, httpIdentity(config, url), config.unsafeSsl, config.aggregateFromKubeServiceEndpoints];
}

export const metricsApi = defineScaler({
  type: 'metrics-api',
  summary: 'Scales on a number in the answer of an HTTP server.',
  config: MetricsApi,
  targetField: 'targetValue',
  review: reviewMetricsApi,
  metric: (c) => ({
    name: `metric-api-${c.valueLocation}`,
    target: c.targetValue,
    activation: c.activationTargetValue,
  }),
  // Triggers that look into the same answer are read together and share it; those with other URLs share the connections only.
  sourceId: (c) => sourceId('metrics-api', urlOf(c).host, [...serverOf(c), urlOf(c).pathname, urlOf(c).search]),
  batches: () => true,
  readTimeoutMs: (c) => c.timeout || undefined,
  async connect(c, deps) {
    const url = urlOf(c);
    const what = `metrics-api:${url.host}`;
    const service = c.aggregateFromKubeServiceEndpoints ? serviceOf(url) : undefined;
    const identify = async (tools: IdentityTools) => createWrittenIdentity(c, url, tools);
    const tls = {
      ...tlsOptions({ ...tlsParameters(c), unsafeSsl: c.unsafeSsl }),
      // A certificate is for the Service, and not for the addresses of its pods.
      ...(service ? { servername: url.hostname } : {}),
    };
    const key = sourceId('metrics-api', url.host, serverOf(c));
    const http = await leaseHttp({ key, identify, tls, what }, deps);
    const readAt = createReader(c, http.client);
    if (!service) return { read: async (signal) => ({ value: await readAt(url, what, signal) }), close: http.release };
    const slices = await leaseSlices(service, deps);
    return createServiceReader({ url, what, aggregation: c.aggregationType, readAt, http, slices });
  },
});

function createReader(c: MetricsApi, http: HttpSource): ReadAt {
  const extract = createExtract(c.format, c.valueLocation);
  const ownMs = c.timeout || undefined;
  const timeoutMs = c.aggregateFromKubeServiceEndpoints ? Math.min(ENDPOINT_TIMEOUT_MS, (ownMs ?? 3_000) / 2) : ownMs;
  return async (url, what, signal) => {
    const answer = await http.get(url, { what, timeoutMs }, signal);
    if (answer.status !== 200) throw statusError(what, answer, 'url');
    return extract(answer.text, what);
  };
}
