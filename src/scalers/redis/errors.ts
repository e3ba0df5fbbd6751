// What Redis and its driver say when they don't answer, as errors of the taxonomy.
import { ZodError } from 'zod';
import { AuthError, type SluiceError, SourceAnswerError, SourceUnavailableError } from '../../errors.ts';
import { networkError } from '../network-errors.ts';

/** How the server's text begins, the error it is here, and the message of that. The text is only recognised, never passed on. */
export type KnownAnswer = readonly [RegExp, (message: string) => SluiceError, string];

/** An answer that is the fault of the trigger or of what it names. */
export const refusal = (pattern: RegExp, message: string, code?: 'SOURCE_NOT_FOUND'): KnownAnswer => [
  pattern,
  (text) => new SourceAnswerError(text, code && { code }),
  message,
];

/** `commands` are all that the question needs. A script is told of what it may not do in words of its own. */
export const notPermitted = (commands: string): KnownAnswer => [
  /^NOPERM|user executing the script can't/,
  auth,
  `the user may not measure this key; allow ${commands} on it (NOPERM)`,
];

/** First match wins. */
const ANSWERS: readonly KnownAnswer[] = [
  [/^WRONGPASS|invalid (username-password|password)/i, auth, 'the server refused the user name or password'],
  [/^NOAUTH/, auth, 'the server wants a password; give password (and username)'],
  [/no password is set|without any password/i, auth, 'a password was given, but the server has none'],
  [/^LOADING/, unavailable, 'the server is still loading its data (LOADING)'],
  [/^(MASTERDOWN|CLUSTERDOWN|BUSY|TRYAGAIN)/, unavailable, "the server can't answer now"],
  [/DB index|invalid DB/i, badAnswer, 'the server has no database with this databaseIndex'],
  [/^[A-Z]+ /, badAnswer, 'the server refused to answer'],
  [/sentinel/i, unavailable, 'no sentinel names a reachable master; check sentinelMaster and address'],
  [/timeout/i, silent, 'the server stopped answering'],
];

/** `what` names the server, `refusals` come first. Nothing of the driver's error is kept: it holds the command, and AUTH is one. */
export function translateRedisError(what: string, thrown: unknown, refusals: readonly KnownAnswer[]): SluiceError {
  if (thrown instanceof ZodError) return badAnswer(`${what}: the answer is not what Redis would give`);
  const told = lastNodeError(thrown) ?? thrown;
  const text = told instanceof Error ? told.message : '';
  const answer = [...refusals, ...ANSWERS].find(([pattern]) => pattern.test(text));
  if (answer) return answer[1](`${what}: ${answer[2]}`);
  // The driver keeps to itself why: nothing listens there, or the certificate isn't trusted.
  const why =
    told === thrown ? 'the connection was closed' : 'no node lets us in; check addresses, and with TLS the CA';
  return networkError(what, told) ?? unavailable(`${what}: ${why}`);
}

/** A cluster tells only through this property why none of its nodes could be asked. */
function lastNodeError(thrown: unknown): unknown {
  return thrown instanceof Error && 'lastNodeError' in thrown ? thrown.lastNodeError : undefined;
}

function auth(message: string): SluiceError {
  return new AuthError(message);
}

function badAnswer(message: string): SluiceError {
  return new SourceAnswerError(message);
}

function unavailable(message: string): SluiceError {
  return new SourceUnavailableError(message);
}

function silent(message: string): SluiceError {
  return new SourceUnavailableError(message, { code: 'SOURCE_TIMEOUT' });
}
