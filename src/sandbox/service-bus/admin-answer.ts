// What a request to the management API says and the answers that recur.
import { renderError, renderFeed } from './atom.ts';

export interface Answer {
  readonly status: number;
  readonly xml: string;
}

/** One request, read and understood. */
export interface AdminRequest {
  readonly method: string;
  /** Decoded, without the leading slash. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
  /** True when an existing entity is meant (`If-Match: *`). */
  readonly update: boolean;
  /** The address under which the client reached us. */
  readonly base: string;
}

/** Azure's default and greatest page. */
const PAGE = 100;

/** `$skip` and `$top` as the service understands them; the next page's address when there is one. */
export function renderPage<T>(asked: AdminRequest, all: readonly T[], render: (item: T) => string): string {
  const skip = Math.max(0, Number(asked.query.get('$skip') ?? 0) || 0);
  const top = Math.min(PAGE, Math.max(1, Number(asked.query.get('$top') ?? PAGE) || PAGE));
  const next = skip + top < all.length ? `api-version=2021-05&$skip=${skip + top}&$top=${top}` : undefined;
  return renderFeed(asked.path, asked.base, all.slice(skip, skip + top).map(render), next);
}

export function ok(xml: string): Answer {
  return { status: 200, xml };
}

export function refuse(status: number, detail: string): Answer {
  return { status, xml: renderError(status, detail) };
}

/** A read of something that does not exist: the service answers 200 with an empty feed. */
export function absent(asked: AdminRequest): Answer {
  return ok(renderFeed('Publicly Listed Services', asked.base, []));
}

export function missing(path: string): Answer {
  return refuse(404, `SubCode=40400. Not Found. The messaging entity '${path}' could not be found.`);
}
