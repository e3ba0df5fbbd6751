// The consumer: its sidecar posts each message of the queue to it; status 200 takes the message off the queue.
import { setTimeout as wait } from 'node:timers/promises';
import { contentOf } from './binding.ts';
import { BadRequest, drainOnSignal, startService } from './service.ts';
import type { Handler, Service } from './service.ts';
import { integer, listenPort } from './settings.ts';

export interface ConsumerOptions {
  readonly port: number;
  /** How long a message takes. */
  readonly workMilliseconds: number;
  /** A message whose text contains this is answered with 500, as a poison message would be; empty fails none. */
  readonly failText: string;
  now(): Date;
  /** Waits, or rejects when the signal fires first. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  /** Takes one line for each message. */
  print(line: string): void;
}

/** A queue delivers at least once; so many finished messages are remembered and not worked on again. */
const REMEMBERED = 1000;

export function startConsumer(options: ConsumerOptions): Promise<Service> {
  const finished = new Set<string>();
  const consume: Handler = async ({ body, headers, hungUp }) => {
    const { text, id } = readMessage(contentOf(body, headers));
    if (options.failText !== '' && text.includes(options.failText)) {
      options.print(`${text} -- Refused: its text contains "${options.failText}"`);
      return { status: 500, body: { error: 'this text is set to fail' } };
    }
    if (id !== undefined && finished.has(id)) {
      options.print(`${text} -- Done before -- Id: ${id}`);
      return { status: 200 };
    }
    const suffix = id === undefined ? '' : ` -- Id: ${id}`;
    const received = options.now();
    try {
      await options.wait(options.workMilliseconds, hungUp);
    } catch (error) {
      if (!hungUp.aborted) throw error;
      // The queue delivers it again, here or elsewhere, and the sidecar may already hand over the next one.
      options.print(`${text} -- Given up: the sidecar no longer waits for it${suffix}`);
      return { status: 503, body: { error: 'the request was given up' } };
    }
    const times = `Received at: ${received.toISOString()} -- Finished at: ${options.now().toISOString()}`;
    options.print(`${text} -- ${times}${suffix}`);
    if (id !== undefined) remember(finished, id);
    return { status: 200 };
  };
  return startService(options.port, { '/message-queue': consume });
}

function remember(finished: Set<string>, id: string): void {
  finished.add(id);
  const [oldest] = finished;
  if (finished.size > REMEMBERED && oldest !== undefined) finished.delete(oldest);
}

function readMessage(body: unknown): { readonly text: string; readonly id: string | undefined } {
  const { text, id } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  if (typeof text !== 'string') throw new BadRequest('text: expected an object like {"text": "Hello World"}');
  if (id !== undefined && typeof id !== 'string') throw new BadRequest('id: expected a text');
  return { text, id };
}

if (import.meta.main) {
  const consumer = await startConsumer({
    port: listenPort(process.env),
    workMilliseconds: integer(process.env, 'WORK_MILLISECONDS', 5000, 3_600_000),
    failText: process.env.FAIL_TEXT ?? '',
    now: () => new Date(),
    wait: (ms, signal) => wait(ms, undefined, { signal }),
    print: (line) => console.log(line),
  });
  drainOnSignal(consumer);
  console.log(`consumer listens on ${consumer.port}`);
}
