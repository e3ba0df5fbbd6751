// From a broker's message to the app: the event, its route, the app's verdict, and the dead-letter topic.
import { SourceAnswerError } from '../../errors.ts';
import type { Clock } from '../../async.ts';
import type { Logger } from '../../log.ts';
import { isTrue } from './annotations.ts';
import type { AppAnswer, AppChannel, AppRequest } from './app-channel.ts';
import type { Delivered, Handler } from './building-blocks.ts';
import { CLOUD_EVENT_TYPE, type CloudEvent, fromRawPayload, hasExpired, parseCloudEvent } from './cloud-event.ts';
import { toHeaders } from './metadata-headers.ts';
import { compileRoutes, type SubscriptionSpec } from './subscriptions.ts';
import { newSpan, traceHeaders } from './trace-context.ts';

export type Verdict = 'success' | 'retry' | 'drop';

export interface DeliveryDeps {
  readonly app: AppChannel;
  readonly clock: Clock;
  readonly random: () => number;
  readonly newId: () => string;
  readonly log: Logger;
  /** Ends calls into the app. */
  readonly signal: AbortSignal;
}

/** Handles messages of one subscription, and publishes those it gives up to the dead-letter topic; rejects when the broker should treat the message as failed. */
export function createDelivery(
  spec: SubscriptionSpec,
  toDeadLetters: (topic: string, message: Delivered) => Promise<void>,
  deps: DeliveryDeps,
): Handler {
  const route = compileRoutes(spec.rules);
  const raw = isTrue(spec.metadata['rawPayload']);
  const { log } = deps;

  /** True when the message is safe there. */
  async function bury(message: Delivered): Promise<boolean> {
    if (spec.deadLetterTopic === undefined) return false;
    try {
      await toDeadLetters(spec.deadLetterTopic, message);
      return true;
    } catch (error) {
      log.error('dead-letter topic did not take the event', { topic: spec.deadLetterTopic, error });
      return false;
    }
  }

  async function fail(message: Delivered, reason: string): Promise<void> {
    log.warn('event failed', { topic: spec.topic, reason });
    if (await bury(message)) return;
    throw new SourceAnswerError(`event on topic ${spec.topic}: ${reason}`);
  }

  return async (message) => {
    let event: CloudEvent;
    try {
      event = raw
        ? fromRawPayload(message.data, spec.topic, spec.pubsubName, deps.newId())
        : parseCloudEvent(message.data);
    } catch (error) {
      return fail(message, `it is no CloudEvent (${String(error)})`);
    }
    const path = hasExpired(event, deps.clock.now()) ? undefined : route(event);
    if (path === undefined) {
      log.info('event dropped: expired, or no rule takes it', { topic: spec.topic, event: event['id'] });
      await bury(message);
      return;
    }
    let answer: AppAnswer;
    try {
      const body = raw ? Buffer.from(JSON.stringify(event)) : message.data;
      const headers = toHeaders({ ...message.metadata, pubsubname: spec.pubsubName });
      answer = await post({ method: 'POST', path, body, headers }, event, deps);
    } catch (error) {
      return fail(message, `the app did not answer (${String(error)})`);
    }
    const verdict = readVerdict(answer);
    if (verdict === 'retry') return fail(message, `the app answered ${answer.status}`);
    if (verdict === 'drop') {
      log.warn('event dropped by the app', { topic: spec.topic, status: answer.status });
      await bury(message);
    }
  };
}

function post(request: AppRequest, event: CloudEvent, deps: DeliveryDeps): Promise<AppAnswer> {
  const text = (field: string): string | undefined => {
    const value = event[field];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const parent = { traceparent: text('traceparent') ?? text('traceid'), tracestate: text('tracestate') };
  const trace = traceHeaders(newSpan(parent, deps.random));
  const headers = { ...request.headers, 'content-type': CLOUD_EVENT_TYPE, ...trace };
  return deps.app.call({ ...request, headers }, deps.signal);
}

/** Dapr: 2xx acknowledges unless the body's `status` says otherwise, 404 drops, everything else is tried again. */
export function readVerdict({ status, body }: AppAnswer): Verdict {
  if (status === 404) return 'drop';
  if (status < 200 || status > 299) return 'retry';
  let said: unknown;
  try {
    said = (JSON.parse(body) as { readonly status?: unknown } | null)?.status;
  } catch {
    return 'success';
  }
  if (said === undefined || said === '' || said === 'SUCCESS') return 'success';
  return said === 'DROP' ? 'drop' : 'retry';
}
