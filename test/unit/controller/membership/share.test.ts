// A controller that is not alone: it acts on what is its own, and answers for everything.
import { afterEach, describe, expect, it } from '@jest/globals';
import { scaledObjects } from '../../../../src/api/names.ts';
import type { ScaledObjectSpec } from '../../../../src/api/scaled-object.ts';
import type { Ownership } from '../../../../src/controller/membership/ownership.ts';
import { SourceUnavailableError } from '../../../../src/errors.ts';
import type { ExternalMetric } from '../../../../src/metrics-adapter/provider.ts';
import {
  aDeployment,
  aScaledObject,
  type Answer,
  createWorld,
  never,
  type World,
} from '../../../support/controller-world.ts';

/** An ownership that the test gives and takes. */
function createOwnership() {
  const listeners = new Set<(change: 'moved' | 'resumed') => void>();
  const told = new Map<string, unknown>();
  const notes: { readonly uid: string; readonly note: unknown }[] = [];
  let state: 'ours' | 'theirs' | 'fenced' = 'theirs';
  let visits = new AbortController();
  const ownership: Ownership = {
    owns: () => state !== 'theirs',
    async whileOwned(_uid, signal, work) {
      if (state !== 'ours') return { kind: 'not-now' };
      const own = AbortSignal.any([visits.signal, signal]);
      try {
        return { kind: 'done', result: await work(own) };
      } catch (error) {
        if (own.aborted && !signal.aborted) return { kind: 'broken-off' };
        throw error;
      }
    },
    subscribe: (listener) => void listeners.add(listener),
    note: (uid, note) => void notes.push({ uid, note }),
    noteOn: () => (told.has('note') ? { note: told.get('note'), ageMs: 2_000 } : undefined),
  };
  return {
    ownership,
    notes,
    hear: (note: unknown) => void told.set('note', note),
    become(next: 'ours' | 'theirs' | 'fenced') {
      const change = state === 'fenced' && next === 'ours' ? 'resumed' : 'moved';
      state = next;
      if (next !== 'ours') visits.abort(new Error('not ours'));
      visits = new AbortController();
      if (next !== 'fenced') for (const listener of listeners) listener(change);
    },
  };
}

let world: World;
let ring: ReturnType<typeof createOwnership>;
afterEach(() => world.stop());

async function aWorld(spec: Partial<ScaledObjectSpec> = {}, answer: Answer = 35, replicas = 0): Promise<void> {
  ring = createOwnership();
  const objects = [aDeployment('worker', replicas), aScaledObject('worker', spec)];
  world = await createWorld(objects, { worker: answer }, { ownership: ring.ownership });
}
const ask = (): Promise<readonly ExternalMetric[]> =>
  world.controller.metrics.read(
    { namespace: 'shop', metric: 's0-queue-worker', labels: new Map([['scaledobject.keda.sh/name', 'worker']]) },
    never,
  );
const MINUTE = 60_000;

describe('controller/membership/share', () => {
  it('neither reads nor writes anything for what is another replica’s', async () => {
    await aWorld();
    await world.clock.advance(5 * MINUTE);
    expect(world.kube.writes()).toEqual([]);
    expect(world.reads()).toBe(0);
    expect(world.replicas()).toBe(0);
  });

  it('acts within half a second when it becomes its own', async () => {
    await aWorld();
    ring.become('ours');
    await world.clock.advance(600);
    expect(world.replicas()).toBeGreaterThan(0);
    expect(world.condition('Ready')).toMatchObject({ status: 'True' });
  });

  it('lets go of what becomes another’s, in the middle of a look as well', async () => {
    await aWorld();
    ring.become('ours');
    await world.clock.advance(600);
    const writes = world.kube.writes().length;
    world.kube.intercept = async ({ subresource, verb }) => {
      if (verb === 'get' && subresource === 'scale') ring.become('theirs');
    };
    world.answers.set('worker', 0);
    await world.clock.advance(30 * MINUTE);
    const scales = world.kube
      .writes()
      .slice(writes)
      .filter(({ subresource }) => subresource === 'scale');
    expect(scales).toEqual([]);
    expect(world.controller.decisions.list()).toEqual([]);
  });

  it('goes on where it was when it may write again', async () => {
    await aWorld();
    ring.become('ours');
    await world.clock.advance(600);
    ring.become('fenced');
    world.answers.set('worker', 100);
    await world.clock.advance(MINUTE);
    const before = world.replicas() ?? 0;
    ring.become('ours');
    await world.clock.advance(600);
    expect(world.replicas()).toBeGreaterThan(before);
  });

  it('carries on a cooldown that another one began', async () => {
    await aWorld({ cooldownPeriod: 300 });
    ring.become('ours');
    await world.clock.advance(MINUTE);
    world.answers.set('worker', 0);
    await world.clock.advance(2 * MINUTE);
    ring.become('theirs');
    await world.clock.advance(MINUTE);
    ring.become('ours');
    await world.clock.advance(MINUTE);
    expect(world.replicas()).toBeGreaterThan(0);
    await world.clock.advance(3 * MINUTE);
    expect(world.replicas()).toBe(0);
  });

  it('tells the others what it raised a target on', async () => {
    await aWorld();
    ring.become('ours');
    await world.clock.advance(600);
    const uid = world.scaledObject()?.metadata.uid;
    expect(ring.notes).toEqual([{ uid, note: { 's0-queue-worker': 35 } }]);
  });
});

