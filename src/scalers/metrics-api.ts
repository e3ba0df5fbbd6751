// `metrics-api`: a number in the answer of any HTTP server.
import { defineScaler } from './define.ts';
import { httpIdentity, httpUrl, tlsParameters } from './http-authentication.ts';
import { createWrittenIdentity, type IdentityTools } from './http-credentials.ts';
import { leaseHttp, statusError } from './http-source.ts';
import { createExtract } from './metrics-api/extract.ts';
import { MetricsApi, reviewMetricsApi } from './metrics-api/parameters.ts';
import { sourceId } from './source-id.ts';
import { tlsOptions } from './tls.ts';

function urlOf({ url: text }: MetricsApi): URL {
  const url = httpUrl(text);
  if (!url) throw new TypeError('review() lets no malformed url through');
  return url;
}

/** Everything that a connection depends on. */
function serverOf(config: MetricsApi): readonly unknown[] {
  const url = urlOf(config);
  return [url.protocol, httpIdentity(config, url), config.unsafeSsl];
}

export const metricsApi = defineScaler({
  type: 'metrics-api',
  summary: 'Scales on a number in the answer of an HTTP server.',
  config: MetricsApi,
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
    const key = sourceId('metrics-api', url.host, serverOf(c));
    const tls = tlsOptions({ ...tlsParameters(c), unsafeSsl: c.unsafeSsl });
    const identify = async (tools: IdentityTools) => createWrittenIdentity(c, url, tools);
    const { client, release } = await leaseHttp({ key, identify, tls, what }, deps);
    const extract = createExtract(c.format, c.valueLocation);
    const question = { timeoutMs: c.timeout || undefined };
    return {
      async read(signal) {
        const answer = await client.get(url, question, signal);
        if (answer.status !== 200) throw statusError(what, answer, 'url');
        return { value: await extract(answer.text, what) };
      },
      close: release,
    };
  },
});
