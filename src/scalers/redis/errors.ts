// What Redis and its driver say when they don't answer, as errors of the taxonomy.
import { AuthError, type SluiceError, SourceAnswerError, SourceUnavailableError } from '../../errors.ts';
import { networkError } from '../network-errors.ts';

/** First match wins. The server's text is only recognised, never passed on. */
const ANSWERS: readonly (readonly [RegExp, (message: string) => SluiceError, string])[] = [
  [/^WRONGPASS|invalid (username-password|password)/i, auth, 'the server refused the user name or password'],
  [/^NOAUTH/, auth, 'the server wants a password; give password (and username)'],
  [/^NOPERM/, auth, 'the user may not measure this key; allow EVAL, TYPE, LLEN, SCARD, ZCARD and HLEN on it (NOPERM)'],
  [/no password is set|without any password/i, auth, 'a password was given, but the server has none'],
  [/^LOADING/, unavailable, 'the server is still loading its data (LOADING)'],
  [/^(MASTERDOWN|CLUSTERDOWN|BUSY|TRYAGAIN)/, unavailable, "the server can't answer now"],
  [/DB index|invalid DB/i, badAnswer, 'the server has no database with this databaseIndex'],
  [/^[A-Z]+ /, badAnswer, 'the server refused to answer'],
  [/sentinel/i, unavailable, 'no sentinel names a reachable master; check sentinelMaster and address'],
  [/timeout/i, silent, 'the server stopped answering'],
];

/** `what` names the server. Nothing of the driver's error is kept: it holds the command, and AUTH is one. */
export function translateRedisError(what: string, thrown: unknown): SluiceError {
  const told = lastNodeError(thrown) ?? thrown;
  const text = told instanceof Error ? told.message : '';
  const answer = ANSWERS.find(([pattern]) => pattern.test(text));
  if (answer) return answer[1](`${what}: ${answer[2]}`);
  return networkError(what, told) ?? unavailable(`${what}: the connection was closed`);
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
