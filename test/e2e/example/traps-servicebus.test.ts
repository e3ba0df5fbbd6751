// Ways to lose or stall messages with Azure Service Bus behind a real daprd, each with the manifest that avoids it.
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import { readTrigger } from '../../support/read-trigger.ts';
import { whereBuildable } from '../control-plane/available.ts';
import { aBinding, anApp } from './trap-manifests.ts';
import { startTrapWorld, type TrapWorld } from './trap-world.ts';
import { warningsOf } from './warnings.ts';

jest.setTimeout(60_000);

whereBuildable(
  describe,
  'kubernetes-1.36',
  'etcd',
  'dapr',
)('traps of Service Bus behind daprd', () => {
  let world: TrapWorld;
  beforeAll(async () => {
    world = await startTrapWorld('servicebus');
  }, 1_200_000);
  afterAll(() => world?.stop());

  /** What Sluice sees: active messages, not the dead-lettered ones. */
  const length = async (queueName: string): Promise<number> => {
    const connection = world.broker.secret.stringData['connection'] ?? '';
    return (await readTrigger('azure-servicebus', { metadata: { queueName }, auth: { connection } })).value;
  };
  /** Always there before a consumer: of two sidecars that create one queue at the same moment Dapr lets one fail. */
  const producer = anApp('producer');

  describe('T3: one Component for both directions, without scopes', () => {
    it('makes the producer’s sidecar a consumer, which wears the messages out', async () => {
      const place = await world.place('t3-trap');
      const both = aBinding('servicebus', 'jobs', 't3-trap', { metadata: { direction: 'input, output' } });
      expect(await warningsOf(both)).toEqual([expect.stringContaining('the producer too')]);
      await place.apply(both, producer);
      await place.ready('producer', 1);
      await place.send('producer', 'jobs', 2);
      await eventually('they are dead-lettered', async () => (await length('t3-trap')) === 0, 30_000);
      expect(place.lines('producer').filter((line) => line.startsWith('404 POST /jobs')).length).toBeGreaterThan(10);
    });

    it('with one for each side, in the scope of its side, they wait for the consumer', async () => {
      const place = await world.place('t3');
      const output = { metadata: { direction: 'output' }, scopes: ['producer'] };
      const input = { metadata: { direction: 'input', route: '/jobs' }, scopes: ['consumer'] };
      await place.apply(aBinding('servicebus', 'out', 't3', output), aBinding('servicebus', 'jobs', 't3', input));
      await place.apply(producer, anApp('consumer', { replicas: 0, env: { ROUTES: '/jobs' } }));
      await place.ready('producer', 1);
      await place.send('producer', 'out', 2);
      expect(place.lines('producer').filter((line) => line.includes('POST'))).toEqual([]);
      expect(await length('t3')).toBe(2);
      await place.scale('consumer', 1);
      await eventually('both are handled', async () => (await length('t3')) === 0);
    });
  });

  describe('T15: the sidecar asks a slow app by OPTIONS whether it wants the binding', () => {
    const slow = anApp('consumer', { env: { ROUTES: '/jobs', OPTIONS_MS: '4000' } });
    const output = (queue: string) =>
      aBinding('servicebus', 'out', queue, { metadata: { direction: 'output' }, scopes: ['producer'] });

    it('and an answer after three seconds is no: the pod is ready and idle', async () => {
      const place = await world.place('t15-trap');
      await place.apply(output('t15-trap'), producer);
      await place.ready('producer', 1);
      const undecided = aBinding('servicebus', 'jobs', 't15-trap', { scopes: ['consumer'] });
      expect(await warningsOf(undecided)).toEqual([expect.stringContaining('OPTIONS')]);
      await place.apply(undecided, slow);
      await place.ready('consumer', 1);
      await place.send('producer', 'out', 1);
      await eventually('the app has answered', () => place.lines('consumer').some((l) => l.startsWith('200 OPTIONS')));
      await eventually('daprd says so', () =>
        place.lines('daprd').some((l) => /jobs/.test(l) && /level=(warn|error)/.test(l)),
      );
      expect(place.lines('consumer').filter((line) => line.startsWith('POST'))).toEqual([]);
      expect(await length('t15-trap')).toBe(1);
    });

    it('with a direction it does not ask', async () => {
      const place = await world.place('t15');
      const input = { metadata: { direction: 'input', route: '/jobs' }, scopes: ['consumer'] };
      await place.apply(output('t15'), producer);
      await place.ready('producer', 1);
      const decided = aBinding('servicebus', 'jobs', 't15', input);
      expect(await warningsOf(decided)).toEqual([]);
      await place.apply(decided, slow);
      await place.send('producer', 'out', 1);
      await eventually('it is handled', async () => (await length('t15')) === 0);
      expect(place.lines('consumer').filter((line) => line.includes('OPTIONS'))).toEqual([]);
    });
  });

  describe('T18: several replicas end while messages wait', () => {
    /** How many of twelve messages have been handled or still wait, when eight consumers have gone in mid-work. */
    const scaleIn = async (name: string, metadata: Readonly<Record<string, string>>): Promise<number> => {
      const place = await world.place(name);
      const output = { metadata: { direction: 'output', ...metadata }, scopes: ['producer'] };
      const input = { metadata: { direction: 'input', route: '/jobs', ...metadata }, scopes: ['consumer'] };
      await place.apply(aBinding('servicebus', 'out', name, output), aBinding('servicebus', 'jobs', name, input));
      const annotations = { 'dapr.io/block-shutdown-duration': '5s' };
      await place.apply(
        producer,
        anApp('consumer', { replicas: 0, annotations, env: { ROUTES: '/jobs', WORK_MS: '3000' } }),
      );
      await place.ready('producer', 1);
      await place.send('producer', 'out', 12);
      await place.scale('consumer', 8);
      await place.ready('consumer', 8);
      await place.scale('consumer', 0);
      await place.gone('consumer');
      const handled = place.lines('consumer').filter((line) => line.startsWith('200')).length;
      return handled + (await length(name));
    };

    // How often depends on how fast they end; Azure's own limit is 10.
    it('and their sidecars refuse them so often that they are dead-lettered unseen', async () => {
      expect(await scaleIn('t18-trap', { maxDeliveryCount: '2' })).toBeLessThan(12);
    });

    it('with a high maxDeliveryCount they wait', async () => {
      expect(await scaleIn('t18', { maxDeliveryCount: '100' })).toBe(12);
    });
  });
});
