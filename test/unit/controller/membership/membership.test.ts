// Replicas that share the work: who acts, when, and never two at a time.
import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { memberName } from '../../../../src/controller/membership/member-name.ts';
import { LEASES } from '../../../../src/kube/resources.ts';
import { type Act, createRingWorld, type Replica, type RingWorld } from '../../../support/ring-world.ts';

const UIDS = Array.from({ length: 6 }, (_, i) => `object-${i}`);
const SECOND = 1_000;
const seeded = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

let world: RingWorld;
const ring = async (...names: readonly string[]): Promise<readonly Replica[]> => {
  world = createRingWorld(UIDS, seeded(7));
  const replicas: Replica[] = [];
  for (const name of names) {
    replicas.push(world.start(name));
    await world.clock.advance(2 * SECOND);
  }
  return replicas;
};
/** Whoever acted on it last. */
const actor = (uid: string): string | undefined => world.acts.findLast((act) => act.uid === uid)?.by;
const actsOf = (uid: string, since: number): readonly Act[] =>
  world.acts.filter((act) => act.uid === uid && act.at >= since);

/** No one acts on what somebody else wrote while he was at it. */
function overlaps(acts: readonly Act[]): readonly (readonly [Act, Act])[] {
  return acts.flatMap((act, i) =>
    acts
      .slice(0, i)
      .filter((other) => other.uid === act.uid && other.by !== act.by && other.at > act.begunAt)
      .map((other) => [other, act] as const),
  );
}

/** How long the objects were left alone after `since`, at most. */
function longestWaitMs(uids: readonly string[], since: number, by?: string): number {
  return Math.max(
    0,
    ...uids.map((uid) => {
      const first = actsOf(uid, since).find((act) => by === undefined || act.by === by);
      return (first?.at ?? Number.POSITIVE_INFINITY) - since;
    }),
  );
}

describe('controller/membership', () => {
  afterEach(() => world.stop());

  it('owns everything when it is alone, from the start on', async () => {
    await ring('a');
    expect(UIDS.map(actor)).toEqual(UIDS.map(() => 'a'));
    expect(world.replicas[0]?.membership.ready()).toBe(true);
  });

  it('shares with one that joins: what moves, moves within a second, and the rest stays', async () => {
    const [a] = await ring('a', 'b');
    const before = UIDS.map((uid) => a?.membership.owns(uid));
    const since = world.clock.now();
    const c = world.start('c');
    await world.clock.advance(3 * SECOND);
    const moved = UIDS.filter((uid) => c.membership.owns(uid));
    expect(longestWaitMs(moved, since, 'c')).toBeLessThan(1_500);
    UIDS.forEach((uid, i) => moved.includes(uid) || expect(a?.membership.owns(uid)).toBe(before[i]));
    expect(overlaps(world.acts)).toEqual([]);
  });

  it('takes over from one that leaves within a second, and its Lease is gone', async () => {
    const [, b] = await ring('a', 'b', 'c');
    const itsOwn = UIDS.filter((uid) => b?.membership.owns(uid));
    const since = world.clock.now();
    void b?.leave();
    await world.clock.advance(2 * SECOND);
    expect(itsOwn.length).toBeGreaterThan(0);
    expect(longestWaitMs(itsOwn, since)).toBeLessThan(1 * SECOND);
    expect(await leaseNames()).toHaveLength(2);
    expect(overlaps(world.acts)).toEqual([]);
  });

  it('takes over from one that was killed within five seconds, and takes its Lease away', async () => {
    const [, b] = await ring('a', 'b', 'c');
    const itsOwn = UIDS.filter((uid) => b?.membership.owns(uid));
    const since = world.clock.now();
    b?.crash();
    await world.clock.advance(6 * SECOND);
    expect(longestWaitMs(itsOwn, since + 400)).toBeLessThan(4_600);
    expect(await leaseNames()).toHaveLength(2);
  });

  it('does not touch anything when it wakes after 30 seconds, and joins anew', async () => {
    const [, b] = await ring('a', 'b', 'c');
    b?.freeze();
    await world.clock.advance(30 * SECOND);
    const since = world.clock.now();
    b?.thaw();
    await world.clock.advance(5 * SECOND);
    expect(overlaps(world.acts)).toEqual([]);
    expect(UIDS.some((uid) => actor(uid) === 'b')).toBe(true);
    expect(longestWaitMs(UIDS, since)).toBeLessThan(3 * SECOND);
  });

  it('keeps everybody’s place when the API server is away for all of them', async () => {
    await ring('a', 'b', 'c');
    const before = await leaseNames();
    for (const replica of world.replicas) replica.cut();
    await world.clock.advance(4 * SECOND);
    const count = world.acts.length;
    await world.clock.advance(26 * SECOND);
    expect(world.acts).toHaveLength(count);
    for (const replica of world.replicas) replica.heal();
    const since = world.clock.now();
    await world.clock.advance(6 * SECOND);
    expect(longestWaitMs(UIDS, since)).toBeLessThan(3 * SECOND);
    expect(await leaseNames()).toEqual(before);
  });

  it('does not care what time it is elsewhere, or that somebody sets the clock', async () => {
    const [a, b] = await ring('a', 'b', 'c');
    const before = await leaseNames();
    a?.setClock(30 * SECOND);
    b?.setClock(-3_600 * SECOND);
    const since = world.clock.now();
    await world.clock.advance(10 * SECOND);
    expect(await leaseNames()).toEqual(before);
    expect(longestWaitMs(UIDS, since)).toBeLessThan(2 * SECOND);
    expect(overlaps(world.acts)).toEqual([]);
  });

  it('joins anew when somebody deletes its Lease', async () => {
    const [, b] = await ring('a', 'b', 'c');
    const [, name = ''] = await leaseNames();
    const { signal } = new AbortController();
    await world.kube.delete(LEASES, { namespace: 'sluice', name }, { signal });
    await world.clock.advance(8 * SECOND);
    expect(await leaseNames()).toHaveLength(3);
    expect(await leaseNames()).not.toContain(name);
    expect(b?.membership.ready()).toBe(true);
    expect(overlaps(world.acts)).toEqual([]);
  });

  it('tells the others what it noted, for as long as it said', async () => {
    const [a, b] = await ring('a', 'b');
    a?.membership.note('object-0', { queue: 50 }, 5 * SECOND);
    await world.clock.advance(2 * SECOND);
    expect(b?.membership.noteOn('object-0')).toMatchObject({ note: { queue: 50 } });
    expect(b?.membership.noteOn('object-0')?.ageMs).toBeLessThan(2_000);
    await world.clock.advance(5 * SECOND);
    expect(b?.membership.noteOn('object-0')).toBeUndefined();
  });
});

