// The Dapr stand-in with a real app and Service Bus queues: what producers and consumers of the example rely on.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ServiceBusEmulator } from '../../src/sandbox/service-bus/emulator.ts';
import {
  type AppScript,
  type ComponentManifest,
  type DaprPod,
  type PodOptions,
  startPod,
} from '../support/dapr-pod.ts';
import { eventually } from '../support/eventually.ts';
import { startEmulator } from '../support/service-bus.ts';

let emulator: ServiceBusEmulator;
let pods: DaprPod[] = [];

beforeEach(async () => {
  emulator = await startEmulator();
});

afterEach(async () => {
  await Promise.all(pods.map((pod) => pod.end()));
  pods = [];
  await emulator.stop();
});

async function pod(options: Partial<PodOptions> = {}): Promise<DaprPod> {
  const started = await startPod({ components: [queue()], ...options });
  pods.push(started);
  return started;
}

function queue(metadata: Readonly<Record<string, unknown>> = {}): ComponentManifest {
  return {
    name: 'message-queue',
    type: 'bindings.azure.servicebusqueues',
    metadata: { connectionString: emulator.connectionString(), queueName: 'MsgQueue', ...metadata },
  };
}

const create = (data: unknown, metadata?: Record<string, string>): unknown => ({ operation: 'create', data, metadata });
const taking: AppScript = () => ({ status: 200 });
const active = (): number | undefined => emulator.counts('msgqueue')?.active;
/** Does not keep the process alive: some apps here are slower than the test. */
const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms).unref());

