// Bindings and publish and subscribe of the Dapr stand-in over a real RabbitMQ.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { connect } from 'amqplib';
import { CREDENTIALS, hasRabbitMq, type RabbitBroker, startRabbitMq, whereInstalled } from '../support/brokers.ts';
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
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

whereInstalled(
  hasRabbitMq,
  'rabbitmq-server',
  describe,
)('RabbitMQ', () => {
  let broker: RabbitBroker;
  let pods: DaprPod[] = [];
  let run = 0;

  beforeAll(async () => {
    broker = await startRabbitMq();
  }, 100_000);
  afterAll(() => broker.stop());
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
  const url = (): string => `amqp://${username}:${password}@localhost:${broker.port}`;
  const queueName = (): string => `work-${run}`;
  const binding = (metadata: Readonly<Record<string, unknown>> = {}): ComponentManifest => ({
    name: 'message-queue',
    type: 'bindings.rabbitmq',
    metadata: { host: url(), queueName: queueName(), durable: 'true', prefetchCount: '1', ...metadata },
  });
  const create = (data: unknown): unknown => ({ operation: 'create', data });

  async function depth(queue: string): Promise<number> {
    const connection = await connect(url());
    const channel = await connection.createChannel();
    channel.on('error', () => {});
    try {
      return (await channel.checkQueue(queue)).messageCount;
    } finally {
      await connection.close();
    }
  }

  it('takes messages from an output binding to an input binding, in one trace, one at a time', async () => {
    let now = 0;
    let most = 0;
    const app = await pod({
      components: [binding()],
      async app({ method }) {
        if (method !== 'POST') return { status: 405 };
        most = Math.max(most, ++now);
        await pause(30);
        now--;
        return { status: 200 };
      },
    });
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    for (let i = 0; i < 5; i++) {
      expect((await app.api('/v1.0/bindings/message-queue', create({ i }), { traceparent })).status).toBe(204);
    }
    await eventually('all are done', () => app.calls.length === 5);
    expect(app.calls[0]).toMatchObject({ body: '{"i":0}', headers: { 'content-type': 'application/json' } });
    expect(app.calls[0]?.headers.traceparent).toMatch(/^00-4bf92f3577b34da6a3ce929d0e0e4736-/);
    expect(most).toBe(1);
  });

  it('puts a refused message back, and returns everything but the one in work when it stops', async () => {
    let refusals = 2;
    const app = await pod({
      components: [binding({ prefetchCount: '10' })],
      annotations: { 'dapr.io/block-shutdown-duration': '0s' },
      async app({ method }) {
        if (method !== 'POST') return { status: 200 };
        if (refusals-- > 0) return { status: 500 };
        await pause(200);
        return { status: 200 };
      },
    });
    for (let i = 0; i < 4; i++) await app.api('/v1.0/bindings/message-queue', create(i));
    await eventually('one is in work', () => app.calls.length === 3);
    await app.sidecar.stop();
    expect(await depth(queueName())).toBe(3);
  });

  it('comes back by itself when its connection is cut', async () => {
    const app = await pod({ components: [binding({ reconnectWaitInSeconds: '100ms' })], app: taking });
    const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    const management = `http://127.0.0.1:${broker.managementPort}/api/connections`;
    await eventually('the broker lists the connection and cuts it', async () => {
      const all = (await (await fetch(management, { headers: { authorization } })).json()) as { name: string }[];
      for (const { name } of all) {
        await fetch(`${management}/${encodeURIComponent(name)}`, { method: 'DELETE', headers: { authorization } });
      }
      return all.length > 0;
    });
    await eventually('a message goes through again', async () => {
      await app.api('/v1.0/bindings/message-queue', create('again'));
      return app.calls.length > 0;
    });
  }, 30_000);

  it('publishes to a fanout exchange with a queue for each app, which lasts when it is told to', async () => {
    const topic = `events-${run}`;
    const component: ComponentManifest = {
      name: 'pubsub',
      type: 'pubsub.rabbitmq',
      metadata: { connectionString: url(), deletedWhenUnused: 'false', requeueInFailure: 'true' },
    };
    const subscriptions = [{ name: 's', spec: { pubsubname: 'pubsub', topic, routes: { default: '/e' } } }];
    const options = { components: [component], subscriptions, app: taking };
    const first = await pod({ ...options, appId: 'billing' });
    const other = await pod({ ...options, appId: 'mail' });
    for (const app of ['billing', 'mail'])
      await eventually('the queue is there', () => depth(`${app}-${topic}`).then(() => true));
    await first.api(`/v1.0/publish/pubsub/${topic}`, { n: 1 });
    await eventually('both apps have it', () => first.calls.length === 1 && other.calls.length === 1);
    await first.end();
    await other.api(`/v1.0/publish/pubsub/${topic}`, { n: 2 });
    await eventually('it waits in the queue', async () => (await depth(`billing-${topic}`)) === 1);
    const again = await pod({ ...options, appId: 'billing' });
    await eventually('it is delivered later', () => again.calls.length === 1);
    expect(JSON.parse(again.calls[0]?.body ?? '')).toMatchObject({ data: { n: 2 }, topic });
  });

  it('says why a component could not start when its queue exists with other settings', async () => {
    await pod({ components: [binding()] });
    await expect(pod({ components: [binding({ durable: 'false' })] })).rejects.toThrow('PRECONDITION');
  });
});
