// Connection strings of Azure storage accounts: where the queue service is, and with what right we may ask it.
import { connectionParts } from '../azure-account.ts';

export interface StorageConnection {
  /** Of the queue service, such as `https://shop.queue.core.windows.net` or `http://127.0.0.1:10001/shop`; no slash at the end. */
  readonly endpoint: string;
  readonly right: SharedKey | SharedAccessSignature;
}

export interface SharedKey {
  readonly account: string;
  readonly key: Buffer;
}

export interface SharedAccessSignature {
  /** A URL query such as `sv=…&sig=…`. */
  readonly signature: string;
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

/**
 * `AccountName=…;AccountKey=…` with `DefaultEndpointsProtocol`, `EndpointSuffix` or `QueueEndpoint`; or
 * `QueueEndpoint=…;SharedAccessSignature=…`. Undefined when it is neither.
 */
export function parseStorageConnection(text: string): StorageConnection | undefined {
  const parts = connectionParts(text);
  const endpoint = endpointOf(parts);
  const right = rightOf(parts);
  return endpoint && right ? { endpoint, right } : undefined;
}

function endpointOf(parts: ReadonlyMap<string, string>): string | undefined {
  const account = parts.get('accountname');
  const protocol = parts.get('defaultendpointsprotocol') || 'https';
  const suffix = parts.get('endpointsuffix') || 'core.windows.net';
  const written = parts.get('queueendpoint') || (account ? `${protocol}://${account}.queue.${suffix}` : '');
  const url = URL.parse(written);
  if (!url || !/^https?:$/.test(url.protocol)) return undefined;
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

function rightOf(parts: ReadonlyMap<string, string>): StorageConnection['right'] | undefined {
  const [account, key] = [parts.get('accountname'), parts.get('accountkey')];
  if (account && key) return BASE64.test(key) ? { account, key: Buffer.from(key, 'base64') } : undefined;
  const signature = parts.get('sharedaccesssignature')?.replace(/^\?/, '');
  return signature ? { signature } : undefined;
}
