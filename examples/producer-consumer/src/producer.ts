// The producer: turns one HTTP request into a number of messages, which it hands to its sidecar.
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { openQueue } from './binding.ts';
import { BadRequest, drainOnSignal, startService } from './service.ts';
import type { Handler, Service } from './service.ts';
import { listenPort, sidecarUrl } from './settings.ts';

export interface ProducerOptions {
  readonly port: number;
  readonly sidecarUrl: string;
  /** Waits, or rejects when the signal fires first. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

const MOST_MESSAGES = 1_000_000;
const LONGEST_INTERVAL_MS = 3_600_000;

export function startProducer(options: ProducerOptions): Promise<Service> {
  const produce: Handler = async ({ body, headers, draining }) => {
    const batch = readBatch(body);
    let sent = 0;
    if (batch.count === 0) return { status: 200 };
    try {
      const send = await openQueue(options.sidecarUrl, headers);
      while (sent < batch.count) {
        draining.throwIfAborted();
        await send({ text: batch.text, id: randomUUID() });
        sent++;
        if (sent < batch.count) await options.wait(batch.intervalMilliseconds, draining);
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return draining.aborted
        ? { status: 503, body: { error: 'shutting down', sent } }
        : { status: 500, body: { error: reason, sent } };
    }
    return { status: 200 };
  };
  return startService(options.port, { '/MessageProducer': produce });
}

interface Batch {
  readonly count: number;
  readonly intervalMilliseconds: number;
  readonly text: string;
}

/** Throws a BadRequest that names the field. */
function readBatch(body: unknown): Batch {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new BadRequest('expected an object like {"count": 50, "intervalMilliseconds": 0}');
  }
  const { count, intervalMilliseconds = 0, text = 'Hello World', ...rest } = body as Record<string, unknown>;
  const unknown = Object.keys(rest);
  if (unknown.length > 0)
    throw new BadRequest(`expected count, intervalMilliseconds and text, found ${unknown.join(', ')}`);
  if (typeof text !== 'string' || text === '') throw new BadRequest('text: expected a text that is not empty');
  return {
    count: wholeNumber('count', count, MOST_MESSAGES),
    intervalMilliseconds: wholeNumber('intervalMilliseconds', intervalMilliseconds, LONGEST_INTERVAL_MS),
    text,
  };
}

function wholeNumber(field: string, value: unknown, max: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max) return value;
  throw new BadRequest(
    `${field}: expected a whole number from 0 to ${max}, found ${JSON.stringify(value) ?? 'nothing'}`,
  );
}

if (import.meta.main) {
  const producer = await startProducer({
    port: listenPort(process.env),
    sidecarUrl: sidecarUrl(process.env),
    wait: (ms, signal) => wait(ms, undefined, { signal }),
  });
  drainOnSignal(producer);
  console.log(`producer listens on ${producer.port}`);
}
