// Ways to lose or repeat messages with Azure Storage Queues behind a real daprd, each with the manifest that avoids it.
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { PeekedMessageItem } from '@azure/storage-queue';
import { eventually } from '../../support/eventually.ts';
import { readTrigger } from '../../support/read-trigger.ts';
import { whereBuildable } from '../control-plane/available.ts';
import { HAS } from './broker-files.ts';
import { aBinding, anApp } from './trap-manifests.ts';
import { type Place, startTrapWorld, type TrapWorld } from './trap-world.ts';
import { warningsOf } from './warnings.ts';

jest.setTimeout(60_000);

const describeHere = HAS.storagequeue ? whereBuildable(describe, 'kubernetes-1.36', 'etcd', 'dapr') : describe.skip;

describeHere('traps of Storage Queues behind daprd', () => {
  let world: TrapWorld;
  beforeAll(async () => {
    world = await startTrapWorld('storagequeue');
  }, 1_200_000);
  afterAll(() => world?.stop());

  const connection = (): string => world.broker.secret.stringData['connection'] ?? '';
  /** What Sluice sees. */
  const length = async (queueName: string, queueLengthStrategy = 'all'): Promise<number> => {
    const written = { metadata: { queueName, queueLengthStrategy }, auth: { connection: connection() } };
    return (await readTrigger('azure-queue', written)).value;
  };
  const peek = async (queue: string): Promise<PeekedMessageItem | undefined> => {
    // Not at the start of the file: jest can't load it while it loads Azure's client for Service Bus.
    const { QueueServiceClient } = await import('@azure/storage-queue');
    const { peekedMessageItems } = await QueueServiceClient.fromConnectionString(connection())
      .getQueueClient(queue)
      .peekMessages();
    return peekedMessageItems[0];
  };
  const WEEK = { ttlInSeconds: '604800' };
  const producer = anApp('producer');
  const output = (queue: string, metadata: Readonly<Record<string, string>> = WEEK) =>
    aBinding('storagequeue', 'out', queue, { metadata: { direction: 'output', ...metadata }, scopes: ['producer'] });
  const input = (queue: string, metadata: Readonly<Record<string, string>> = {}) =>
    aBinding('storagequeue', 'jobs', queue, {
      metadata: { direction: 'input', route: '/jobs', pollingInterval: '200ms', ...metadata },
      scopes: ['consumer'],
    });
  const consumer = (workMs: number) =>
    anApp('consumer', { replicas: 0, env: { ROUTES: '/jobs', WORK_MS: String(workMs) } });
  const arrived = (place: Place): number => place.lines('consumer').filter((line) => line.startsWith('POST')).length;

  describe('T17: a message that waits', () => {
    const lifeOf = async (name: string, metadata: Readonly<Record<string, string>>): Promise<number> => {
      const place = await world.place(name);
      await place.apply(output(name, metadata), producer);
      await place.ready('producer', 1);
      await place.send('producer', 'out', 1);
      const message = await peek(name);
      return ((message?.expiresOn.getTime() ?? 0) - (message?.insertedOn.getTime() ?? 0)) / 1000;
    };

    it('is gone after ten minutes', async () => {
      expect(await warningsOf(output('t17-trap', {}))).toEqual([expect.stringContaining('ttlInSeconds')]);
      expect(await lifeOf('t17-trap', {})).toBe(600);
    });

    it('stays for as long as ttlInSeconds says', async () => {
      expect(await warningsOf(output('t17'))).toEqual([]);
      expect(await lifeOf('t17', WEEK)).toBe(604_800);
    });
  });

  it('no trace travels with a message: nothing is in the queue but what the app gave as data', async () => {
    const place = await world.place('no-trace');
    await place.apply(output('no-trace'), producer);
    await place.ready('producer', 1);
    const metadata = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
    const body = { operation: 'create', data: { text: 'Hello' }, metadata };
    expect(await place.sidecar('producer', '/v1.0/bindings/out', body)).toMatchObject({ status: 204 });
    expect((await peek('no-trace'))?.messageText).toBe('{"text":"Hello"}');
  });

  describe('work on a message', () => {
    const work = async (name: string, visibilityTimeout: string): Promise<Place> => {
      const place = await world.place(name);
      await place.apply(output(name), input(name, { visibilityTimeout }), producer, consumer(6_000));
      await place.ready('producer', 1);
      await place.scale('consumer', 2);
      await place.ready('consumer', 2);
      await place.send('producer', 'out', 1);
      await eventually('it has begun', () => arrived(place) > 0);
      return place;
    };

    it('that outlasts visibilityTimeout is done by another replica as well', async () => {
      const place = await work('visibility-trap', '2s');
      await eventually('it has come twice', () => arrived(place) > 1);
    });

    it('that does not is done once', async () => {
      const place = await work('visibility', '30s');
      await eventually('it is done', async () => (await length('visibility')) === 0);
      expect(arrived(place)).toBe(1);
    });

    it('does not count with visibleonly, and counts with all', async () => {
      await work('in-work', '30s');
      expect([await length('in-work', 'visibleonly'), await length('in-work')]).toEqual([0, 1]);
    });
  });
});
