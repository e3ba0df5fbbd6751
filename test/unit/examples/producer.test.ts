// The example's producer over real HTTP, with a sidecar double.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startProducer } from '../../../examples/producer-consumer/src/producer.ts';
import type { Service } from '../../../examples/producer-consumer/src/service.ts';
import { startSidecarDouble } from './sidecar-double.ts';
import type { SidecarDouble } from './sidecar-double.ts';

describe('examples/producer-consumer producer', () => {
  let sidecar: SidecarDouble;
  let producer: Service;
  const waits: number[] = [];
  let wait: (ms: number, signal: AbortSignal) => Promise<void>;

  beforeEach(async () => {
    waits.length = 0;
    wait = async (ms) => void waits.push(ms);
    sidecar = await startSidecarDouble();
    producer = await startProducer({ port: 0, sidecarUrl: sidecar.url, wait: (ms, signal) => wait(ms, signal) });
  });
  afterEach(async () => {
    await producer.drain();
    await sidecar.close();
  });
  const post = (body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`http://127.0.0.1:${producer.port}/MessageProducer`, {
      method: 'POST',
      headers: { connection: 'close', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });

  it('hands so many messages to the output binding, each with an id of its own, and answers 200 with an empty body', async () => {
    const response = await post({ count: 3, intervalMilliseconds: 20 });
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(waits).toEqual([20, 20]);
    expect(sidecar.requests.map((r) => r.path)).toEqual(Array(3).fill('/v1.0/bindings/message-queue'));
    expect(sidecar.requests[0]?.body).toEqual({
      operation: 'create',
      data: { text: 'Hello World', id: expect.any(String) },
      metadata: {},
    });
    const ids = sidecar.requests.map((r) => (r.body as { data: { id: string } }).data.id);
    expect(new Set(ids).size).toBe(3);
  });

  it('publishes them where the component is a publish/subscribe one', async () => {
    sidecar.components = [
      { name: 'statestore', type: 'state.redis' },
      { name: 'message-queue', type: 'pubsub.redis' },
    ];
    expect((await post({ count: 2 })).status).toBe(200);
    expect(sidecar.requests.map((r) => r.path)).toEqual(Array(2).fill('/v1.0/publish/message-queue/message-queue'));
    expect(sidecar.requests[0]?.body).toEqual({ text: 'Hello World', id: expect.any(String) });
    expect(sidecar.requests[0]?.headers['content-type']).toBe('application/json');
  });

  it('says so when the sidecar has no such component', async () => {
    sidecar.components = [];
    const response = await post({ count: 2 });
    expect([response.status, await response.json()]).toEqual([
      500,
      { error: 'expected the sidecar to have a component message-queue, found none', sent: 0 },
    ]);
  });

  it('passes the trace on', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await post({ count: 1, intervalMilliseconds: 0 }, { traceparent });
    expect(sidecar.requests[0]?.headers.traceparent).toBe(traceparent);
  });

  it('stops at the first message that the sidecar refuses, and says how many went before', async () => {
    sidecar.status = (n) => (n === 3 ? 500 : 204);
    const response = await post({ count: 5, intervalMilliseconds: 0 });
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({
      error: 'expected the sidecar to take the message at bindings/message-queue, found status 500',
      sent: 2,
    });
    expect(sidecar.requests).toHaveLength(3);
  });

  it.each([
    ['no JSON', '{', 'expected a body in JSON'],
    ['no object', '[]', 'expected an object like {"count": 50, "intervalMilliseconds": 0}'],
    ['no count', {}, 'count: expected a whole number from 0 to 1000000, found nothing'],
    ['a count that is text', { count: '5' }, 'count: expected a whole number from 0 to 1000000, found "5"'],
    ['a negative count', { count: -1 }, 'count: expected a whole number from 0 to 1000000, found -1'],
    [
      'half an interval',
      { count: 1, intervalMilliseconds: 0.5 },
      'intervalMilliseconds: expected a whole number from 0 to 3600000, found 0.5',
    ],
    ['a misspelt field', { count: 1, interval: 5 }, 'expected count, intervalMilliseconds and text, found interval'],
    ['an empty text', { count: 1, text: '' }, 'text: expected a text that is not empty'],
  ])('answers 400 to %s and sends nothing', async (_what, body, error) => {
    const response = await post(body);
    expect([response.status, await response.json()]).toEqual([400, { error }]);
    expect(sidecar.requests).toEqual([]);
  });

  it('ends a batch in progress when it drains, and says how far it came', async () => {
    wait = (_ms, signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const answer = post({ count: 5, intervalMilliseconds: 60_000 });
    while (sidecar.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    await producer.drain();
    const response = await answer;
    expect([response.status, await response.json()]).toEqual([503, { error: 'shutting down', sent: 1 }]);
  });
});
