// A server that triggers read over HTTP: one set of connections for each server and identity, and one answer for equal questions.
import { withDeadline } from '../async.ts';
import { AuthError, type SluiceError, SourceAnswerError, SourceUnavailableError } from '../errors.ts';
import { createSharing } from './coalesce.ts';
import { createHttpClient, type HttpAnswer } from './http.ts';
import type { HttpIdentity, IdentityTools } from './http-credentials.ts';
import type { Lease, ScalerDeps } from './scaler.ts';
import type { TlsOptions } from './tls.ts';

export interface HttpSource {
  /** GET with the source's credentials; any status but a redirect is an answer. `timeoutMs`: the trigger's own. */
  get(url: URL, request: HttpQuestion, signal: AbortSignal): Promise<HttpAnswer>;
  close(): Promise<void>;
}

export interface HttpQuestion {
  /** Names the place in errors, instead of the server's name. */
  readonly what?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number | undefined;
}

const SILENCE_MS = 10_000;
const DEADLINE_MS = 20_000;
/** All of kube-state-metrics in a cluster of a thousand nodes; of Prometheus one number is wanted. */
const MOST_BYTES = 16 * 2 ** 20;
/** As many as Go's client follows, which KEDA uses. */
const MOST_REDIRECTS = 10;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

export interface HttpServer {
  /** Names server and identity in the pool; no secret in it. */
  readonly key: string;
  identify(tools: IdentityTools): Promise<HttpIdentity>;
  readonly tls: TlsOptions;
  /** Names the server in errors. */
  readonly what: string;
}

export function leaseHttp(server: HttpServer, deps: ScalerDeps): Promise<Lease<HttpSource>> {
  return deps.clients.share(
    server.key,
    () => createHttpSource(server, deps),
    (source) => source.close(),
  );
}

async function createHttpSource(
  { identify, tls, what: server }: HttpServer,
  { clock }: ScalerDeps,
): Promise<HttpSource> {
  const http = createHttpClient({ silenceMs: SILENCE_MS, mostBytes: MOST_BYTES, tls });
  const identity = await identify({ http, clock, what: server });
  const share = createSharing();
  const life = new AbortController();

  async function ask(url: URL, question: HttpQuestion, signal: AbortSignal): Promise<HttpAnswer> {
    const { headers, timeoutMs, what = server } = question;
    let next = url;
    for (let hop = 0; hop <= MOST_REDIRECTS; hop++) {
      const own = await identity.credentials(next, signal);
      const request = { headers: { ...headers, ...own.headers }, silenceMs: timeoutMs ?? SILENCE_MS };
      // Where a redirect leads to is the server's to say, as a whole.
      const asked = hop === 0 ? withQuery(next, own.query) : next;
      const answer = await http.request(asked, what, request, signal);
      if (answer.status === 401) own.refused?.();
      if (!REDIRECTS.has(answer.status) || answer.location === undefined) return answer;
      next = redirected(what, next, answer);
    }
    throw new SourceAnswerError(`${what}: expected an answer, found more than ${MOST_REDIRECTS} redirects`);
  }

  return {
    get(url, question, signal) {
      const deadlineMs = question.timeoutMs ?? DEADLINE_MS;
      const key = JSON.stringify([url.href, question]);
      return share(
        key,
        () =>
          withDeadline(clock, life.signal, deadlineMs, question.what ?? server, (inner) => ask(url, question, inner)),
        signal,
      );
    },
    async close() {
      life.abort(new DOMException('the source was closed', 'AbortError'));
      await Promise.all([identity.close(), http.close()]);
    },
  };
}

function withQuery(url: URL, pairs: readonly (readonly [name: string, value: string])[] = []): URL {
  const whole = new URL(url);
  for (const [name, value] of pairs) whole.searchParams.set(name, value);
  return whole;
}

/** Credentials stay with the host that they were given for, and aren't sent in plain text where they weren't before. */
function redirected(what: string, from: URL, { status, location = '' }: HttpAnswer): URL {
  const to = URL.parse(location, from.href);
  const sameHost = to?.hostname === from.hostname && (to.protocol === 'https:' || to.protocol === from.protocol);
  if (to && sameHost) return to;
  throw new SourceAnswerError(
    `${what}: expected an answer, found a redirect to another place (HTTP ${status}); give the address where it leads`,
  );
}

/** Why an answer of that status is none; `field` is the parameter with the address. */
export function statusError(
  what: string,
  { status, retryAfterMs }: Pick<HttpAnswer, 'status' | 'retryAfterMs'>,
  field: string,
): SluiceError {
  if (status === 401 || status === 403)
    return new AuthError(`${what}: the server refuses us (HTTP ${status}); check authModes and what belongs to it`);
  if (status === 404 || status === 410)
    return new SourceAnswerError(`${what}: there is nothing at the address in ${field} (HTTP ${status})`, {
      code: 'SOURCE_NOT_FOUND',
    });
  if (status === 429) {
    return new SourceUnavailableError(`${what}: the server asks us to slow down (HTTP 429)`, {
      code: 'SOURCE_THROTTLED',
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  }
  if (status >= 500) return new SourceUnavailableError(`${what}: the server can't answer now (HTTP ${status})`);
  return new SourceAnswerError(`${what}: expected HTTP 200, found ${status}`);
}
