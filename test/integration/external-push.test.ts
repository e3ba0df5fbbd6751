// A worker on an external scaler that says itself when there is work: a push is acted upon at once, polls come once a minute.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { type ExternalScalerServer, type Spec, startExternalScaler } from '../support/external-scaler.ts';
import { aScaledWorker } from '../support/queue-worker.ts';
import { startWorld, type World } from '../support/world.ts';

describe('a worker on an external scaler that pushes', () => {
  let world: World;
  let scaler: ExternalScalerServer;
  let specs: readonly Spec[] = [{ metricName: 'orders', targetSize: 10 }];
  beforeAll(async () => {
    scaler = await startExternalScaler();
    scaler.queues.set('orders', 0);
    scaler.answers = { specs: () => specs };
    world = await startWorld();
    const metadata = { scalerAddress: `127.0.0.1:${scaler.port}`, queueName: 'orders' };
    const triggers = [{ type: 'external-push', metadata }];
    await world.apply(...aScaledWorker('packer', { spec: { pollingInterval: 60, cooldownPeriod: 1, triggers } }));
    await eventually('it listens', () => scaler.listeners.size === 1);
  });
  afterAll(async () => {
    await world.stop();
    await scaler.stop();
  });
  const isAt = (replicas: number) => async () => (await world.replicas('packer')) === replicas;

  it('wakes within a second of a push, long before the next poll', async () => {
    await eventually('it is in order', async () => (await world.condition('packer', 'Ready')).status === 'True');
    expect(await world.replicas('packer')).toBe(0);
    scaler.queues.set('orders', 25);
    scaler.push(true);
    await eventually('it is awake', isAt(3), 1_000);
  });

  it('grows at once when there is more, and has the HPA follow other targets as soon as the scaler names them', async () => {
    scaler.queues.set('orders', 45);
    scaler.push(true);
    await eventually('it has grown', isAt(5), 1_500);
    specs = [{ metricName: 'orders', targetSize: 5 }];
    scaler.pushSpecs();
    await eventually(
      'the HPA knows',
      async () => {
        const [metric] = (await world.hpa('keda-hpa-packer'))?.spec.metrics ?? [];
        return (
          metric?.type === 'External' &&
          metric.external.target.type === 'AverageValue' &&
          metric.external.target.averageValue === '5'
        );
      },
      3_000,
    );
  });

  it('listens again when the scaler has restarted', async () => {
    await scaler.restart();
    await eventually('it listens again', () => scaler.listeners.size === 1);
    scaler.queues.set('orders', 50);
    scaler.push(true);
    // Pushes, new targets and a restart one after the other: hints that do not cease lead to a look each five seconds at most.
    await eventually('it has grown', isAt(10), 7_000);
  });

  it('sleeps as soon as the scaler says that there is nothing left', async () => {
    scaler.queues.set('orders', 0);
    scaler.push(false);
    await eventually('it sleeps', isAt(0), 5_000);
  });
});
