import { describe, expect, it } from '@jest/globals';
import { createCounts } from '../../../../src/scalers/azure-servicebus/counts.ts';
import { type Collection, createNamespace } from '../../../../src/scalers/azure-servicebus/management.ts';
import { createRest } from '../../../../src/scalers/rest.ts';
import { createFakeClock } from '../../../support/clock.ts';
import { createFakeHttp } from '../../../support/fake-http.ts';

const queues: Collection = { kind: 'queues' };
const never = new AbortController().signal;
const entry = (name: string, active: number | string) =>
  `<entry><title type="text">${name}</title><content><d2p1:ActiveMessageCount xmlns:d2p1="x">${active}</d2p1:ActiveMessageCount></content></entry>`;

/** A namespace with `total` queues q0, q1, … where qN has N active messages. */
function setUp(total: number, mayList = true) {
  const clock = createFakeClock();
  const state = { status: 200, retryAfterMs: undefined as number | undefined };
  const http = createFakeHttp((url) => {
    if (state.status !== 200) return state;
    if (!url.pathname.startsWith('/$Resources')) {
      const n = Number(/^\/q(\d+)$/i.exec(url.pathname)?.[1] ?? Number.NaN);
      return { text: n < total ? entry(`q${n}`, n) : '<feed xmlns="atom"></feed>' };
    }
    const [skip, top] = [Number(url.searchParams.get('$skip')), Number(url.searchParams.get('$top'))];
    const page = Array.from({ length: total }, (_, n) => entry(`q${n}`, n)).slice(skip, skip + top);
    return { text: `<feed xmlns="atom">${page.join('')}</feed>` };
  });
  const namespace = createNamespace({
    origin: 'https://ns.example',
    http,
    authorize: async (scope) => `for ${scope}`,
    rest: createRest(clock, 'bus: the namespace asks'),
    what: 'bus',
  });
  const counts = createCounts({ namespace, clock, what: 'bus', mayList });
  const ask = async (names: readonly string[]) => {
    const outcome = Promise.allSettled(names.map((name) => counts.one(queues, name, never)));
    await clock.advance(5);
    return (await outcome).map((result) => (result.status === 'fulfilled' ? result.value : result.reason.code));
  };
  return { clock, http, state, counts, ask };
}
const names = (count: number) => Array.from({ length: count }, (_, n) => `q${n}`);

describe('createCounts', () => {
  it('asks for a few queues one by one, each with a right for it alone', async () => {
    const { ask, http } = setUp(10);
    expect(await ask(['q3', 'q7', 'nobody'])).toEqual([3, 7, 'SOURCE_NOT_FOUND']);
    expect(http.asked.map(({ request }) => request.headers?.['authorization'])).toEqual([
      'for https://ns.example/q3',
      'for https://ns.example/q7',
      'for https://ns.example/nobody',
    ]);
  });

  it('lists the namespace in pages of a hundred for many, and finds names in any letter case', async () => {
    const { ask, http } = setUp(1_000);
    expect(await ask([...names(999), 'Q999', 'nobody'])).toEqual([
      ...names(1_000).map((_, n) => n),
      'SOURCE_NOT_FOUND',
    ]);
    expect(http.asked).toHaveLength(11);
  });

  it('stops listing a namespace that has more pages than there are questions', async () => {
    const { ask, http } = setUp(1_000);
    await ask(names(8));
    http.asked.length = 0;
    expect(await ask(names(8))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(http.asked).toHaveLength(8);
  });

  it('never lists with a right for one entity', async () => {
    const { ask, http } = setUp(10, false);
    await ask(names(8));
    expect(http.asked.every(({ url }) => !url.pathname.includes('$Resources'))).toBe(true);
  });

  it.each([
    [429, 3_000, 3_000],
    [503, undefined, 10_000],
  ])('leaves a namespace alone that answers %i', async (status, retryAfterMs, restMs) => {
    const { ask, http, state, clock } = setUp(10);
    Object.assign(state, { status, retryAfterMs });
    expect(await ask(['q1'])).toEqual(['SOURCE_THROTTLED']);
    Object.assign(state, { status: 200 });
    await clock.advance(restMs - 10);
    expect(await ask(['q1'])).toEqual(['SOURCE_THROTTLED']);
    expect(http.asked).toHaveLength(1);
    await clock.advance(10);
    expect(await ask(['q1'])).toEqual([1]);
  });

  it('does not leave it alone for the hour that the clock was set back meanwhile', async () => {
    const { ask, state, clock } = setUp(10);
    Object.assign(state, { status: 429 });
    expect(await ask(['q1'])).toEqual(['SOURCE_THROTTLED']);
    Object.assign(state, { status: 200 });
    clock.set(clock.now() - 3_600_000);
    await clock.advance(10_000);
    expect(await ask(['q1'])).toEqual([1]);
  });

  it.each([
    [401, 'AUTH_FAILED'],
    [403, 'AUTH_FAILED'],
    [404, 'SOURCE_NOT_FOUND'],
    [500, 'SOURCE_UNAVAILABLE'],
    [301, 'SOURCE_ANSWER'],
  ])('takes HTTP %i for %s', async (status, code) => {
    const { ask, state } = setUp(10);
    Object.assign(state, { status });
    expect(await ask(['q1'])).toEqual([code]);
    expect(await ask(names(6))).toEqual(names(6).map(() => code));
  });

  it.each(['<html>login</html>', '', entry('q1', 'many'), '<entry><title>q1</title></entry>'])(
    'takes the answer %j for no count',
    async (text) => {
      const clock = createFakeClock();
      const http = createFakeHttp(() => ({ text }));
      const namespace = createNamespace({
        origin: 'https://ns.example',
        http,
        authorize: async () => 'x',
        rest: createRest(clock, 'bus'),
        what: 'bus',
      });
      await expect(namespace.count(queues, 'q1', never)).rejects.toMatchObject({ code: 'SOURCE_ANSWER' });
    },
  );

  it('asks for subscriptions below their topic, with names as they are', async () => {
    const clock = createFakeClock();
    const http = createFakeHttp(() => ({ text: entry('a &amp; b', 4) }));
    const namespace = createNamespace({
      origin: 'https://ns.example',
      http,
      authorize: async () => 'x',
      rest: createRest(clock, 'bus'),
      what: 'bus',
    });
    const collection: Collection = { kind: 'subscriptions', topic: 'team/events' };
    expect(await namespace.count(collection, 'a#1', never)).toBe(4);
    expect(http.asked[0]?.url.pathname).toBe('/team/events/Subscriptions/a%231');
    expect(await namespace.list(collection, never)).toEqual([{ name: 'a & b', active: 4 }]);
  });
});
