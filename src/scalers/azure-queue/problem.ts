// What the queue service's refusals mean, and what to do about each. Azure: error codes of storage services, in `x-ms-error-code`.
import { AuthError, type SluiceError, SourceAnswerError, SourceUnavailableError } from '../../errors.ts';
import type { HttpAnswer } from '../http.ts';
import { expiryOf, type StorageRight } from './authorize.ts';

/** Who asked what, with which right. */
export interface Asked {
  readonly what: string;
  readonly queue: string;
  readonly right: StorageRight;
  readonly nowMs: number;
}

/** Refusals that say more than their status. */
const REFUSALS: Readonly<Record<string, string>> = {
  AccountIsDisabled: 'the account is disabled',
  AuthorizationFailure: "the account's firewall or the right's limits keep us out",
  AuthorizationPermissionMismatch: 'our identity or signature lacks the permission to read',
  AuthorizationResourceTypeMismatch: 'the shared access signature is not for containers (c) and objects (o)',
  AuthorizationServiceMismatch: 'the shared access signature is not for the queue service (q)',
  AuthorizationSourceIPMismatch: 'the shared access signature is for other IP addresses',
  KeyBasedAuthenticationNotPermitted: 'the account allows no keys; use a pod identity',
};

/** Undefined for an answer that is one. Nothing of the body is passed on: it may quote what was signed. */
export function problemOf(asked: Asked, answer: HttpAnswer): SluiceError | undefined {
  const { what, queue } = asked;
  const { status } = answer;
  if (status === 200) return undefined;
  const code = String(answer.headers?.['x-ms-error-code'] ?? '');
  if (status === 401 || status === 403) {
    return new AuthError(`${what}: the account refused us (HTTP ${status}): ${REFUSALS[code] ?? suspicion(asked)}`);
  }
  if (status === 404 || code === 'QueueBeingDeleted') {
    return new SourceAnswerError(`${what}: there is no queue ${JSON.stringify(queue)}`, { code: 'SOURCE_NOT_FOUND' });
  }
  if (code === 'AccountRequiresHttps') {
    return new SourceAnswerError(`${what}: the account wants HTTPS; write DefaultEndpointsProtocol=https`);
  }
  if (status >= 500) return new SourceUnavailableError(`${what}: the account can't answer now (HTTP ${status})`);
  return new SourceAnswerError(`${what}: expected HTTP 200 for queue ${JSON.stringify(queue)}, found ${status}`);
}

/** Why credentials of that kind are usually refused. */
function suspicion({ right, nowMs }: Asked): string {
  if ('token' in right) return 'give our identity the role Storage Queue Data Reader on the account or the queue';
  if ('key' in right) return "check AccountName and AccountKey, and our machine's clock";
  const expiryMs = expiryOf(right);
  return expiryMs !== undefined && expiryMs <= nowMs
    ? `the shared access signature ended at ${new Date(expiryMs).toISOString()}; make a new one`
    : 'check the shared access signature: it needs the permission to read (r)';
}
