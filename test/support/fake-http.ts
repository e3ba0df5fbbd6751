// An HTTP client that answers from a function and keeps what it was asked.
import type { HttpAnswer, HttpClient, HttpRequest } from '../../src/scalers/http.ts';

export interface FakeHttp extends HttpClient {
  readonly asked: { readonly url: URL; readonly request: HttpRequest }[];
}

export function createFakeHttp(answer: (url: URL, request: HttpRequest) => Partial<HttpAnswer>): FakeHttp {
  const asked: FakeHttp['asked'] = [];
  return {
    asked,
    async request(url, _what, request) {
      asked.push({ url, request });
      return { status: 200, text: '', retryAfterMs: undefined, ...answer(url, request) };
    },
    async close() {},
  };
}
