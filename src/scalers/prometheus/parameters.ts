// What a user may write in a Prometheus trigger, and the rules between the parameters.
import { z } from 'zod';
import { awsAccess } from '../aws-access.ts';
import type { Review } from '../define.ts';
import { decimal, duration, field, flag, map, removed, text } from '../fields.ts';
import { gcpAccess } from '../gcp-access.ts';
import {
  httpAuthentication,
  httpUrl,
  isHeaderName,
  isHeaderValue,
  reviewHttpAuthentication,
} from '../http-authentication.ts';
import type { PodIdentity } from '../scaler.ts';
import { accessOf } from './identity.ts';
import { reviewManaged } from './managed.ts';

/** Ways in which managed Prometheus services know a caller. */
const managed = {
  awsRegion: field(text().optional(), 'Region of Amazon Managed Prometheus.', { from: ['metadata', 'auth'] }),
  ...awsAccess,
  ...gcpAccess,
  cloud: field(text().optional(), 'Azure cloud of the workspace; with pod identity azure-workload.'),
  azureManagedPrometheusResourceURL: field(
    text().optional(),
    'Whom a token is for, as an https URL; with cloud Private.',
  ),
};

export const Prometheus = z.object({
  serverAddress: field(text(), 'URL of the server, without /api/v1/query.'),
  query: field(text(), 'PromQL whose result is one number: an instant vector of one element, or a scalar.'),
  threshold: field(decimal(), 'What one replica is meant to handle.'),
  activationThreshold: field(decimal().prefault('0'), 'The workload is active above this value.'),
  namespace: field(text().optional(), 'Parameter namespace of the request, for servers with tenants.'),
  queryParameters: field(map().optional(), 'Further parameters of the request.'),
  customHeaders: field(map().optional(), 'Further headers of the request, such as X-Scope-OrgID=team-a.'),
  ignoreNullValues: field(flag().prefault('true'), 'Whether an empty result, NaN and infinity are 0, and no error.'),
  cortexOrgID: field(removed('give customHeaders: X-Scope-OrgID=…'), 'Tenant of Cortex; see customHeaders.'),
  timeout: field(duration().optional(), 'How long an answer may take.'),
  unsafeSsl: field(flag().prefault('false'), 'Whether to accept any server certificate; not with ca or authModes tls.'),
  ...httpAuthentication,
  ...managed,
});
export type Prometheus = z.output<typeof Prometheus>;

export function reviewPrometheus(config: Partial<Prometheus>, review: Review): void {
  const { refuse, warn } = review;
  const { serverAddress, threshold, customHeaders = new Map<string, string>() } = config;
  if (serverAddress !== undefined && !httpUrl(serverAddress))
    refuse('serverAddress', 'expected a URL such as http://prometheus.monitoring:9090');
  // An HPA's target is above 0, and has three decimals.
  if (threshold !== undefined && Math.round(threshold * 1_000) < 1) refuse('threshold', 'expected at least 0.001');
  for (const [name, value] of customHeaders) {
    if (!isHeaderName(name) || !isHeaderValue(value))
      refuse('customHeaders', `expected headers that a request may have, found a bad ${JSON.stringify(name)}`);
  }
  reviewHttpAuthentication(config, review);
  reviewManaged(config, review);
  if (config.unsafeSsl && !acceptsAnyServer(config, review.podIdentity))
    warn('unsafeSsl', 'has no effect with ca, authModes tls or the identity of a cloud');
}

/** KEDA verifies the server as soon as it is told whom to trust, and where it shows the identity of a cloud. */
export function acceptsAnyServer(config: Partial<Prometheus>, podIdentity: PodIdentity | undefined): boolean {
  const { unsafeSsl, authModes: modes, ca } = config;
  if (accessOf(config, podIdentity).kind !== 'written') return false;
  return unsafeSsl === true && !(modes && (ca !== undefined || modes.includes('tls')));
}
