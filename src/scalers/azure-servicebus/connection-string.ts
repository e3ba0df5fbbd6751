// Azure's connection strings: where a namespace is, and with what right we may ask it.
import { createHmac } from 'node:crypto';
import type { Clock } from '../../async.ts';
import { connectionParts } from '../azure-account.ts';

export interface ServiceBusConnection {
  /** Of the management API, such as `https://orders.servicebus.windows.net`. */
  readonly origin: string;
  /** Set when the string is for one queue or topic only. */
  readonly entityPath: string | undefined;
  readonly right: SharedKey | { readonly token: string };
}

interface SharedKey {
  readonly keyName: string;
  readonly key: string;
}

/**
 * `Endpoint=sb://…;SharedAccessKeyName=…;SharedAccessKey=…` or `…;SharedAccessSignature=SharedAccessSignature sr=…`; with
 * `UseDevelopmentEmulator=true` the endpoint is asked in plain HTTP. Undefined when it is neither.
 */
export function parseConnectionString(text: string): ServiceBusConnection | undefined {
  const parts = connectionParts(text);
  const endpoint = URL.parse(parts.get('endpoint') ?? '');
  const right = rightOf(parts);
  if (!endpoint || endpoint.host === '' || !right) return undefined;
  const scheme = parts.get('usedevelopmentemulator')?.toLowerCase() === 'true' ? 'http' : 'https';
  return { origin: `${scheme}://${endpoint.host}`, entityPath: parts.get('entitypath') || undefined, right };
}

function rightOf(parts: ReadonlyMap<string, string>): ServiceBusConnection['right'] | undefined {
  const token = parts.get('sharedaccesssignature');
  if (token) return { token };
  const keyName = parts.get('sharedaccesskeyname');
  const key = parts.get('sharedaccesskey');
  return keyName && key ? { keyName, key } : undefined;
}

/** The broker compares it with its own clock, which may be hours ahead of ours. */
const TOKEN_LIFE_S = 4 * 3_600;
const RENEW_AFTER_S = 3_000;

/** Makes shared access signatures, one for each scope, and renews them long before they expire. */
export function createSigner({ keyName, key }: SharedKey, clock: Clock): (scope: string) => string {
  const tokens = new Map<string, { readonly token: string; readonly madeAtS: number }>();
  return (scope) => {
    const nowS = Math.floor(clock.now() / 1_000);
    const known = tokens.get(scope);
    // Of either sign: a clock that was set back makes no token live longer.
    if (known && Math.abs(nowS - known.madeAtS) < RENEW_AFTER_S) return known.token;
    const expiry = nowS + TOKEN_LIFE_S;
    const resource = encodeURIComponent(scope.toLowerCase());
    const signature = createHmac('sha256', key).update(`${resource}\n${expiry}`).digest('base64');
    const token =
      `SharedAccessSignature sr=${resource}&sig=${encodeURIComponent(signature)}` +
      `&se=${expiry}&skn=${encodeURIComponent(keyName)}`;
    tokens.set(scope, { token, madeAtS: nowS });
    return token;
  };
}
