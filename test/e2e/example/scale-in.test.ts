// The example's consumers that go in mid-work on the brokers that may deliver again: every message is done by somebody.
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { createLedger, handledIn, type Ledger } from '../../../src/cli/demo/consumers.ts';
import { readKustomization } from '../../../src/cli/manifests/kustomization.ts';
import type { KubeObject } from '../../../src/kube/client.ts';
import { eventually } from '../../support/eventually.ts';
import { whereBuildable } from '../control-plane/available.ts';
import { HAS } from './broker-files.ts';
import { EXAMPLE } from './stage.ts';
import { type Place, startTrapWorld } from './trap-world.ts';

jest.setTimeout(1_200_000);

const { signal } = new AbortController();
const MESSAGES = 20;
const CONSUMERS = 5;

type Workload = KubeObject & { readonly spec: object };

async function exampleManifests(broker: string): Promise<readonly object[]> {
  const parts = ['base', join('brokers', broker)].map((part) => readKustomization(join(EXAMPLE, 'k8s', part)));
  const objects = (await Promise.all(parts)).flat().filter(({ kind }) => kind !== 'TriggerAuthentication');
  const atZero = objects.map((object) =>
    object.metadata.name === 'consumer' ? { ...object, spec: { ...(object as Workload).spec, replicas: 0 } } : object,
  );
  return atZero.toSorted((a, b) => Number(a.kind === 'Deployment') - Number(b.kind === 'Deployment'));
}

function ledgerOf(place: Place): Ledger {
  const ledger = createLedger();
  for (const line of place.lines('consumer')) {
    const entry = handledIn(line, '');
    if (entry) ledger.add(entry);
  }
  return ledger;
}

function sendingTo(broker: string, message: object): readonly [path: string, body: object] {
  return broker === 'redis'
    ? ['/v1.0/publish/message-queue/message-queue', message]
    : ['/v1.0/bindings/message-queue', { operation: 'create', data: message, metadata: {} }];
}

describe.each(['kafka', 'storagequeue', 'redis'] as const)('consumers that go in mid-work, on %s', (broker) => {
  const itHere = HAS[broker] ? whereBuildable(it, 'kubernetes-1.36', 'etcd', 'dapr') : it.skip;

  itHere('lose nothing: what they had not finished is done by the next ones', async () => {
    const world = await startTrapWorld(broker);
    try {
      const place = await world.place('scale-in');
      const data = { WORK_MILLISECONDS: '3000' };
      await place.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'consumer-settings' }, data });
      await place.apply(...(await exampleManifests(broker)));
      await place.ready('producer', 1);
      for (let n = 1; n <= MESSAGES; n++) {
        const message = { text: 'Hello World', id: `${n}` };
        const [path, body] = sendingTo(broker, message);
        expect(await place.sidecar('producer', path, body)).toMatchObject({ status: 204 });
      }
      const done = (): number => new Set(ledgerOf(place).handled.map(({ id }) => id)).size;
      await place.scale('consumer', CONSUMERS);
      await place.ready('consumer', CONSUMERS);
      await eventually('some are done', () => done() > 0, 40_000);
      await place.scale('consumer', 0);
      await place.gone('consumer');
      const left = MESSAGES - done();
      expect(left).toBeGreaterThan(0);
      await place.scale('consumer', CONSUMERS);
      await eventually(
        'all are done',
        async () => expect({ done: done(), ...(await world.broker.depth(signal)) }).toMatchObject({ done: MESSAGES }),
        120_000,
      );
      await eventually('nothing is left', async () => (await world.broker.depth(signal)).waiting === 0, 60_000);
      process.stdout.write(`${broker}: ${left} were left, ${ledgerOf(place).duplicates()} were done again\n`);
    } finally {
      await world.stop();
    }
  });
});
