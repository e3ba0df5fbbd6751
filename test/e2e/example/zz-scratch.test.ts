// The example's consumers that go in mid-work on the brokers that may deliver again: every message is done by somebody.
import { join } from 'node:path';
import { appendFileSync, writeFileSync } from 'node:fs';
import { Redis } from 'ioredis';
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

describe.each(['redis'] as const)('consumers that go in mid-work, on %s', (broker) => {
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
        expect(await place.sidecar('producer', '/v1.0/publish/message-queue/message-queue', message)).toMatchObject({ status: 204 });
      }
      const { host: hp = '', password: pw = '' } = world.broker.secret.stringData as Record<string, string>;
      const redis = new Redis({ host: hp.split(':')[0]!, port: Number(hp.split(':')[1]), password: pw });
      const t0 = Date.now();
      const diag = setInterval(async () => {
        const p = (await redis.xpending('message-queue', 'consumer', '-', '+', 100).catch(() => [])) as any[];
        const g = await redis.xinfo('GROUPS', 'message-queue').catch(() => []);
        appendFileSync('/tmp/rd/diag.txt', `${((Date.now() - t0) / 1000).toFixed(1)} done=${done()} dead=${await redis.xlen('message-queue-dead')} lag=${JSON.stringify(g).match(/lag",(\d+)/)?.[1]} pending=${p.length} ${p.map((x) => `${x[0].slice(-6)}:${x[2]}:${x[3]}`).join(' ')}\n`);
        writeFileSync('/tmp/rd/daprd.txt', place.lines('daprd').join('\n'));
        writeFileSync('/tmp/rd/app.txt', place.lines('consumer').join('\n'));
      }, 1000);
      diag.unref();
      const done = (): number => new Set(ledgerOf(place).handled.map(({ id }) => id)).size;
      await place.scale('consumer', CONSUMERS);
      await place.ready('consumer', CONSUMERS);
      await eventually('some are done', () => done() > 0, 40_000);
      await place.scale('consumer', 0);
      await place.gone('consumer');
      expect(done()).toBeLessThan(MESSAGES);
      await place.scale('consumer', CONSUMERS);
      await eventually(
        'all are done',
        async () => expect({ done: done(), ...(await world.broker.depth(signal)) }).toMatchObject({ done: MESSAGES }),
        200_000,
      );
      await eventually('nothing is left', async () => (await world.broker.depth(signal)).waiting === 0, 60_000);
      process.stdout.write(`${broker}: ${ledgerOf(place).duplicates()} of ${MESSAGES} were done again\n`);
    } finally {
      await world.stop();
    }
  });
});
