// What a gRPC call ends with, as errors of the taxonomy.
import { AuthError, type SluiceError, SourceAnswerError, SourceUnavailableError } from '../../errors.ts';
import { networkError } from '../network-errors.ts';

/** As the gRPC library gives it: the code's number, and a text that the server or the library wrote. */
export interface Status {
  readonly code: number;
  readonly details: string;
}

type Make = (message: string) => SluiceError;
const unavailable: Make = (message) => new SourceUnavailableError(message);
const timeout: Make = (message) => new SourceUnavailableError(message, { code: 'SOURCE_TIMEOUT' });
const throttled: Make = (message) => new SourceUnavailableError(message, { code: 'SOURCE_THROTTLED' });
const refused: Make = (message) => new AuthError(message);
const wrong: Make = (message) => new SourceAnswerError(message);
const missing: Make = (message) => new SourceAnswerError(message, { code: 'SOURCE_NOT_FOUND' });

const REFUSES_US = 'the scaler refuses us; check the metadata and the authenticationRef';
const NOT_ACCEPTED = 'the scaler does not accept the metadata; its own log says why';
const FAILED = 'the scaler failed; its own log says why';
const BROKEN_OFF = 'the scaler broke off the call';

type Verdict = readonly [name: string, make: Make, text: string];

const UNKNOWN: Verdict = ['UNKNOWN', unavailable, FAILED];

/** gRPC's status codes (https://grpc.io/docs/guides/status-codes/), in the order of their numbers. */
const VERDICTS: readonly Verdict[] = [
  ['OK', unavailable, BROKEN_OFF],
  ['CANCELLED', unavailable, BROKEN_OFF],
  UNKNOWN,
  ['INVALID_ARGUMENT', wrong, NOT_ACCEPTED],
  ['DEADLINE_EXCEEDED', timeout, 'the scaler had no answer in time'],
  ['NOT_FOUND', missing, 'the scaler does not find what the metadata names'],
  ['ALREADY_EXISTS', wrong, NOT_ACCEPTED],
  ['PERMISSION_DENIED', refused, REFUSES_US],
  ['RESOURCE_EXHAUSTED', throttled, 'the scaler asks us to slow down'],
  ['FAILED_PRECONDITION', wrong, NOT_ACCEPTED],
  ['ABORTED', unavailable, BROKEN_OFF],
  ['OUT_OF_RANGE', wrong, NOT_ACCEPTED],
  ['UNIMPLEMENTED', wrong, 'the server has no such method; is scalerAddress that of a KEDA external scaler?'],
  ['INTERNAL', unavailable, FAILED],
  ['UNAVAILABLE', unavailable, "the scaler can't answer now"],
  ['DATA_LOSS', unavailable, FAILED],
  ['UNAUTHENTICATED', refused, REFUSES_US],
];

/**
 * KEDA passes the server's own words on. They stay out here: the server was handed variables of the target's environment, which may be
 * passwords, and an error of its making may quote them; the status of an object is read by more people than its Secrets.
 */
export function statusError(what: string, { code, details }: Status): SluiceError {
  const [name, make, text] = troubleOfOurs(details) ?? VERDICTS[code] ?? UNKNOWN;
  const lost = name === 'UNAVAILABLE' ? connectionError(what, details) : undefined;
  return lost ?? make(`${what}: ${text} (${name})`);
}

/** What the library finds fault with, though the server meant well. */
function troubleOfOurs(details: string): Verdict | undefined {
  if (details.startsWith('Received message larger')) {
    return ['RESOURCE_EXHAUSTED', wrong, 'expected an answer of at most 4 MiB, found a larger one'];
  }
  if (details.startsWith('Response message parsing error')) {
    return ['INTERNAL', wrong, "expected a message of KEDA's protocol, found something else"];
  }
  return undefined;
}

/** The library tells of lost and refused connections in words only, as Node and OpenSSL choose them. */
const CONNECTION_TROUBLES: readonly (readonly [RegExp, code: string])[] = [
  [/Name resolution failed/, 'ENOTFOUND'],
  [/wrong version number|Protocol error|packet length too long/, 'EPROTO'],
  [/self-signed certificate in certificate chain/, 'SELF_SIGNED_CERT_IN_CHAIN'],
  [/self-signed certificate/, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  [/unable to verify the first certificate|unable to get local issuer/, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  [/certificate has expired/, 'CERT_HAS_EXPIRED'],
  [/does not match certificate's altnames/, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  [/Connection dropped|Disconnected/, 'ECONNRESET'],
];

function connectionError(what: string, details: string): SluiceError | undefined {
  if (/alert (unknown ca|bad certificate|certificate (required|unknown|expired|revoked))/.test(details)) {
    return new AuthError(`${what}: the server does not accept our certificate; check tlsClientCert and tlsClientKey`);
  }
  const known = CONNECTION_TROUBLES.find(([words]) => words.test(details))?.[1];
  const code = known ?? /\b(E[A-Z]{4,})\b/.exec(details)?.[1];
  return code === undefined ? undefined : networkError(what, Object.assign(new Error(), { code }));
}
