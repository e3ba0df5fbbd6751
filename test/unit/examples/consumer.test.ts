// The example's consumer over real HTTP; the test stands where the sidecar would.
import { Agent, get, type IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startConsumer } from '../../../examples/producer-consumer/src/consumer.ts';
import type { Service } from '../../../examples/producer-consumer/src/service.ts';

describe('examples/producer-consumer consumer', () => {
  let consumer: Service;
  const lines: string[] = [];
  /** One for each message in work: call it to finish. */
  const inWork: (() => void)[] = [];
  let held = false;
  let clockMs = 0;

  beforeEach(async () => {
    lines.length = 0;
    inWork.length = 0;
    held = false;
    clockMs = Date.UTC(2026, 0, 1);
    consumer = await startConsumer({
      port: 0,
      workMilliseconds: 5000,
      failText: 'poison',
      now: () => new Date(clockMs),
      print: (line) => lines.push(line),
      wait: async (ms, signal) => {
        if (held) {
          await new Promise<void>((resolve, reject) => {
            inWork.push(resolve);
            signal.addEventListener('abort', () => reject(new Error('interrupted')));
          });
        }
        clockMs += ms;
      },
    });
  });
  afterEach(() => consumer.drain());
  const call = (method: string, path: string, body?: unknown, headers = {}): Promise<Response> =>
    fetch(`http://127.0.0.1:${consumer.port}${path}`, {
      method,
      headers: { connection: 'close', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const deliver = (body: unknown): Promise<Response> => call('POST', '/message-queue', body);
  const until = async (done: () => boolean): Promise<void> => {
    while (!done()) await new Promise((resolve) => setImmediate(resolve));
  };

  it('works on a message, prints one line and answers 200 with an empty body', async () => {
    const response = await deliver({ text: 'Hello World', id: 'a1' });
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(lines).toEqual([
      'Hello World -- Received at: 2026-01-01T00:00:00.000Z -- Finished at: 2026-01-01T00:00:05.000Z -- Id: a1',
    ]);
  });

  it('takes a message without an id', async () => {
    expect((await deliver({ text: 'Hello World' })).status).toBe(200);
    expect(lines[0]).toMatch(/^Hello World -- Received at: .* -- Finished at: [^ ]*Z$/);
  });

  it('takes a message in the event of a subscription', async () => {
    const event = { specversion: '1.0', id: 'of the event', data: { text: 'Hello World', id: 'a1' } };
    const type = { 'content-type': 'application/cloudevents+json; charset=utf-8' };
    expect((await call('POST', '/message-queue', event, type)).status).toBe(200);
    expect(lines[0]).toMatch(/^Hello World -- .* -- Id: a1$/);
  });

  it('does not do the same message twice', async () => {
    await deliver({ text: 'Hello World', id: 'a1' });
    expect((await deliver({ text: 'Hello World', id: 'a1' })).status).toBe(200);
    expect(lines[1]).toBe('Hello World -- Done before -- Id: a1');
    expect(clockMs).toBe(Date.UTC(2026, 0, 1, 0, 0, 5));
  });

  it('answers 500 to a text that is set to fail', async () => {
    expect((await deliver({ text: 'a poison message' })).status).toBe(500);
    expect(lines).toEqual(['a poison message -- Refused: its text contains "poison"']);
  });

  it.each([
    ['no text', { id: 'a' }, 'text: expected an object like {"text": "Hello World"}'],
    ['a number', 5, 'text: expected an object like {"text": "Hello World"}'],
    ['an id that is no text', { text: 'a', id: 5 }, 'id: expected a text'],
  ])('answers 400 to %s', async (_what, body, error) => {
    const response = await deliver(body);
    expect([response.status, await response.json()]).toEqual([400, { error }]);
  });

  it.each([
    ['OPTIONS', '/message-queue', 200],
    ['GET', '/message-queue', 405],
    ['POST', '/msgqueue', 404],
    ['GET', '/healthz', 200],
  ])('answers %s %s with %i', async (method, path, status) => {
    expect((await call(method, path)).status).toBe(status);
  });

  it('stops with a message when the sidecar hangs up, since the queue delivers it again, and does it when it comes again', async () => {
    held = true;
    const hangUp = new AbortController();
    const url = `http://127.0.0.1:${consumer.port}/message-queue`;
    const body = JSON.stringify({ text: 'Hello World', id: 'a1' });
    const given = fetch(url, { method: 'POST', body, signal: hangUp.signal });
    await until(() => inWork.length === 1);
    hangUp.abort();
    await expect(given).rejects.toThrow();
    await until(() => lines.length > 0);
    expect(lines).toEqual(['Hello World -- Given up: the sidecar no longer waits for it -- Id: a1']);
    held = false;
    expect((await deliver({ text: 'Hello World', id: 'a1' })).status).toBe(200);
    expect(lines[1]).toMatch(/^Hello World -- Received at: .* -- Finished at: .* -- Id: a1$/);
  });

  it('leaves it to the sidecar to close a connection: the next message may be on its way when we do', async () => {
    const agent = new Agent({ keepAlive: true });
    const { headers } = await new Promise<IncomingMessage>((resolve, reject) => {
      get(`http://127.0.0.1:${consumer.port}/healthz`, { agent }, resolve).once('error', reject);
    });
    agent.destroy();
    expect(headers).toMatchObject({ connection: 'keep-alive' });
    expect(headers).not.toHaveProperty('keep-alive');
  });

  it('drains: finishes the message in work, takes no other, stays healthy until the end, then is gone', async () => {
    held = true;
    const first = deliver({ text: 'first' });
    await until(() => inWork.length === 1);
    const drained = consumer.drain();
    expect((await deliver({ text: 'second' })).status).toBe(503);
    expect((await call('GET', '/healthz')).status).toBe(200);
    inWork[0]?.();
    expect((await first).status).toBe(200);
    await drained;
    await expect(call('GET', '/healthz')).rejects.toThrow();
    expect(lines).toHaveLength(1);
  });
});
