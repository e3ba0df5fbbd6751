// What a Kafka broker answers instead of an offset, as errors of the taxonomy: https://kafka.apache.org/protocol#protocol_error_codes
import { types } from 'node:util';
import { AuthError, type SluiceError, SourceAnswerError, SourceUnavailableError } from '../../errors.ts';
import { networkError } from '../network-errors.ts';

/** Codes that are no error for some question. */
export const UNKNOWN_TOPIC_OR_PARTITION = 3;
export const GROUP_ID_NOT_FOUND = 69;
export const LEADER_NOT_AVAILABLE = 5;
const UNSUPPORTED_SASL_MECHANISM = 33;
const SASL_AUTHENTICATION_FAILED = 58;

type Kind = (message: string) => SluiceError;
const auth: Kind = (message) => new AuthError(message);
const unavailable: Kind = (message) => new SourceUnavailableError(message);
const answer: Kind = (message) => new SourceAnswerError(message);
const notFound: Kind = (message) => new SourceAnswerError(message, { code: 'SOURCE_NOT_FOUND' });

/** By code: the class, and what follows the subject (`topic "orders"`). */
const CODES: ReadonlyMap<number, readonly [Kind, string]> = new Map([
  [UNKNOWN_TOPIC_OR_PARTITION, [notFound, 'does not exist (UNKNOWN_TOPIC_OR_PARTITION)']],
  [LEADER_NOT_AVAILABLE, [unavailable, 'has no leader at the moment (LEADER_NOT_AVAILABLE)']],
  [6, [unavailable, 'has just got another leader (NOT_LEADER_OR_FOLLOWER)']],
  [7, [unavailable, 'could not be asked in time (REQUEST_TIMED_OUT)']],
  [9, [unavailable, 'has a replica that is not available (REPLICA_NOT_AVAILABLE)']],
  [14, [unavailable, 'has a coordinator that is still loading (COORDINATOR_LOAD_IN_PROGRESS)']],
  [15, [unavailable, 'has no coordinator at the moment (COORDINATOR_NOT_AVAILABLE)']],
  [16, [unavailable, 'has just got another coordinator (NOT_COORDINATOR)']],
  [17, [answer, 'is no name that a topic can have (INVALID_TOPIC_EXCEPTION)']],
  [24, [answer, 'is no name that a group can have (INVALID_GROUP_ID)']],
  [
    29,
    [
      auth,
      'may not be looked at by this account; allow it the operation Describe on the topic (TOPIC_AUTHORIZATION_FAILED)',
    ],
  ],
  [
    30,
    [
      auth,
      'may not be looked at by this account; allow it the operation Describe on the group (GROUP_AUTHORIZATION_FAILED)',
    ],
  ],
  [31, [auth, 'may not be looked at by this account (CLUSTER_AUTHORIZATION_FAILED)']],
  [72, [unavailable, 'has a leader without the listener that we came through (LISTENER_NOT_FOUND)']],
  [78, [unavailable, 'has an end that is not known yet, because its leader is new (OFFSET_NOT_AVAILABLE)']],
]);

/** `subject` names what was asked for, such as `group "shop"`. */
export function protocolError(where: string, subject: string, code: number): SluiceError {
  const [kind, text] = CODES.get(code) ?? [answer, `was refused by the broker (error ${code})`];
  return kind(`${where}: ${subject} ${text}`);
}

/** What the broker says to who logs in; `offered` are the mechanisms that it has. */
export function loginError(where: string, mechanism: string, code: number, offered: readonly string[]): SluiceError {
  if (code === UNSUPPORTED_SASL_MECHANISM) {
    const others = offered.filter((name) => /^[A-Z0-9_-]{1,32}$/.test(name)).join(', ') || 'none';
    return auth(`${where}: expected a broker with SASL ${mechanism}, found one with ${others}; check sasl`);
  }
  if (code === SASL_AUTHENTICATION_FAILED)
    return auth(`${where}: the broker refused the credentials (SASL ${mechanism})`);
  return auth(
    `${where}: the broker refused to log us in with SASL ${mechanism} (error ${code}); is SASL on at this port?`,
  );
}

/** What went wrong with the connection itself. Nothing of the text of what was thrown is kept. */
export function connectionError(where: string, thrown: unknown): SluiceError {
  const code = types.isNativeError(thrown) && 'code' in thrown ? String(thrown.code) : '';
  if (/_ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|HANDSHAKE_FAILURE|UNKNOWN_CA|CERTIFICATE_UNKNOWN)$/.test(code)) {
    return auth(`${where}: the broker wants a client certificate that it trusts; give cert and key (${code})`);
  }
  return networkError(where, thrown) ?? unavailable(`${where}: the connection was closed`);
}

/** An answer that is laid out otherwise than its version says. */
export function unreadable(where: string): SluiceError {
  return answer(`${where}: the answer is not what a Kafka broker would give; is this the port of one?`);
}
