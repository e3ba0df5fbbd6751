// What a replica knows of objects that another one acts on.
import { expect, it } from '@jest/globals';
import { createBystander, type BystanderOptions } from '../../../src/controller/bystander.ts';
import type { ObjectMemory } from '../../../src/controller/memory.ts';
import type { KubeObject } from '../../../src/kube/client.ts';
import { createFakeClock } from '../../support/clock.ts';
import { aScaledObject, createQueueTypes } from '../../support/controller-world.ts';

const { signal } = new AbortController();
const KEY = 'shop/worker';

it('keeps nothing of an object that goes while its triggers are bound', async () => {
  const scaledObject = aScaledObject('worker');
  let stored: KubeObject | undefined = { ...scaledObject, metadata: { ...scaledObject.metadata, uid: 'u' } };
  const memories = new Map<string, ObjectMemory>();
  const bound = new Set<string>();
  const bindingEnds = Promise.withResolvers<void>();
  const options: Partial<BystanderOptions> = {
    clock: createFakeClock(),
    types: createQueueTypes(new Map()),
    ownership: { owns: () => false } as Partial<BystanderOptions['ownership']> as BystanderOptions['ownership'],
    memories,
    readTimeoutMs: 1_000,
    find: () => stored,
    forget(key) {
      memories.delete(key);
      bound.delete(key);
    },
    visitIn() {},
    shutdown: signal,
    async bind(key) {
      await bindingEnds.promise;
      bound.add(key);
      return { bindings: [], isNew: true };
    },
  };
  const bystander = createBystander(options as BystanderOptions);
  const asked = bystander.prepare(KEY, signal);
  stored = undefined;
  options.forget?.(KEY);
  bindingEnds.resolve();
  await asked;
  expect([...bound]).toEqual([]);
  expect([...memories.keys()]).toEqual([]);
});
