// What a user may write in a Prometheus trigger, and the rules between the parameters.
import { z } from 'zod';
import type { Review } from '../define.ts';
import { decimal, duration, field, flag, map, secret, text } from '../fields.ts';
import {
  httpAuthentication,
  httpUrl,
  isHeaderName,
  isHeaderValue,
  reviewHttpAuthentication,
} from '../http-authentication.ts';

/** Ways in which managed Prometheus services know a caller; there are no helpers for them yet. */
const cloud = {
  awsRegion: field(text().optional(), 'Region of Amazon Managed Prometheus; refused for now.', {
    from: ['metadata', 'auth'],
  }),
  identityOwner: field(text().optional(), 'Whose AWS identity is used; of no effect yet.'),
  awsRoleArn: field(text().optional(), 'AWS role; refused for now.', { from: ['auth'] }),
  awsAccessKeyID: field(secret().optional(), 'AWS access key; refused for now.', {
    from: ['auth', 'metadata', 'env'],
    aliases: ['awsAccessKeyId'],
  }),
  awsSecretAccessKey: field(secret().optional(), 'AWS secret key; refused for now.', { from: ['auth', 'env'] }),
  awsSessionToken: field(secret().optional(), 'AWS session; refused for now.', { from: ['auth'] }),
  GoogleApplicationCredentials: field(secret().optional(), 'Google Cloud credentials as JSON; refused for now.', {
    from: ['auth'],
  }),
  credentials: field(secret().optional(), 'Google Cloud credentials as JSON; refused for now.', { from: ['env'] }),
  credentialsFromEnvFile: field(text().optional(), 'Variable with the path of such credentials; refused for now.'),
  cloud: field(text().optional(), 'Azure cloud; of no effect yet.'),
  azureManagedPrometheusResourceURL: field(text().optional(), 'Azure resource of the token; of no effect yet.'),
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
  timeout: field(duration().optional(), 'How long an answer may take.'),
  unsafeSsl: field(flag().prefault('false'), 'Whether to accept any server certificate; not with ca or authModes tls.'),
  ...httpAuthentication,
  ...cloud,
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
  reviewCloud(config, review);
  // KEDA verifies the server as soon as it is told whom to trust.
  if (config.unsafeSsl && !acceptsAnyServer(config)) warn('unsafeSsl', 'has no effect with ca or authModes tls');
}

export function acceptsAnyServer({ unsafeSsl, authModes: modes, ca }: Partial<Prometheus>): boolean {
  return unsafeSsl === true && !(modes && (ca !== undefined || modes.includes('tls')));
}

/** KEDA: a pod identity and authModes exclude each other, and without both the clouds' parameters count. */
function reviewCloud(config: Partial<Prometheus>, { refuse, warn, given, podIdentity }: Review): void {
  const names = Object.keys(cloud).filter(given);
  if (config.authModes) {
    if (podIdentity) refuse('authModes', `expected none beside the pod identity ${podIdentity.provider}`);
    for (const name of names) warn(name, 'has no effect with authModes');
    return;
  }
  if (podIdentity) {
    const provider = JSON.stringify(podIdentity.provider);
    refuse('podIdentity', `${provider} is not supported for prometheus yet; use authModes such as bearer or basic`);
  }
  for (const name of names) {
    if (['identityOwner', 'cloud', 'azureManagedPrometheusResourceURL'].includes(name)) warn(name, 'has no effect yet');
    else refuse(name, 'is not supported yet: managed Prometheus services are reached by authModes, or a signing proxy');
  }
}
