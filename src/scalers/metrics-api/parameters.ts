// What a user may write in a metrics-api trigger, and the rules between the parameters.
import { z } from 'zod';
import type { Review } from '../define.ts';
import { decimal, duration, field, flag, oneOf, text } from '../fields.ts';
import { httpAuthentication, httpUrl, reviewHttpAuthentication } from '../http-authentication.ts';
import { AGGREGATIONS } from './aggregate.ts';
import { serviceOf } from './endpoints.ts';
import { createExtract, FORMATS } from './extract.ts';

export const MetricsApi = z.object({
  url: field(text(), 'URL that answers a GET request with the value somewhere in it.'),
  valueLocation: field(
    text(),
    'Where the value is: a GJSON path (json), a metric with its labels (prometheus), names between dots (yaml, and xml from the root element on).',
  ),
  targetValue: field(decimal(), 'What one replica is meant to handle.'),
  activationTargetValue: field(decimal().prefault('0'), 'The workload is active above this value.'),
  format: field(oneOf(...FORMATS).prefault('json'), 'Format of the answer.'),
  timeout: field(duration().optional(), 'How long an answer may take.'),
  unsafeSsl: field(flag().prefault('false'), 'Whether to accept any server certificate.'),
  aggregateFromKubeServiceEndpoints: field(
    flag().prefault('false'),
    'Whether to ask every endpoint of the Service that the host in url names, as service.namespace.',
  ),
  aggregationType: field(
    oneOf(...AGGREGATIONS).prefault('average'),
    'What to make of several endpoints; with aggregateFromKubeServiceEndpoints.',
  ),
  ...httpAuthentication,
});
export type MetricsApi = z.output<typeof MetricsApi>;

export function reviewMetricsApi(config: Partial<MetricsApi>, review: Review): void {
  const { refuse, warn, given } = review;
  const { url, targetValue, format, valueLocation } = config;
  if (url !== undefined && !httpUrl(url)) refuse('url', 'expected a URL such as http://api.shop:8080/queue');
  // An HPA's target is above 0, and has three decimals.
  if (targetValue !== undefined && Math.round(targetValue * 1_000) < 1)
    refuse('targetValue', 'expected at least 0.001');
  if (format !== undefined && valueLocation !== undefined) {
    const problem = problemOfLocation(format, valueLocation);
    if (problem !== undefined) refuse('valueLocation', problem);
  }
  if (config.aggregateFromKubeServiceEndpoints) {
    const address = httpUrl(url ?? '');
    if (address && !serviceOf(address))
      refuse('url', 'expected a Service with its namespace, such as http://api.shop:8080/queue, to ask its endpoints');
  } else if (given('aggregationType'))
    warn('aggregationType', 'has no effect without aggregateFromKubeServiceEndpoints');
  reviewHttpAuthentication(config, review);
}

function problemOfLocation(format: MetricsApi['format'], location: string): string | undefined {
  try {
    createExtract(format, location);
    return undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return format === 'json' ? `expected a GJSON path: ${error.message}` : error.message;
  }
}
