// Destination azureEventGridTopic: events in batches, as CloudEvents 1.0, with the topic's key or a workload identity.
import { checkTopicForIdentity } from '../api/cloud-event-source-checks.ts';
import type { Clock } from '../async.ts';
import { AuthError, ConfigError } from '../errors.ts';
import { usesWorkloadIdentity } from '../scalers/azure-account.ts';
import { createWorkloadIdentity, type TokenSource } from '../scalers/azure-identity.ts';
import { createHttpClient } from '../scalers/http.ts';
import type { Credentials, Destination } from './destination.ts';
import { asking, refusal } from './refusal.ts';

const API_VERSION = '2018-01-01';
const SCOPE = 'https://eventgrid.azure.net/.default';
/** Far below what a topic takes at once (1 MB). */
const MOST_AT_ONCE = 100;

export interface EventGridOptions {
  readonly endpoint: string;
  readonly clock: Clock;
  /** Asked before every call, so that what was rotated is used at once. */
  readonly credentials: (signal: AbortSignal) => Promise<Credentials>;
}

export function createEventGridTopic({ endpoint, clock, credentials }: EventGridOptions): Destination {
  const url = new URL(endpoint);
  if (!url.searchParams.has('api-version')) url.searchParams.set('api-version', API_VERSION);
  const place = `Event Grid topic ${url.host}`;
  const http = createHttpClient(asking);
  let identity: { readonly of: string; readonly token: TokenSource } | undefined;

  function tokenOf(podIdentity: Credentials['podIdentity'], signal: AbortSignal): Promise<string> {
    const of = JSON.stringify(podIdentity);
    if (identity?.of !== of) identity = { of, token: createWorkloadIdentity(podIdentity, { clock, what: place }) };
    return identity.token(
      SCOPE,
      { host: url.hostname, field: 'spec.destination.azureEventGridTopic.endpoint' },
      signal,
    );
  }

  async function authorize(signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
    const { auth, podIdentity } = await credentials(signal);
    if (usesWorkloadIdentity(podIdentity)) {
      const issues = checkTopicForIdentity(endpoint);
      if (issues.length > 0) throw new ConfigError('CloudEventSource', issues);
      return { authorization: `Bearer ${await tokenOf(podIdentity, signal)}` };
    }
    const key = auth['accessKey']?.trim() ?? '';
    if (key === '') {
      const message = `${place} needs one that gives accessKey, or has pod identity azure-workload`;
      throw new ConfigError('CloudEventSource', [{ field: 'spec.authenticationRef', message }]);
    }
    if (/[^!-~]/.test(key)) throw new AuthError(`${place}: accessKey is no key: it has blanks or other characters`);
    return { 'aeg-sas-key': key };
  }

  return {
    sink: 'azureEventGridTopic',
    place,
    mostAtOnce: MOST_AT_ONCE,
    async prepare(signal) {
      await authorize(signal);
    },
    async send(events, signal) {
      const headers = {
        ...(await authorize(signal)),
        'content-type': 'application/cloudevents-batch+json; charset=utf-8',
      };
      const answer = await http.request(url, place, { method: 'POST', headers, body: JSON.stringify(events) }, signal);
      // A token that is refused may have been given for a role that we did not have yet.
      if (answer.status === 401) identity = undefined;
      if (answer.status < 200 || answer.status >= 300) throw refusal(place, answer);
    },
    close: () => http.close(),
  };
}
