// What AWS Secrets Manager answers when it is asked for the value of a secret, and what its refusals mean.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
import { z } from 'zod';
import { AuthError, SourceAnswerError, SourceUnavailableError } from '../errors.ts';
import type { HttpAnswer } from '../scalers/http.ts';
import { parseJson, textOf } from './json.ts';
import type { Found } from './read-secrets.ts';

const Value = z.union([
  z.object({ SecretString: z.string() }),
  z.object({ SecretBinary: z.base64() }).transform(({ SecretBinary }) => Buffer.from(SecretBinary, 'base64')),
]);
const Refusal = z.object({ __type: z.string() });

interface Asked {
  /** Names the store, and where it is, in errors. */
  readonly what: string;
  /** The secret as it was written. */
  readonly secret: string;
}

/** The secret as text, whole. */
export function managedSecret(answer: HttpAnswer, { what, secret }: Asked): Found {
  if (answer.status !== 200) return refused(answer, { what, secret });
  const value = Value.safeParse(parseJson(answer.text)).data;
  if (value === undefined) throw new SourceAnswerError(`${what}: expected a secret as JSON, found something else`);
  const text = value instanceof Uint8Array ? textOf(value) : value.SecretString;
  if (text !== undefined) return { kind: 'set', value: text };
  return { kind: 'missing', why: `${what}: expected ${secret} to be text, found bytes that are no UTF-8` };
}

/** The member `secretKey` of a secret that is a JSON object. */
export function memberOf(text: string, secretKey: string, { what, secret }: Asked): Found {
  const missing = (found: string): Found => ({ kind: 'missing', why: `${what}: ${secret} ${found}` });
  const object = z.record(z.string(), z.unknown()).safeParse(parseJson(text)).data;
  const name = JSON.stringify(secretKey);
  if (object === undefined) return missing(`is no JSON object, so it has no key ${name}; leave secretKey out`);
  if (!Object.hasOwn(object, secretKey)) return missing(`has no key ${name}; check secretKey`);
  const value = object[secretKey];
  if (typeof value === 'string') return { kind: 'set', value };
  const kind = value === null ? 'null' : Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
  return missing(`has ${kind} under the key ${name}; a string is expected`);
}

/** AWS says "slow down" with status 400 as well. */
export function isThrottled(answer: HttpAnswer): boolean {
  return answer.status === 429 || /^(Throttl|TooManyRequests|LimitExceeded|RequestLimit)/.test(errorName(answer));
}

/** As AWS writes it, with a namespace before or an address after it. */
function errorName({ headers, text }: HttpAnswer): string {
  const { data } = Refusal.safeParse(parseJson(text));
  return /(\w+)(?=$|:)/.exec(String(headers?.['x-amzn-errortype'] ?? data?.__type ?? ''))?.[1] ?? '';
}

const UNKNOWN_KEYS = new Set([
  'IncompleteSignature',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
]);

function refused(answer: HttpAnswer, { what, secret }: Asked): Found {
  const { status } = answer;
  const name = errorName(answer);
  const missing = (why: string): Found => ({ kind: 'missing', why: `${what}: ${why}` });
  switch (name) {
    case 'ResourceNotFoundException':
      return missing(`there is no ${secret} in this account and region; check name, version and region`);
    case 'AccessDeniedException':
      return missing(
        `we may not read ${secret}; allow secretsmanager:GetSecretValue on it, and kms:Decrypt if it has a key of its own`,
      );
    case 'DecryptionFailure':
      return missing(`AWS can't decrypt ${secret}; allow kms:Decrypt, and see that its key is enabled`);
    case 'InvalidRequestException':
      return missing(`${secret} can't be read in the state that it is in; is it scheduled for deletion?`);
    case 'InvalidParameterException':
    case 'ValidationException':
      return missing(`AWS does not understand ${secret}; versionId and versionStage have to name one version`);
    default:
  }
  if (name === 'ExpiredTokenException') throw new AuthError(`${what}: the session token has expired; give a new one`);
  if (UNKNOWN_KEYS.has(name))
    throw new AuthError(`${what}: AWS does not take the keys that were shown; check them, and our clock`);
  if (status >= 500) throw new SourceUnavailableError(`${what}: AWS can't answer now (HTTP ${status})`);
  if (status === 401 || status === 403) throw new AuthError(`${what}: AWS refuses us (HTTP ${status})`);
  throw new SourceAnswerError(`${what}: expected a secret, found HTTP ${status}`);
}
