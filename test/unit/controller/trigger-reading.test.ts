// What all objects share to read their triggers, at its end.
import { expect, it } from '@jest/globals';
import { createTriggerReading } from '../../../src/controller/trigger-reading.ts';
import type { KubeObject } from '../../../src/kube/client.ts';
import { createObjectStore } from '../../../src/kube/object-store.ts';
import { silentLogger } from '../../../src/log.ts';
import type { StoreAnswer } from '../../../src/secret-stores/secret-store.ts';
import { createFakeClock } from '../../support/clock.ts';
import { createMemoryKube } from '../../support/memory-kube.ts';

const { signal } = new AbortController();

function setUp() {
  const clock = createFakeClock();
  const authentications = createObjectStore<KubeObject>(silentLogger);
  const answers = new Map<string, PromiseWithResolvers<StoreAnswer>>();
  const section = (address: string) => ({
    address,
    authentication: 'token',
    secrets: [{ parameter: 'accessKey', key: 'k', path: 'p' }],
  });
  for (const name of ['one', 'other']) {
    authentications.put({
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'TriggerAuthentication',
      metadata: { name, namespace: 'shop', uid: name, resourceVersion: '1' },
      spec: { hashiCorpVault: section(`http://${name}`) },
    } as KubeObject);
  }
  authentications.markSynced();
  const reading = createTriggerReading({
    client: createMemoryKube(clock.now),
    clock,
    random: () => 0.5,
    log: silentLogger,
    types: { triggerSource: () => undefined, parseTrigger: () => undefined },
    clients: {} as never,
    clusterObjectNamespace: 'sluice',
    watches: { triggerAuthentications: authentications, clusterTriggerAuthentications: authentications },
    podTemplate: async () => undefined,
    outside: {
      stores: {
        hashiCorpVault: {
          prepare: async ({ address }: { address: string }) => ({
            kind: 'question',
            question: {
              dependsOn: [address],
              ask: async (inner: AbortSignal) => {
                const answer = Promise.withResolvers<StoreAnswer>();
                inner.addEventListener('abort', () => answer.reject(inner.reason as Error));
                answers.set(address, answer);
                return answer.promise;
              },
            },
          }),
          close: async () => {},
        },
      } as never,
      storeRefreshMs: 60_000,
      filePathRoot: '',
      boundTokenLifeMs: 3_600_000,
    },
    events: { record() {}, settled() {} },
    memoryOf: () => undefined,
    look() {},
    lookIn() {},
    shutdown: signal,
  });
  return { clock, answers, reading };
}

it('lets everybody who still authenticates after its end have an answer, and keeps nothing then', async () => {
  const { clock, answers, reading } = setUp();
  await reading.close();
  const from = { namespace: 'shop', parameters: ['accessKey'] };
  const asked = ['one', 'other'].map((name) => reading.authenticate({ name }, from, signal));
  await clock.advance(0);
  answers.get('http://one')?.resolve({ values: { accessKey: 'a' }, gaps: [] });
  await expect(asked[0]).resolves.toMatchObject({ auth: { accessKey: 'a' } });
  answers.get('http://other')?.resolve({ values: { accessKey: 'b' }, gaps: [] });
  await expect(asked[1]).resolves.toMatchObject({ auth: { accessKey: 'b' } });
  expect(clock.pending()).toBe(0);
});
