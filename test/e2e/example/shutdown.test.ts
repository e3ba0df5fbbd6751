// Replicas that go in mid-work, on real brokers with real daprd sidecars: what is lost, and what is done twice.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { BrokerName } from '../../../src/cli/demo/broker.ts';
import { createLedger, handledIn, type Ledger } from '../../../src/cli/demo/consumers.ts';
import { readKustomization } from '../../../src/cli/manifests/kustomization.ts';
import { hasRabbitMq } from '../../support/brokers.ts';
import { eventually } from '../../support/eventually.ts';
import { readTrigger } from '../../support/read-trigger.ts';
import { whereBuildable } from '../control-plane/available.ts';
import { EXAMPLE } from './stage.ts';
import { type Place, startTrapWorld, type TrapWorld } from './trap-world.ts';

jest.setTimeout(400_000);

type Manifest = {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  spec: {
    replicas?: number;
    metadata: { name: string; value: string }[];
    template: { metadata: { annotations: Record<string, string> } };
  };
};

/** Of the example: its Deployments and Components, on a queue of their own. */
async function exampleManifests(broker: BrokerName, queue: string): Promise<readonly Manifest[]> {
  const parts = ['base', join('brokers', broker)].map((part) => readKustomization(join(EXAMPLE, 'k8s', part)));
  const objects = (await Promise.all(parts)).flat().filter(({ kind }) => kind !== 'TriggerAuthentication');
  return JSON.parse(JSON.stringify(objects).replaceAll('"msgqueue"', JSON.stringify(queue))) as Manifest[];
}

function change(annotations: Record<string, string>, settings: 'example' | 'defaults' | 'native sidecar'): void {
  if (settings === 'example') return;
  for (const key of Object.keys(annotations)) if (/shutdown|health/.test(key)) delete annotations[key];
  if (settings === 'native sidecar') annotations['dapr.io/enable-native-sidecar'] = 'true';
}

/** A dead sidecar's message comes back when its lock is over, which nobody wants to wait a minute for here. */
const SHORT_LOCK = [
  { name: 'lockDurationInSec', value: '5' },
  { name: 'lockRenewalIntervalInSec', value: '2' },
];

