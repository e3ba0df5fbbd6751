// The webhook as HTTP: what reaches a judge, and within which time. Whatever is not an answer leaves the decision to the failurePolicy.
import type { IncomingMessage } from 'node:http';
import { type Clock, withDeadline } from '../async.ts';
import { SluiceError, SourceUnavailableError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { type Answer, json, text } from '../serving/answer.ts';
import type { Judge } from './judges.ts';
import { readBody } from './request-body.ts';
import { parseReview } from './review.ts';
import type { Reviewer } from './reviewer.ts';

export interface AdmissionHandlerOptions {
  /** By path. */
  readonly judges: ReadonlyMap<string, Judge>;
  readonly review: Reviewer;
  /** False while it is not known what else there is in the cluster. */
  readonly ready: () => boolean;
  readonly clock: Clock;
  readonly log: Logger;
}

/** An object has at most 1.5 MiB (etcd), and comes twice, with everything in it escaped at worst. */
const MOST_BYTES = 8 * 1024 * 1024;
/** What an API server waits when nobody says otherwise, and the most that it lets a configuration say. */
const DEFAULT_TIMEOUT_MS = 10_000;
const LONGEST_TIMEOUT_MS = 30_000;
/** The part of its patience in which we answer, so that our reason arrives and not its own timeout. */
const OUR_PART = 0.8;

export function createAdmissionHandler(
  options: AdmissionHandlerOptions,
): (incoming: IncomingMessage, signal: AbortSignal) => Promise<Answer> {
  const { judges, review, clock, log } = options;

  async function answer(incoming: IncomingMessage, path: string, signal: AbortSignal): Promise<Answer> {
    const judge = judges.get(path);
    if (judge === undefined) return refuse(incoming, text(404, `nothing is validated at ${path}\n`));
    if (incoming.method !== 'POST')
      return refuse(incoming, { ...text(405, 'expected POST\n'), headers: { allow: 'POST' } });
    if (!/^application\/json\s*(;|$)/i.test(incoming.headers['content-type'] ?? ''))
      return refuse(incoming, text(415, 'expected content-type application/json\n'));
    const body = await readBody(incoming, MOST_BYTES, signal);
    if (body === undefined) return text(413, `expected at most ${MOST_BYTES} bytes\n`);
    const request = parseReview(body);
    if ('unreadable' in request) return text(400, `${request.unreadable}\n`);
    const { apiVersion, kind } = request;
    if (apiVersion !== judge.apiVersion || kind !== judge.kind)
      return text(400, `expected a ${judge.kind} of ${judge.apiVersion} here, found a ${kind} of ${apiVersion}\n`);
    if (!options.ready()) return text(503, 'the other objects of the cluster are not known yet\n');
    return json(200, await review(judge, request, signal));
  }

  return async (incoming, signal) => {
    const url = URL.parse(incoming.url ?? '/', 'https://webhook');
    const path = url?.pathname ?? '';
    const ms = timeoutMs(url?.searchParams.get('timeout') ?? '') * OUR_PART;
    try {
      return await withDeadline(clock, signal, ms, 'webhook', (own) => answer(incoming, path, own));
    } catch (error) {
      signal.throwIfAborted();
      const isLate = error instanceof SourceUnavailableError && error.code === 'SOURCE_TIMEOUT';
      log.warn('a write could not be judged; the failurePolicy of the webhook decides', { path, error });
      if (isLate) return text(504, `no answer within ${ms} ms\n`);
      return text(500, error instanceof SluiceError ? `${error.message}\n` : 'internal error; see the log of Sluice\n');
    }
  };
}

/** The body is of no interest, but has to be read for the connection to go on. */
function refuse(incoming: IncomingMessage, answer: Answer): Answer {
  incoming.resume();
  return answer;
}

/** A duration as the API server writes it into the query: `10s`, `1m30s`, `500ms`. */
export function timeoutMs(duration: string): number {
  const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 };
  const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)(ms|s|m)/g)];
  const isWhole = parts.length > 0 && parts.map(([all]) => all).join('') === duration;
  const ms = parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (units[unit] ?? 0), 0);
  return isWhole && ms > 0 ? Math.min(ms, LONGEST_TIMEOUT_MS) : DEFAULT_TIMEOUT_MS;
}