describe('controller/bystander', () => {
  it('answers for what is another’s from its own reading, without a write', async () => {
    await aWorld();
    expect(await ask()).toMatchObject([{ name: 's0-queue-worker', value: 35 }]);
    expect(world.reads()).toBe(1);
    await Promise.all([ask(), ask()]);
    expect(world.reads()).toBe(1);
    expect(world.kube.writes()).toEqual([]);
  });

  it('reads only when it is asked, and lets go when nobody has asked for a while', async () => {
    await aWorld();
    await ask();
    await world.clock.advance(MINUTE);
    expect(world.reads()).toBe(1);
    await ask();
    expect(world.reads()).toBe(2);
    await world.clock.advance(MINUTE);
    await ask();
    const pending = world.clock.pending();
    await world.clock.advance(3 * MINUTE);
    expect(world.clock.pending()).toBeLessThan(pending);
  });

  it('gives the demand that the owner has just raised the target on', async () => {
    await aWorld({}, 3);
    ring.hear({ 's0-queue-worker': 50 });
    const [metric] = await ask();
    expect(metric).toMatchObject({ value: 50, at: world.clock.now() - 2_000 });
  });

  it.each([['nothing'], [null], [{ 's0-queue-worker': 'fifty' }], [[50]]])(
    'takes no notice of a note that it does not understand: %j',
    async (note) => {
      await aWorld({}, 3);
      ring.hear(note);
      expect(await ask()).toMatchObject([{ value: 3 }]);
    },
  );

  it('follows a change of the object', async () => {
    await aWorld();
    await ask();
    const triggers = [{ type: 'queue', metadata: { queue: 'other' } }];
    world.answers.set('other', 8);
    const patch = { type: 'merge', body: { spec: { triggers } } } as const;
    await world.kube.patch(scaledObjects, { namespace: 'shop', name: 'worker' }, patch, { signal: never });
    await world.clock.advance(100);
    await expect(ask()).rejects.toMatchObject({ code: 'METRIC_NOT_FOUND' });
  });

  it('has the fallback in force as soon as the owner has', async () => {
    await aWorld({ fallback: { failureThreshold: 3, replicas: 6 } }, new SourceUnavailableError('refused'), 2);
    await expect(ask()).rejects.toMatchObject({ code: 'METRIC_UNAVAILABLE' });
    const health = { 's0-queue-worker': { numberOfFailures: 4, status: 'Failing' } };
    const patch = { type: 'merge', body: { status: { health } } } as const;
    const key = { namespace: 'shop', name: 'worker' };
    await world.kube.patch(scaledObjects, key, patch, { signal: never, subresource: 'status' });
    await world.clock.advance(100);
    const [metric] = await ask();
    expect(metric).toMatchObject({ value: 30 });
  });

  it('says so when the object is not in order', async () => {
    await aWorld({ minReplicaCount: 5, maxReplicaCount: 1 });
    await expect(ask()).rejects.toMatchObject({ code: 'METRIC_UNAVAILABLE' });
    expect(world.kube.writes()).toEqual([]);
  });
});
