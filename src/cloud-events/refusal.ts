// What an answer other than 2xx means: whether it is about the events, or would meet any.
import { AuthError, type SluiceError, SourceAnswerError, SourceUnavailableError } from '../errors.ts';
import type { HttpAnswer } from '../scalers/http.ts';

/** How sinks are asked; what they answer beside the status is of no use. */
export const asking = { silenceMs: 10_000, mostBytes: 2 ** 20 } as const;

/** Says nothing of the body: it may quote what was sent, or a key. */
export function refusal(place: string, { status, retryAfterMs }: HttpAnswer): SluiceError {
  if (status === 401 || status === 403)
    return new AuthError(`${place} refuses us (HTTP ${status}); check the credentials`);
  if (status === 429 || status === 408 || (status > 500 && status < 600)) {
    return new SourceUnavailableError(`${place} can't take events now (HTTP ${status})`, {
      code: status === 429 ? 'SOURCE_THROTTLED' : 'SOURCE_UNAVAILABLE',
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  }
  if (status === 404 || status === 410) {
    const message = `${place} takes no events at that address (HTTP ${status}); check the path`;
    return new SourceAnswerError(message, { code: 'SOURCE_NOT_FOUND' });
  }
  const cure = status >= 300 && status < 400 ? '; give the address where the redirect leads' : '';
  return new SourceAnswerError(`${place}: expected HTTP 2xx, found ${status}${cure}`);
}

/** True when another event might be taken where this one was not. */
export function isAboutEvents(error: SluiceError): boolean {
  return error.code === 'SOURCE_ANSWER' || error.code === 'INTERNAL';
}
