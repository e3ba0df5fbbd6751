// What a user may write in a Prometheus trigger.
import { z } from 'zod';
import { awsAccess } from '../aws-access.ts';
import { decimal, duration, field, flag, map, text } from '../fields.ts';
import { gcpAccess } from '../gcp-access.ts';
import { httpAuthentication } from '../http-authentication.ts';

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
  cortexOrgID: field(text().optional(), 'Has no effect: give customHeaders X-Scope-OrgID=….'),
  timeout: field(duration().optional(), 'How long an answer may take.'),
  unsafeSsl: field(flag().prefault('false'), 'Whether to accept any server certificate; not with ca or authModes tls.'),
  ...httpAuthentication,
  ...managed,
});
export type Prometheus = z.output<typeof Prometheus>;