describe('an output binding', () => {
  it('makes the queue, and its input twin hands the app the bare data within the same trace', async () => {
    const producer = await pod({ appId: 'producer' });
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const sent = await producer.api(
      '/v1.0/bindings/message-queue',
      create({ text: 'Hello World' }, { colour: 'grün & rot' }),
      {
        traceparent,
      },
    );
    expect(sent).toEqual({ status: 204, json: undefined });
    expect(active()).toBe(1);
    const consumer = await pod({ app: taking });
    await eventually('the app has the message', () => consumer.calls.length === 1 && active() === 0);
    const [call] = consumer.calls;
    expect(call).toMatchObject({
      path: '/message-queue',
      body: '{"text":"Hello World"}',
      headers: { 'content-type': 'application/json', colour: 'gr%C3%BCn+%26+rot' },
    });
    expect(call?.headers.traceparent).toMatch(
      /^00-4bf92f3577b34da6a3ce929d0e0e4736-(?!00f067aa0ba902b7)[0-9a-f]{16}-01$/,
    );
    expect(call?.headers['id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each([
    ['no JSON', '{', 400, 'ERR_MALFORMED_REQUEST'],
    ['metadata that is no text', { operation: 'create', metadata: { n: 5 } }, 400, 'ERR_MALFORMED_REQUEST'],
    ['no operation', { data: 1 }, 500, 'ERR_INVOKE_OUTPUT_BINDING'],
    ['an operation it lacks', { operation: 'get' }, 500, 'ERR_INVOKE_OUTPUT_BINDING'],
  ])('refuses %s', async (_, body, status, errorCode) => {
    const producer = await pod();
    const answer = await producer.api('/v1.0/bindings/message-queue', body);
    expect(answer).toMatchObject({ status, json: { errorCode } });
  });

  it('is not there when the component is for input only, or for another app', async () => {
    const other = await pod({
      components: [queue({ direction: 'input' }), { ...queue(), name: 'theirs', scopes: ['x'] }],
    });
    for (const name of ['message-queue', 'theirs', 'nowhere']) {
      expect(await other.api(`/v1.0/bindings/${name}`, create(1))).toMatchObject({
        status: 500,
        json: { errorCode: 'ERR_INVOKE_OUTPUT_BINDING', message: expect.stringContaining("couldn't find") },
      });
    }
  });

  it('reports a broker that is away as an error, not as success', async () => {
    const producer = await pod();
    emulator.setFault({ type: 'refuse' });
    const answer = await producer.api('/v1.0/bindings/message-queue', create(1));
    expect(answer).toMatchObject({ status: 500, json: { errorCode: 'ERR_INVOKE_OUTPUT_BINDING' } });
  }, 60_000);
});

describe('an input binding', () => {
  it.each([
    [200, 1],
    [405, 1],
    [404, 0],
    [500, 0],
  ])('asks the app with OPTIONS: %i means %i deliveries', async (status, deliveries) => {
    const consumer = await pod({ app: ({ method }) => ({ status: method === 'OPTIONS' ? status : 200 }) });
    await consumer.api('/v1.0/bindings/message-queue', create('x'));
    if (deliveries > 0) await eventually('the message arrives', () => consumer.calls.length === 1);
    else await pause(300);
    expect(consumer.calls).toHaveLength(deliveries);
  });

  it('does not ask when its direction says input, and takes the route it is told', async () => {
    const asked: string[] = [];
    const consumer = await pod({
      components: [queue({ direction: 'input, output', route: '/work' })],
      app({ method, path }) {
        asked.push(`${method} ${path}`);
        return { status: 201 };
      },
    });
    await consumer.api('/v1.0/bindings/message-queue', create('x'));
    await eventually('the message is done', () => asked.includes('POST /work') && active() === 0);
    expect(asked).not.toContain('OPTIONS /work');
  });

  it('gives one message at a time to each replica, and shares the queue among replicas', async () => {
    let now = 0;
    let most = 0;
    const working: AppScript = async ({ method }) => {
      if (method !== 'POST') return { status: 200 };
      most = Math.max(most, ++now);
      await pause(40);
      now--;
      return { status: 200 };
    };
    const first = await pod({ app: working });
    for (let i = 0; i < 20; i++) await first.api('/v1.0/bindings/message-queue', create(i));
    const second = await pod({ app: working });
    await eventually('the queue is empty', () => active() === 0);
    expect(most).toBe(2);
    expect(first.calls.length + second.calls.length).toBe(20);
    expect(second.calls.length).toBeGreaterThan(3);
  });

  it('leaves a message that the app refuses in the queue, and the broker gives it up in the end', async () => {
    const consumer = await pod({
      components: [queue({ maxDeliveryCount: 3, direction: 'input,output' })],
      app: () => ({ status: 500 }),
    });
    await consumer.api('/v1.0/bindings/message-queue', create('poison'));
    await eventually('the message is dead', () => emulator.counts('msgqueue')?.deadLetter === 1);
    expect(consumer.calls).toHaveLength(3);
  });

  it('keeps the lock while the app works, and the app healthy while it is busy', async () => {
    emulator.createQueue('msgqueue', { lockDurationMs: 800 });
    const consumer = await pod({
      async app({ method }) {
        if (method === 'POST') await pause(2200);
        return { status: 200 };
      },
      annotations: {
        'dapr.io/app-max-concurrency': '1',
        'dapr.io/enable-app-health-check': 'true',
        'dapr.io/app-health-probe-interval': '1',
        'dapr.io/app-health-threshold': '1',
      },
    });
    await consumer.api('/v1.0/bindings/message-queue', create('long'));
    await eventually('the work is done', () => active() === 0);
    expect(consumer.calls).toHaveLength(1);
    expect(consumer.logs.join()).not.toContain('"healthy":false');
  }, 10_000);
});

describe('the end of a sidecar', () => {
  const slow =
    (ms: number): AppScript =>
    async ({ method }) => {
      if (method === 'POST') await pause(ms);
      return { status: 200 };
    };

  it('takes no more work in the block phase, finishes what it has, and loses and repeats nothing', async () => {
    const leaving = await pod({ app: slow(400), annotations: { 'dapr.io/block-shutdown-duration': '100ms' } });
    for (let i = 0; i < 5; i++) await leaving.api('/v1.0/bindings/message-queue', create(i));
    await eventually('work has begun', () => leaving.calls.length === 1);
    await leaving.sidecar.stop();
    expect(leaving.calls).toHaveLength(1);
    expect(active()).toBe(4);
    const next = await pod({ app: taking });
    await eventually('the rest is done', () => active() === 0);
    const bodies = [...leaving.calls, ...next.calls].map(({ body }) => body).sort();
    expect(bodies).toEqual(['0', '1', '2', '3', '4']);
  });

  it('keeps the API up while it is blocked, and ends early when the app says that it is unhealthy', async () => {
    let healthy = true;
    const leaving = await pod({
      app: ({ path }) => ({ status: path === '/healthz' && !healthy ? 503 : 200 }),
      annotations: {
        'dapr.io/block-shutdown-duration': '60s',
        'dapr.io/enable-app-health-check': 'true',
        'dapr.io/app-health-probe-interval': '1',
        'dapr.io/app-health-threshold': '1',
      },
    });
    await eventually('the app is at work', () => leaving.logs.some((line) => line.includes('reading binding')));
    const stopped = leaving.sidecar.stop();
    await pause(50);
    expect((await leaving.api('/v1.0/bindings/message-queue', create('last words'))).status).toBe(204);
    healthy = false;
    await stopped;
    expect(active()).toBe(1);
  }, 20_000);

  it('gives up on an app that does not finish within the graceful period, and the message comes back', async () => {
    emulator.createQueue('msgqueue', { lockDurationMs: 700 });
    const leaving = await pod({ app: slow(60_000), annotations: { 'dapr.io/graceful-shutdown-seconds': '0' } });
    await leaving.api('/v1.0/bindings/message-queue', create('again'));
    await eventually('work has begun', () => leaving.calls.length === 1);
    await leaving.sidecar.stop();
    const next = await pod({ app: taking });
    await eventually('another replica does it', () => next.calls.length === 1 && active() === 0);
  });

  it('can be killed and started again', async () => {
    // For output only: a client that is killed while it opens a receiver keeps a timer for a minute.
    const one = await pod({ components: [queue({ direction: 'output' })] });
    one.sidecar.kill();
    one.sidecar.kill();
    await expect(one.api('/v1.0/healthz')).rejects.toThrow();
    await one.sidecar.start(new Map());
    expect((await one.api('/v1.0/healthz/outbound')).status).toBe(204);
    one.sidecar.kill();
  });
});

describe('components that can not work', () => {
  it.each<[string, ComponentManifest, string]>([
    [
      'an unknown type',
      { name: 'c', type: 'bindings.kafka', metadata: {} },
      'supported: bindings.azure.servicebusqueues',
    ],
    [
      'a missing field',
      { name: 'c', type: 'bindings.rabbitmq', metadata: { host: 'amqp://x' } },
      'queueName: is required',
    ],
    [
      'a Secret that is not there',
      { name: 'c', type: 'bindings.rabbitmq', metadata: { host: { secretKeyRef: { name: 'rabbit', key: 'amqp' } } } },
      "Secret default/rabbit has no key 'amqp'",
    ],
  ])('%s ends the sidecar with words that say so', async (_, component, words) => {
    await expect(pod({ components: [component] })).rejects.toThrow(words);
  });

  it('takes secrets from the namespace', async () => {
    const producer = await pod({
      components: [queue({ connectionString: { secretKeyRef: { name: 'servicebus', key: 'connection' } } })],
      secrets: { servicebus: { connection: emulator.connectionString() } },
    });
    expect((await producer.api('/v1.0/bindings/message-queue', create(1))).status).toBe(204);
  });
});
