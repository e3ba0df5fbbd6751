// What a request to the queue service needs to be let in. Azure: Authorize with Shared Key, 2015-02-21 and later.
import { createHmac } from 'node:crypto';
import type { Clock } from '../../async.ts';
import type { TokenSource } from '../azure-identity.ts';
import type { SharedKey, StorageConnection } from './connection-string.ts';

export type StorageRight =
  | StorageConnection['right']
  | {
      readonly token: TokenSource;
      /** The parameter that says where the account is. */
      readonly field: string;
    };

/** A request as it may be sent. */
export interface AuthorizedRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

/** The oldest version with everything we ask for that Azure Stack Hub knows, too. */
const API_VERSION = '2019-07-07';
/** The same in every cloud. */
const DIRECTORY_SCOPE = 'https://storage.azure.com/.default';

/** For a GET without a body. */
export function createAuthorize(
  right: StorageRight,
  clock: Clock,
): (url: URL, signal: AbortSignal) => Promise<AuthorizedRequest> {
  return async (url, signal) => {
    const headers = { 'x-ms-date': new Date(clock.now()).toUTCString(), 'x-ms-version': API_VERSION };
    if ('token' in right) {
      const token = await right.token(DIRECTORY_SCOPE, { host: url.hostname, field: right.field }, signal);
      return { url, headers: { ...headers, authorization: `Bearer ${token}` } };
    }
    if ('signature' in right) return { url: new URL(`${url.href}&${right.signature}`), headers };
    return { url, headers: { ...headers, authorization: sharedKeyAuthorization(right, url, headers) } };
  };
}

/** Eleven standard headers, of which a GET has none; then ours, then the resource. */
function sharedKeyAuthorization(
  { account, key }: SharedKey,
  url: URL,
  headers: Readonly<Record<`x-ms-${string}`, string>>,
): string {
  const ours = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const parameters = [...url.searchParams].map(([name, value]) => `\n${name.toLowerCase()}:${value}`);
  const resource = `/${account}${url.pathname}${parameters.sort().join('')}`;
  const signature = createHmac('sha256', key)
    .update(`GET${'\n'.repeat(12)}${ours.sort().join('')}${resource}`)
    .digest('base64');
  return `SharedKey ${account}:${signature}`;
}

/** When the right ends by itself, in milliseconds since the epoch; undefined when it doesn't or doesn't say. */
export function expiryOf(right: StorageRight): number | undefined {
  if (!('signature' in right)) return undefined;
  const atMs = Date.parse(new URLSearchParams(right.signature).get('se') ?? '');
  return Number.isNaN(atMs) ? undefined : atMs;
}
