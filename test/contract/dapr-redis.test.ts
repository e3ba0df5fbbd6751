// Publish and subscribe of the Dapr stand-in over a real Redis.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { type Broker, CREDENTIALS, hasRedis, startRedis, whereInstalled } from '../support/brokers.ts';
import {
  type AppScript,
  type ComponentManifest,
  type DaprPod,
  type PodOptions,
  startPod,
} from '../support/dapr-pod.ts';
import { eventually } from '../support/eventually.ts';

const { username, password } = CREDENTIALS;
const taking: AppScript = () => ({ status: 200 });
const events = (one: DaprPod): readonly Record<string, unknown>[] =>
  one.calls.map(({ body }) => JSON.parse(body) as Record<string, unknown>);

whereInstalled(
  hasRedis,
  'redis-server',
  describe,
)('pubsub.redis', () => {
  let broker: Broker;
  let redis: Redis;
  let pods: DaprPod[] = [];
  let run = 0;

  beforeAll(async () => {
    broker = await startRedis();
    redis = new Redis({ port: broker.port, username, password });
  });
  afterAll(async () => {
    redis.disconnect();
    await broker.stop();
  });
  beforeEach(() => {
    run++;
  });
  afterEach(async () => {
    await Promise.all(pods.map((one) => one.end()));
    pods = [];
  });

  async function pod(options: PodOptions): Promise<DaprPod> {
    const started = await startPod(options);
    pods.push(started);
    return started;
  }
  const pubsub = (metadata: Readonly<Record<string, string>> = {}): ComponentManifest => ({
    name: 'pubsub',
    type: 'pubsub.redis',
    metadata: { redisHost: `localhost:${broker.port}`, redisUsername: username, redisPassword: password, ...metadata },
  });
  const topic = (): string => `orders-${run}`;
  const subscription = (spec: Record<string, unknown> = {}) => ({
    name: 'orders',
    spec: { pubsubname: 'pubsub', topic: topic(), routes: { default: '/orders' }, ...spec },
  });
  const pending = async (group: string): Promise<number> =>
    Number(((await redis.call('XPENDING', topic(), group)) as unknown[])[0]);

  it('delivers what was published before the first subscriber, in an envelope, once to each app', async () => {
    const publisher = await pod({ appId: 'shop', components: [pubsub()] });
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const answer = await publisher.api(
      `/v1.0/publish/pubsub/${topic()}`,
      { id: 7 },
      { 'content-type': 'application/json', traceparent },
    );
    expect(answer.status).toBe(204);
    const subscriptions = [subscription()];
    const billing = await pod({ appId: 'billing', components: [pubsub()], subscriptions, app: taking });
    const mail = await pod({ appId: 'mail', components: [pubsub()], subscriptions, app: taking });
    for (const app of [billing, mail]) {
      await eventually('the event is there', () => app.calls.length === 1);
      expect(app.calls[0]).toMatchObject({
        path: '/orders',
        headers: { 'content-type': 'application/cloudevents+json' },
      });
      expect(events(app)[0]).toMatchObject({
        data: { id: 7 },
        datacontenttype: 'application/json',
        source: 'shop',
        specversion: '1.0',
        type: 'com.dapr.event.sent',
        topic: topic(),
        pubsubname: 'pubsub',
        traceparent: expect.stringMatching(/^00-4bf92f3577b34da6a3ce929d0e0e4736-/),
      });
    }
    await eventually('all is acknowledged', async () => (await pending('billing')) === 0);
  });

  it('asks the app for its subscriptions and sends each event where its rules say', async () => {
    const routes = { rules: [{ match: 'event.type == "order.paid"', path: '/paid' }], default: '/other' };
    const script: AppScript = ({ path }) =>
      path === '/dapr/subscribe'
        ? { status: 200, body: JSON.stringify([{ pubsubname: 'pubsub', topic: topic(), routes }]) }
        : { status: 200 };
    const app = await pod({ components: [pubsub()], app: script });
    for (const type of ['order.created', 'order.paid']) {
      const event = { specversion: '1.0', id: type, type, source: 'shop', data: 1 };
      await app.api(`/v1.0/publish/pubsub/${topic()}`, event, { 'content-type': 'application/cloudevents+json' });
    }
    await eventually('both are there', () => app.calls.length === 2);
    const taken = app.calls.map(({ path, body }) => `${path} ${(JSON.parse(body) as { id: string }).id}`);
    expect(new Set(taken)).toEqual(new Set(['/other order.created', '/paid order.paid']));
  });

  it.each([
    ['RETRY', { status: 200, body: '{"status":"RETRY"}' }, 1],
    ['DROP', { status: 200, body: '{"status":"DROP"}' }, 1],
    ['404', { status: 404 }, 1],
    ['500', { status: 500 }, 1],
    ['SUCCESS', { status: 200, body: '{"status":"SUCCESS"}' }, 0],
  ])(
    'acknowledges an event that is answered with %s, and keeps the failed on the dead-letter topic',
    async (_, answer, dead) => {
      const app = await pod({
        components: [pubsub()],
        subscriptions: [subscription({ deadLetterTopic: `${topic()}-dead` })],
        app: ({ path }) => (path === '/orders' ? answer : { status: 404 }),
      });
      await app.api(`/v1.0/publish/pubsub/${topic()}`, 'x');
      await eventually('the event is handled', async () => app.calls.length === 1 && (await pending('consumer')) === 0);
      expect(await redis.xlen(`${topic()}-dead`)).toBe(dead);
    },
  );

  it('hands raw payloads over, and keeps topics to their apps', async () => {
    const app = await pod({
      components: [pubsub({ publishingScopes: `consumer=${topic()}` })],
      subscriptions: [subscription({ metadata: { rawPayload: 'true' } })],
      app: taking,
    });
    expect((await app.api(`/v1.0/publish/pubsub/${topic()}?metadata.rawPayload=true`, 'bytes')).status).toBe(204);
    expect(await app.api('/v1.0/publish/pubsub/other', 'x')).toMatchObject({ status: 403 });
    expect(await app.api('/v1.0/publish/nowhere/x', 'x')).toMatchObject({ status: 404 });
    await eventually('the event is there', () => app.calls.length === 1);
    expect(events(app)[0]).toMatchObject({ data_base64: Buffer.from('bytes').toString('base64') });
  });

  it('stops within its time, leaves what it has not begun, and another replica takes over', async () => {
    const slow: AppScript = async ({ method }) => {
      if (method === 'POST') await new Promise((resolve) => setTimeout(resolve, 150));
      return { status: 200 };
    };
    const single = pubsub({ concurrency: '1', processingTimeout: '200ms', redeliverInterval: '300' });
    const options = { components: [single], subscriptions: [subscription()], app: slow };
    const first = await pod(options);
    for (let i = 0; i < 6; i++) await first.api(`/v1.0/publish/pubsub/${topic()}`, String(i));
    await eventually('work has begun', () => first.calls.length === 1);
    await first.sidecar.stop();
    expect(first.calls.length).toBeLessThan(6);
    const second = await pod(options);
    await eventually('all is done', async () => (await pending('consumer')) === 0);
    const seen = [...events(first), ...events(second)].map(({ data }) => data);
    expect(new Set(seen)).toEqual(new Set([0, 1, 2, 3, 4, 5]));
  });
});
