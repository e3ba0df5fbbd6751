import { describe, expect, it } from '@jest/globals';
import { parseHost } from '../../../../src/scalers/rabbitmq/host.ts';
import { createManagementApi } from '../../../../src/scalers/rabbitmq/management.ts';
import { createFakeClock } from '../../../support/clock.ts';
import { createFakeHttp } from '../../../support/fake-http.ts';

const never = new AbortController().signal;
const queue = (n: number) => ({
  name: `q${n}`,
  messages: n,
  messages_ready: n,
  message_stats: { publish_details: { rate: 0.5 } },
});

function setUp(total: number) {
  const clock = createFakeClock();
  const state = { status: 200, text: undefined as string | undefined, refusals: 0, hasTotals: true };
  const http = createFakeHttp((url) => {
    if (state.status !== 200 || state.text !== undefined) return { status: state.status, text: state.text ?? '' };
    const all = Array.from({ length: total }, (_, n) => queue(n));
    const [, name] = /\/api\/queues\/[^/]+\/(.+)$/.exec(url.pathname) ?? [];
    if (name !== undefined)
      return name === 'nobody' ? { status: 404 } : { text: JSON.stringify(queue(Number(name.slice(1)))) };
    const page = Number(url.searchParams.get('page'));
    const isBare = !state.hasTotals && url.searchParams.has('disable_stats');
    if (page === 0) return { text: JSON.stringify(isBare ? all.map(({ name: bare }) => ({ name: bare })) : all) };
    const size = Number(url.searchParams.get('page_size'));
    const items = all.slice((page - 1) * size, page * size);
    return { text: JSON.stringify({ items, page_count: Math.ceil(total / size) }) };
  });
  const host = parseHost('http://mq:15672/api-gate/shop');
  if (!host) throw new Error('unreachable');
  const identity = {
    credentials: async () => ({ headers: { authorization: 'Basic x' }, refused: () => void state.refusals++ }),
    close: async () => {},
  };
  const api = createManagementApi({ host, http, identity, clock, what: 'mq' });
  const ask = async (names: readonly string[]) => {
    const outcome = Promise.allSettled(names.map((name) => api.queue('team/a', name, 'depth', never)));
    await clock.advance(5);
    return (await outcome).map((result) =>
      result.status === 'fulfilled' ? result.value.messages : result.reason.code,
    );
  };
  return { api, clock, http, state, ask };
}

describe('createManagementApi', () => {
  it('asks for one queue alone', async () => {
    const { ask, http } = setUp(3);
    expect(await ask(['q2'])).toEqual([2]);
    expect(http.asked[0]?.url.href).toMatch(/^http:\/\/mq:15672\/api-gate\/api\/queues\/team%2Fa\/q2\?columns=/);
  });

  it('answers for several with one listing of the virtual host', async () => {
    const { ask, http } = setUp(30);
    expect(await ask(['q1', 'q2', 'q2', 'nobody'])).toEqual([1, 2, 2, 'SOURCE_NOT_FOUND']);
    expect(http.asked).toHaveLength(1);
  });

  it('leaves the statistics out where the depth is all that is wanted, unless the broker has no totals then', async () => {
    const { ask, http, state } = setUp(30);
    await ask(['q1', 'q2']);
    expect(http.asked[0]?.url.search).toContain('disable_stats=true&enable_queue_totals=true');
    state.hasTotals = false;
    expect(await ask(['q1', 'q2'])).toEqual([1, 2]);
    expect(http.asked[2]?.url.search).not.toContain('disable_stats');
  });

  it('stops listing a virtual host where hardly any queue is asked for', async () => {
    const { ask, http } = setUp(1_000);
    await ask(['q1', 'q2']);
    http.asked.length = 0;
    expect(await ask(['q1', 'nobody'])).toEqual([1, 'SOURCE_NOT_FOUND']);
    expect(http.asked).toHaveLength(2);
  });

  it('follows the pages of a pattern', async () => {
    const { api, http } = setUp(25);
    const found = await api.matching('shop', '^q', 10, never);
    expect(found.map(({ messages }) => messages)).toEqual(Array.from({ length: 25 }, (_, n) => n));
    expect(found[3]).toMatchObject({ publishRate: 0.5, deliverRate: 0 });
    expect(http.asked).toHaveLength(3);
  });

  it('tells what consumers took and settled, and since when the oldest message is there', async () => {
    const { api, state } = setUp(1);
    const message_stats = { deliver_get: 10, redeliver: 2, ack: 4, deliver_no_ack: 2, get_no_ack: 1 };
    const items = [
      { name: 'busy', head_message_timestamp: 1_700_000_000, message_stats },
      { name: 'untimed', head_message_timestamp: null },
    ];
    state.text = JSON.stringify({ items, page_count: 1 });
    expect(await api.matching('shop', '^', 10, never)).toMatchObject([
      { headTimestamp: 1_700_000_000, taken: 8, settled: 7 },
      { headTimestamp: undefined, taken: 0, settled: 0 },
    ]);
  });

  it('asks for no larger page than the broker gives', async () => {
    const { api, http } = setUp(700);
    expect(await api.matching('shop', '^q', 10_000, never)).toHaveLength(700);
    expect(http.asked.map(({ url }) => url.searchParams.get('page_size'))).toEqual(['500', '500']);
  });

  it('says that a pattern is refused', async () => {
    const { api, state } = setUp(3);
    Object.assign(state, { status: 400 });
    await expect(api.matching('shop', '(', 10, never)).rejects.toMatchObject({
      code: 'SOURCE_ANSWER',
      message: 'mq: the broker refuses the pattern in queueName (HTTP 400)',
    });
  });

  it('does not wait for the pages of a pattern for ever, and asks anew then', async () => {
    const { api, clock, http } = setUp(3);
    const { request } = http;
    // A server that says a little every now and then is not silent.
    http.request = () => new Promise(() => {});
    const late = expect(api.matching('shop', '^q', 10, never)).rejects.toMatchObject({ code: 'SOURCE_TIMEOUT' });
    await clock.advance(20_000);
    await late;
    http.request = request;
    expect(await api.matching('shop', '^q', 10, never)).toHaveLength(3);
  });

  it.each([
    [401, undefined, 'AUTH_FAILED'],
    [403, undefined, 'AUTH_FAILED'],
    [404, undefined, 'SOURCE_NOT_FOUND'],
    [429, undefined, 'SOURCE_THROTTLED'],
    [502, undefined, 'SOURCE_UNAVAILABLE'],
    [302, undefined, 'SOURCE_ANSWER'],
    [200, '<html>', 'SOURCE_ANSWER'],
    [200, '{"name":"q1","messages":"many"}', 'SOURCE_ANSWER'],
    [200, '[{"messages":1}]', 'SOURCE_ANSWER'],
  ])('takes HTTP %i with %j for %s', async (status, text, code) => {
    const { ask, state } = setUp(3);
    Object.assign(state, { status, text });
    expect(await ask(['q1'])).toEqual([code]);
    expect(await ask(['q1', 'q2'])).toEqual([code, code]);
  });

  it('says when its credentials are refused, so that a token is exchanged anew', async () => {
    const { ask, state } = setUp(3);
    for (const status of [200, 403, 401]) {
      Object.assign(state, { status });
      await ask(['q1']);
    }
    expect(state.refusals).toBe(1);
  });

  it('does not take a count that is missing for 0', async () => {
    const { ask, state } = setUp(3);
    Object.assign(state, { text: '{"name":"q1"}' });
    expect(await ask(['q1'])).toEqual([undefined]);
  });
});
