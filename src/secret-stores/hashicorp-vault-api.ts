// Vault's HTTP API: one request, its answer as an object, and what the statuses mean that concern every path.
import { z } from 'zod';
import { SourceAnswerError, SourceUnavailableError } from '../errors.ts';
import type { HttpAnswer } from '../scalers/http.ts';
import type { VaultHttp } from './hashicorp-vault-http.ts';

/** What Vault's answers have in common, as far as it matters. */
export const VaultBody = z.object({
  lease_id: z.string().nullish(),
  lease_duration: z.number().nullish(),
  data: z.record(z.string(), z.unknown()).nullish(),
  auth: z
    .object({ client_token: z.string(), lease_duration: z.number().nullish(), renewable: z.boolean().nullish() })
    .nullish(),
});
export type VaultBody = z.output<typeof VaultBody>;

export interface VaultAnswer {
  /** 200 to 204, or one that says that the asker or the path is wrong: 400, 403, 404, 405. */
  readonly status: number;
  readonly body: VaultBody;
}

export interface VaultApi {
  /** Names the server in errors. */
  readonly what: string;
  /**
   * Rejects where Vault cannot serve anybody now: sealed, on standby, throttled. A body makes it a write. `path` is without `v1/`, and
   * passes through as it is but for its encoding.
   */
  call(
    path: string,
    options: { readonly token?: string; readonly body?: unknown; readonly signal: AbortSignal },
  ): Promise<VaultAnswer>;
}

/** From a standby to the active node, and once more behind a load balancer. */
const MOST_REDIRECTS = 2;

export function createVaultApi({
  http,
  url,
  namespace,
  mayAsk,
}: {
  readonly http: VaultHttp;
  readonly url: URL;
  readonly namespace: string | undefined;
  /** Throws where no request may go. */
  mayAsk?(host: string): void;
}): VaultApi {
  const what = `Vault at ${url.host}`;
  return {
    what,
    async call(path, { token, body, signal }) {
      const headers = {
        accept: 'application/json',
        // Vault asks for it where its agents are set up against forged requests.
        'x-vault-request': 'true',
        ...(token === undefined ? {} : { 'x-vault-token': token }),
        ...(namespace === undefined ? {} : { 'x-vault-namespace': namespace }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      };
      const request =
        body === undefined
          ? ({ method: 'GET', headers } as const)
          : ({ method: 'POST', headers, body: JSON.stringify(body) } as const);
      let target = new URL(`${url.pathname.replace(/\/+$/, '')}/v1/${encoded(path)}`, url);
      mayAsk?.(target.hostname);
      let answer = await http.request(target, what, request, signal);
      for (let hops = 0; isRedirect(answer) && hops < MOST_REDIRECTS; hops++) {
        target = redirected(what, target, answer.location);
        mayAsk?.(target.hostname);
        answer = await http.request(target, what, request, signal);
      }
      refuseTrouble(what, answer);
      return { status: answer.status, body: parsed(what, answer) };
    },
  };
}

function encoded(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

function isRedirect({ status }: HttpAnswer): boolean {
  return [301, 302, 307, 308].includes(status);
}

/** The token goes along, so never from TLS to plain text. */
function redirected(what: string, from: URL, location = ''): URL {
  const to = URL.parse(location, from.href);
  if (to && /^https?:$/.test(to.protocol) && !(from.protocol === 'https:' && to.protocol === 'http:')) return to;
  throw new SourceAnswerError(`${what} redirects to where no request may go: give the address of the active node`);
}

function refuseTrouble(what: string, { status, retryAfterMs, text }: HttpAnswer): void {
  const away = (why: string, code?: 'SOURCE_THROTTLED'): SourceUnavailableError =>
    new SourceUnavailableError(`${what} ${why} (HTTP ${status})`, {
      ...(code ? { code } : {}),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  if (status === 429) throw away('asks for fewer requests: see its rate limit quotas', 'SOURCE_THROTTLED');
  if (status === 472 || status === 473)
    throw away('is a standby that serves nobody: give the address of the active node');
  if (status === 412) throw away('does not know yet what it was told a moment ago');
  if (status === 503) throw away(/sealed/i.test(text) ? 'is sealed: unseal it' : 'is sealed or in maintenance');
  if (status >= 500) throw away('cannot answer now');
  if (status > 204 && ![400, 403, 404, 405].includes(status))
    throw new SourceAnswerError(
      `${what}: expected an answer of Vault's, found HTTP ${status}: is the address right, and does it lead to Vault?`,
    );
}

function parsed(what: string, { status, text }: HttpAnswer): VaultBody {
  try {
    const body = VaultBody.safeParse(text.trim() === '' ? {} : JSON.parse(text));
    if (body.success) return body.data;
  } catch {
    // Told below, in our own words.
  }
  if (status >= 400) return {};
  throw new SourceAnswerError(
    `${what}: expected an answer of Vault's in JSON, found something else: is the address right?`,
  );
}