describe.each(['servicebus', 'rabbitmq'] as const)('a consumer that goes in mid-work, on %s', (broker) => {
  const has = broker === 'servicebus' || hasRabbitMq;
  const describeHere = has ? whereBuildable(describe, 'kubernetes-1.36', 'etcd', 'dapr') : describe.skip;
  describeHere('with real sidecars', () => {
    let world: TrapWorld;
    beforeAll(async () => {
      world = await startTrapWorld(broker);
    }, 1_200_000);
    afterAll(() => world?.stop());

    interface Wanted {
      readonly workMs: number;
      readonly messages: number;
      readonly consumers: number;
      /** `example` when not given. */
      readonly settings?: 'example' | 'defaults' | 'native sidecar';
    }

    /** Posts the messages, and resolves when every consumer has begun one, or is about to. */
    const begin = async (
      name: string,
      { workMs, messages, consumers, settings = 'example' }: Wanted,
    ): Promise<Place> => {
      const place = await world.place(name);
      const objects = await exampleManifests(broker, name);
      for (const { kind, metadata, spec } of objects) {
        if (kind === 'Deployment' && metadata.name === 'consumer') spec.replicas = 0;
        if (kind === 'Component' && broker === 'servicebus') spec.metadata.push(...SHORT_LOCK);
        if (kind === 'Deployment') change(spec.template.metadata.annotations, settings);
      }
      const data = { WORK_MILLISECONDS: String(workMs) };
      await place.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'consumer-settings' }, data });
      await place.apply(...objects.toSorted((a, b) => Number(b.kind === 'Component') - Number(a.kind === 'Component')));
      await place.ready('producer', 1);
      await place.send('producer', 'message-queue', messages);
      await place.scale('consumer', consumers);
      await place.ready('consumer', consumers);
      return place;
    };
    const ledgerOf = (place: Place): Ledger => {
      const ledger = createLedger();
      for (const line of place.lines('consumer')) {
        const entry = handledIn(line, '');
        if (entry) ledger.add(entry);
      }
      return ledger;
    };
    /** What waits or is in progress. A message whose acknowledgement got lost is done, and yet it is there. */
    const left = async (queueName: string): Promise<number> => {
      const { connection = '', http = '' } = world.broker.secret.stringData as Record<string, string>;
      const { value } =
        broker === 'servicebus'
          ? await readTrigger('azure-servicebus', { metadata: { queueName }, auth: { connection } })
          : await readTrigger('rabbitmq', { metadata: { queueName, protocol: 'http' }, auth: { host: http } });
      return value;
    };
    /** How many were done more than once. */
    const finish = async (place: Place, messages: number): Promise<number> => {
      const done = (): number => new Set(ledgerOf(place).handled.map(({ id }) => id)).size;
      await eventually(
        'every message has been handled, and taken off the queue',
        async () => done() === messages && (await left(place.namespace)) === 0,
        120_000,
      );
      return ledgerOf(place).duplicates();
    };

    it('G1: as the example is set up, ten of them lose nothing and do nothing twice', async () => {
      const place = await begin('g1', { workMs: 3_000, messages: 20, consumers: 10 });
      await place.scale('consumer', 0);
      await place.gone('consumer');
      const inTime = ledgerOf(place).handled.length;
      expect(inTime).toBeLessThan(20);
      await place.scale('consumer', 10);
      expect(await finish(place, 20)).toBe(0);
    });

    it('G1: with a native sidecar, which outlives the app, likewise', async () => {
      const place = await begin('g1n', { workMs: 3_000, messages: 4, consumers: 4, settings: 'native sidecar' });
      const [pod] = await place.pods('consumer');
      expect(pod?.status?.initContainerStatuses).toMatchObject([{ name: 'daprd', state: { running: {} } }]);
      await place.scale('consumer', 0);
      await place.gone('consumer');
      expect(await finish(place, 4)).toBe(0);
    });

    it('G2: with Dapr’s defaults and work that outlasts their five seconds nothing is lost, but it is begun again', async () => {
      const place = await begin('g2', { workMs: 10_000, messages: 4, consumers: 4, settings: 'defaults' });
      await place.scale('consumer', 0);
      await place.gone('consumer');
      await place.scale('consumer', 4);
      const twice = await finish(place, 4);
      const givenUp = place.lines('consumer').filter((line) => line.includes(' -- Given up')).length;
      process.stdout.write(
        `G2 on ${broker}: 4 messages were given up ${givenUp} times and done ${twice} times too often\n`,
      );
      // A sidecar gives up after five seconds. The consumer stops too where it hears of that, and finishes what comes again otherwise.
      expect(givenUp + twice).toBeGreaterThan(0);
    });

    it('G3: killed without a word nothing is lost, and at most what was in progress is done twice', async () => {
      const place = await begin('g3', { workMs: 2_000, messages: 9, consumers: 3 });
      for (const pod of await place.pods('consumer')) {
        for (const { containerID = '' } of pod.status?.containerStatuses ?? []) {
          process.kill(-Number(containerID.replace('process://', '')), 'SIGKILL');
        }
      }
      // A container that ends twice waits before it starts again, for 10 s, then for 20 and for 40 (Kubernetes: CrashLoopBackOff).
      await place.ready('consumer', 3, 120_000);
      // Once a message on RabbitMQ stayed with a daprd that had started before its app, unacknowledged, as it seemed. Whoever holds one
      // gives it back when it ends.
      await place.scale('consumer', 0);
      await place.gone('consumer');
      await place.scale('consumer', 3);
      expect(await finish(place, 9)).toBeLessThanOrEqual(3);
    });
  });
});
