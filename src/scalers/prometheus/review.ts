// The rules between the parameters of a Prometheus trigger.
import type { Review } from '../define.ts';
import { httpUrl, isHeaderName, isHeaderValue, reviewHttpAuthentication } from '../http-authentication.ts';
import type { PodIdentity } from '../scaler.ts';
import { accessOf } from './identity.ts';
import { reviewManaged } from './managed.ts';
import type { Prometheus } from './parameters.ts';

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
  if (config.cortexOrgID !== undefined) warn('cortexOrgID', 'has no effect: give customHeaders X-Scope-OrgID=…');
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
