// What operating system, TLS and HTTP client say when there is no connection, as errors of the taxonomy.
import { types } from 'node:util';
import { SluiceError, SourceUnavailableError } from '../errors.ts';

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused; is the broker running, and is the port right?',
  ECONNRESET: 'the connection was reset',
  ECONNABORTED: 'the connection was aborted',
  EPIPE: 'the connection was closed',
  ENOTFOUND: 'the host name does not exist',
  EAI_AGAIN: 'the host name could not be looked up',
  ELINKLOCAL: 'the host has a link-local address, as the metadata of machines has, and Sluice asks nobody there',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'there is no route to the network',
  ETIMEDOUT: 'no connection in time',
  EPROTO: 'TLS and plain text met; is TLS switched on on one side only?',
  ERR_SSL_WRONG_VERSION_NUMBER: 'TLS and plain text met; is TLS switched on on one side only?',
  CERT_HAS_EXPIRED: "the broker's certificate has expired",
  DEPTH_ZERO_SELF_SIGNED_CERT: "the broker's certificate is self-signed; give its CA",
  SELF_SIGNED_CERT_IN_CHAIN: "the broker's certificate comes from an unknown CA; give it",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the broker's certificate comes from an unknown CA; give it",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "the broker's certificate comes from an unknown CA; give it",
  ERR_TLS_CERT_ALTNAME_INVALID: "the broker's certificate is for another host name",
  UND_ERR_SOCKET: 'the connection was closed',
  UND_ERR_CLOSED: 'the connection was closed',
  UND_ERR_DESTROYED: 'the connection was closed',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
  UND_ERR_HEADERS_TIMEOUT: 'no answer in time',
  UND_ERR_BODY_TIMEOUT: 'the answer stopped midway',
};
const TIMEOUTS = new Set(['ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);

/**
 * The failure as a SourceUnavailableError that names `what`; undefined when it isn't one of connection, TLS or HTTP
 * transport. Nothing of the driver's text is passed on: it may quote a URL with its password.
 */
export function networkError(what: string, thrown: unknown): SourceUnavailableError | undefined {
  const code = networkCode(thrown);
  if (code === undefined) return undefined;
  const reason = REASONS[code] ?? 'the connection failed';
  return new SourceUnavailableError(`${what}: ${reason} (${code})`, {
    code: TIMEOUTS.has(code) ? 'SOURCE_TIMEOUT' : 'SOURCE_UNAVAILABLE',
  });
}

/** The code of the error, of its cause, or of the first of several attempts (happy eyeballs). */
function networkCode(thrown: unknown): string | undefined {
  if (!types.isNativeError(thrown)) return undefined;
  const { code } = thrown as NodeJS.ErrnoException;
  if (typeof code === 'string' && (code in REASONS || /^(E[A-Z]{3,}|UND_ERR_\w+|ERR_(SSL|TLS)_\w+)$/.test(code))) {
    return code;
  }
  if ('errors' in thrown && Array.isArray(thrown.errors)) {
    const [first] = thrown.errors.map(networkCode).filter((inner) => inner !== undefined);
    if (first !== undefined) return first;
  }
  return networkCode(thrown.cause);
}

/** True for what must pass through a translation as it is: our own errors, and an abort, which isn't an error. */
export function isTranslated(thrown: unknown, signal: AbortSignal): boolean {
  return thrown instanceof SluiceError || (signal.aborted && thrown === signal.reason);
}
