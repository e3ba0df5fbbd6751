// What was read from where nobody tells of changes is read again in time, and stays in use while it cannot be.
import { describe, expect, it } from '@jest/globals';
import type { KubeLookups } from '../../../src/controller/auth/kube-lookup.ts';
import { UNRESOLVED } from '../../../src/controller/auth/lookup.ts';
import { createBinder } from '../../../src/controller/binder.ts';
import { createDependencies } from '../../../src/controller/dependencies.ts';
import { createTriggerMemory } from '../../../src/controller/memory.ts';
import { createTellKept, renewWhenRefused } from '../../../src/controller/renewal.ts';
import type { Sampler } from '../../../src/controller/sampler.ts';
import { triggersOf } from '../../../src/controller/triggered.ts';
import { AuthError, SourceUnavailableError } from '../../../src/errors.ts';
import type { EventRecord } from '../../../src/kube/events.ts';
import { parseTrigger, triggerSource } from '../../../src/scalers/registry.ts';
import { createFakeClock } from '../../support/clock.ts';
import { aScaledObject } from '../../support/controller-world.ts';

const VAULT = {
  hashiCorpVault: {
    address: 'https://v',
    authentication: 'token',
    secrets: [{ parameter: 'password', path: 'p', key: 'k' }],
  },
} as const;

function world() {
  const clock = createFakeClock();
  const events: EventRecord[] = [];
  const looks: number[] = [];
  let password: string | Error = 'first';
  let renewsInMs: number | undefined = 60_000;
  let reads = 0;
  const lookups: KubeLookups = {
    forget() {},
    clear() {},
    lookup: (_refer, _signal, renewIn = () => {}) => ({
      ...UNRESOLVED,
      triggerAuthentication: async () => ({ spec: VAULT }),
      async askStore() {
        reads++;
        if (renewsInMs !== undefined) renewIn(renewsInMs);
        if (typeof password !== 'string') throw password;
        return { kind: 'answer', answer: { values: { password }, gaps: [] } };
      },
    }),
  };
  const triggers = [
    {
      type: 'redis',
      metadata: { address: 'redis:6379', listName: 'jobs' },
      authenticationRef: { name: 'vault' },
    },
    { type: 'cron', metadata: { timezone: 'UTC', start: '0 8 * * *', end: '0 9 * * *', desiredReplicas: '2' } },
  ];
  const object = aScaledObject('worker', { triggers });
  const memory = createTriggerMemory('uid', clock.now());
  const bind = createBinder({
    types: { triggerSource, parseTrigger },
    lookups,
    dependencies: createDependencies(),
    sampler: { bind() {}, latest: () => undefined } as unknown as Sampler,
    clock,
    clusterObjectNamespace: 'sluice',
    restrictSecretAccess: false,
    lookIn: (_key, ms) => looks.push(ms),
    tellKept: createTellKept({ events: { record: (event) => events.push(event), settled() {} } }),
  });
  const look = async (edit: object = {}) => {
    const { bindings } = await bind(
      'shop/worker',
      triggersOf({ ...object, ...edit }),
      memory,
      3_000,
      new AbortController().signal,
    );
    return bindings.map((binding) => (binding.kind === 'polled' ? binding.question : binding.kind));
  };
  return {
    clock,
    events,
    looks,
    memory,
    look,
    reads: () => reads,
    says(next: string | Error, inMs?: number) {
      password = next;
      renewsInMs = inMs;
    },
    changed: () => memory.changes++,
    edited: { metadata: { ...object.metadata, generation: (object.metadata.generation ?? 1) + 1 } },
  };
}