async function leaseNames(): Promise<readonly string[]> {
  const { signal } = new AbortController();
  return (await world.kube.list(LEASES, { namespace: 'sluice', signal })).items.map(({ metadata }) => metadata.name);
}

const trouble = fc.record({
  kind: fc.constantFrom('freeze', 'cut', 'crash', 'leave', 'start', 'clock' as const),
  who: fc.nat({ max: 5 }),
  lastsMs: fc.integer({ min: 100, max: 12_000 }),
  thenMs: fc.integer({ min: 0, max: 4_000 }),
});

describe('controller/membership, whatever happens', () => {
  it('never lets two act on one object, and leaves none alone for long', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.array(trouble, { minLength: 1, maxLength: 8 }), async (seed, troubles) => {
        const random = seeded(seed);
        world = createRingWorld(UIDS.slice(0, 3), random);
        for (const name of ['a', 'b', 'c']) world.start(name);
        for (const { kind, who, lastsMs, thenMs } of troubles) {
          await world.clock.advance(thenMs);
          const replica = world.replicas[who % world.replicas.length];
          if (!replica?.isAlive()) continue;
          if (kind === 'freeze') {
            replica.freeze();
            world.clock.schedule(lastsMs, replica.thaw);
          } else if (kind === 'cut') {
            replica.cut();
            world.clock.schedule(lastsMs, replica.heal);
          } else if (kind === 'start') world.start(`r${world.replicas.length}`);
          else if (kind === 'clock') replica.setClock((random() - 0.5) * 7_200 * SECOND);
          else if (kind === 'crash') replica.crash();
          else void replica.leave();
        }
        if (!world.replicas.some((replica) => replica.isAlive())) world.start('last');
        await world.clock.advance(20 * SECOND);
        const since = world.clock.now();
        await world.clock.advance(2 * SECOND);
        const left = world.replicas.some((r) => r.isAlive()) ? longestWaitMs(UIDS.slice(0, 3), since) : 0;
        const twice = overlaps(world.acts);
        await world.stop();
        expect(twice).toEqual([]);
        expect(left).toBeLessThan(1_500);
      }),
      { numRuns: 25 },
    );
  }, 60_000);
});

describe('controller/membership memberName', () => {
  it.each(['sluice-7d9f-x2k', 'Frau.Müller’s Laptop', '', 'x'.repeat(400)])('makes a valid name of %j', (identity) => {
    const name = memberName(identity, seeded(1));
    expect(name).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
    expect(name.length).toBeLessThanOrEqual(253);
  });
});