describe('what a trigger was resolved from', () => {
  it('is read again in time and not before, and the object is looked at for it', async () => {
    const { look, clock, says, reads, looks } = world();
    const [first] = await look();
    says('second', 60_000);
    await clock.advance(59_000);
    expect(await look()).toEqual([first, expect.any(String)]);
    // Whatever brings a look about takes the place of what was planned.
    expect([reads(), looks]).toEqual([1, [60_000, 1_000]]);
    await clock.advance(1_000);
    const [second] = await look();
    expect(second).not.toBe(first);
    expect([reads(), looks]).toEqual([2, [60_000, 1_000, 60_000]]);
  });

  it('is read again at the next look when a source refuses it, and only where it may have been rotated', async () => {
    const { look, says, reads, memory } = world();
    const failed = { kind: 'failed', metric: 's0-redis-jobs', failures: 1, message: '' } as const;
    await look();
    renewWhenRefused(memory, [{ ...failed, code: 'SOURCE_UNAVAILABLE' }]);
    await look();
    expect(reads()).toBe(1);
    says('only');
    renewWhenRefused(memory, [{ ...failed, code: 'AUTH_FAILED' }]);
    await look();
    expect(reads()).toBe(2);
    renewWhenRefused(memory, [{ ...failed, code: 'AUTH_FAILED' }]);
    await look();
    expect(reads()).toBe(2);
  });

  it('is not read again without a pause, whatever its source says', async () => {
    const { look, says, looks } = world();
    says('first', -5_000);
    await look();
    expect(looks).toEqual([1_000]);
  });

  it('is read again when the clock was set back', async () => {
    const { look, clock, reads } = world();
    await look();
    clock.set(clock.now() - 3_600_000);
    await look();
    expect(reads()).toBe(2);
  });

  it('is not read again where it tells of its changes', async () => {
    const { look, clock, says, reads, looks } = world();
    says('only');
    await look();
    await clock.advance(86_400_000);
    await look();
    expect([reads(), looks]).toEqual([1, []]);
  });

  it.each([
    ['away', new SourceUnavailableError('Vault is sealed')],
    ['refusing', new AuthError('Vault refused the token')],
  ])('stays in use while its source is %s, which is told once, and is back with it', async (_, error) => {
    const { look, clock, says, events, looks } = world();
    const first = await look();
    says(error, 15_000);
    for (let i = 0; i < 3; i++) {
      await clock.advance(60_000);
      expect(await look()).toEqual(first);
    }
    expect(looks).toEqual([60_000, 15_000, 15_000, 15_000]);
    expect(events).toEqual([
      {
        regarding: {
          apiVersion: 'keda.sh/v1alpha1',
          kind: 'ScaledObject',
          namespace: 'shop',
          name: 'worker',
          uid: 'uid',
        },
        type: 'Warning',
        reason: 'KEDAScalerFailed',
        action: 'KEDAScalerFailed',
        note: `triggers[0] goes on with the parameters that it has, for they cannot be read again: TriggerAuthentication "shop/vault": ${error.message} [${error.code}]`,
        lasts: true,
      },
    ]);
    says('second', 60_000);
    await clock.advance(15_000);
    expect((await look())[0]).not.toBe(first[0]);
    // It is news again when it fails another time.
    says(error, 15_000);
    await clock.advance(60_000);
    await look();
    expect(events).toHaveLength(2);
  });

  it('stays in use after a change as well, while its source is away; a refusal then counts', async () => {
    const { look, says, changed } = world();
    const first = await look();
    says(new SourceUnavailableError('Vault is sealed'), 15_000);
    changed();
    expect(await look()).toEqual(first);
    says(new AuthError('refused'), 15_000);
    changed();
    expect(await look()).toEqual(['broken', first[1]]);
  });

  it('is not kept for another definition', async () => {
    const { look, says, edited } = world();
    const [, cron] = await look();
    says(new SourceUnavailableError('Vault is sealed'), 15_000);
    expect(await look(edited)).toEqual(['broken', cron]);
  });

  it('is looked for again where it was never had, and harms no other trigger', async () => {
    const { look, says, clock } = world();
    says(new SourceUnavailableError('Vault is sealed'), 15_000);
    expect(await look()).toEqual(['broken', expect.any(String)]);
    says('first');
    await clock.advance(15_000);
    expect((await look())[0]).not.toBe('broken');
  });
});
