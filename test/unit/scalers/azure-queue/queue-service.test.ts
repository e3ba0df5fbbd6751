import { describe, expect, it } from '@jest/globals';
import { StorageSharedKeyCredential } from '@azure/storage-queue';
import fc from 'fast-check';
import { createAuthorize } from '../../../../src/scalers/azure-queue/authorize.ts';
import { createQueueService } from '../../../../src/scalers/azure-queue/queue-service.ts';
import type { HttpAnswer } from '../../../../src/scalers/http.ts';
import { createRest } from '../../../../src/scalers/rest.ts';
import { createFakeClock } from '../../../support/clock.ts';
import { createFakeHttp } from '../../../support/fake-http.ts';

const never = new AbortController().signal;
const right = { account: 'shop', key: Buffer.from('hunter2') };
const counted = (count: string): Partial<HttpAnswer> => ({ headers: { 'x-ms-approximate-messages-count': count } });

function setUp(answer: Partial<HttpAnswer>) {
  const clock = createFakeClock();
  const state = { answer };
  const http = createFakeHttp(() => state.answer);
  const endpoint = 'https://shop.queue.core.windows.net';
  const rest = createRest(clock, 'queues: the account asks');
  return { clock, http, state, service: createQueueService({ endpoint, right, http, clock, rest, what: 'queues' }) };
}

describe('createQueueService', () => {
  it.each([
    ['0', 0],
    ['100000', 100_000],
    ['9007199254740', 9_007_199_254_740],
  ])('reads the count %s', async (text, count) => {
    expect(await setUp(counted(text)).service.approximateCount('orders', never)).toBe(count);
  });

  it.each(['', '-1', '1.5', '1e3', 'many', '99999999999999999999'])('takes the count %j for none', async (text) => {
    const { service } = setUp(counted(text));
    await expect(service.approximateCount('orders', never)).rejects.toMatchObject({ code: 'SOURCE_ANSWER' });
  });

  it('counts the messages that it is shown, whatever they say', async () => {
    const message = '<QueueMessage><MessageText>&lt;QueueMessage&gt;</MessageText></QueueMessage>';
    const { service, http } = setUp({ text: `<?xml?><QueueMessagesList>${message.repeat(3)}</QueueMessagesList>` });
    expect(await service.visibleCount('orders', never)).toBe(3);
    expect(http.asked[0]?.url.href).toBe(
      'https://shop.queue.core.windows.net/orders/messages?peekonly=true&numofmessages=32',
    );
    expect(await setUp({ text: '<QueueMessagesList />' }).service.visibleCount('orders', never)).toBe(0);
    await expect(setUp({ text: '<html>' }).service.visibleCount('orders', never)).rejects.toMatchObject({
      code: 'SOURCE_ANSWER',
    });
  });

  it('tells the age of the oldest message that it is shown, by the account’s clock', async () => {
    const at = (time: string) => `<QueueMessage><InsertionTime>${time}</InsertionTime></QueueMessage>`;
    const list = (...messages: readonly string[]) => `<QueueMessagesList>${messages.join('')}</QueueMessagesList>`;
    const times = ['Fri, 20 Nov 2026 09:59:00 GMT', 'Fri, 20 Nov 2026 09:58:30 GMT', 'Fri, 20 Nov 2026 10:00:05 GMT'];
    const headers = { date: 'Fri, 20 Nov 2026 10:00:00 GMT' };
    const ageOf = (answer: Partial<HttpAnswer>) => setUp(answer).service.oldestVisibleAge('orders', never);
    expect(await ageOf({ text: list(...times.map(at)), headers })).toBe(90);
    expect(await ageOf({ text: list(at(times[2] ?? '')), headers })).toBe(0);
    expect(await ageOf({ text: '<QueueMessagesList />', headers })).toBe(0);
    for (const answer of [
      { text: list(at('yesterday')), headers },
      { text: list(at(times[0] ?? '')), headers: {} },
    ]) {
      await expect(ageOf(answer)).rejects.toMatchObject({ code: 'SOURCE_ANSWER' });
    }
  });

  it('asks once for the count and the age', async () => {
    const { service, http } = setUp({
      text: '<QueueMessagesList />',
      headers: { date: 'Fri, 20 Nov 2026 10:00:00 GMT' },
    });
    await Promise.all([service.visibleCount('orders', never), service.oldestVisibleAge('orders', never)]);
    expect(http.asked).toHaveLength(1);
  });

  it('asks once for triggers on one queue, and for each queue of the account', async () => {
    const { service, http } = setUp(counted('4'));
    const ask = (queue: string): Promise<number> => service.approximateCount(queue, never);
    expect(await Promise.all([ask('one'), ask('one'), ask('two')])).toEqual([4, 4, 4]);
    expect(http.asked).toHaveLength(2);
  });

  it.each([
    [429, 3_000, 3_000],
    [503, undefined, 4_000],
  ])('leaves an account alone that answers %i, whatever queue is asked for', async (status, retryAfterMs, restMs) => {
    const { service, http, state, clock } = setUp({ status, retryAfterMs });
    const ask = (queue: string): Promise<number> => service.approximateCount(queue, never);
    const throttled = {
      code: 'SOURCE_THROTTLED',
      message: `queues: the account asks to be left alone for ${restMs} ms`,
    };
    await expect(ask('one')).rejects.toMatchObject({ ...throttled, retryAfterMs: restMs });
    state.answer = counted('4');
    await clock.advance(restMs - 10);
    await expect(ask('two')).rejects.toMatchObject({ code: 'SOURCE_THROTTLED', retryAfterMs: 10 });
    expect(http.asked).toHaveLength(1);
    await clock.advance(10);
    expect(await ask('two')).toBe(4);
  });

  it.each([
    [401, 'InvalidAuthenticationInfo', 'AUTH_FAILED', "check AccountName and AccountKey, and our machine's clock"],
    [403, 'AuthenticationFailed', 'AUTH_FAILED', "check AccountName and AccountKey, and our machine's clock"],
    [403, 'KeyBasedAuthenticationNotPermitted', 'AUTH_FAILED', 'the account allows no keys; use a pod identity'],
    [403, 'AccountIsDisabled', 'AUTH_FAILED', 'the account is disabled'],
    [404, 'QueueNotFound', 'SOURCE_NOT_FOUND', 'there is no queue "orders"'],
    [409, 'QueueBeingDeleted', 'SOURCE_NOT_FOUND', 'there is no queue "orders"'],
    [409, 'QueueDisabled', 'SOURCE_ANSWER', 'expected HTTP 200 for queue "orders", found 409'],
    [400, 'AccountRequiresHttps', 'SOURCE_ANSWER', 'the account wants HTTPS; write DefaultEndpointsProtocol=https'],
    [500, 'OperationTimedOut', 'SOURCE_UNAVAILABLE', "the account can't answer now (HTTP 500)"],
    [302, '', 'SOURCE_ANSWER', 'expected HTTP 200 for queue "orders", found 302'],
  ])('takes HTTP %i %s for %s', async (status, reason, code, message) => {
    const { service } = setUp({ status, headers: { 'x-ms-error-code': reason } });
    await expect(service.approximateCount('orders', never)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });

  it('tells nothing that the server says', async () => {
    const { service } = setUp({ status: 403, text: 'hunter2', headers: { 'x-ms-error-code': 'hunter2' } });
    await expect(service.approximateCount('orders', never)).rejects.not.toMatchObject({
      message: expect.stringContaining('hunter2'),
    });
  });
});

describe('createAuthorize', () => {
  it('signs the lines that Azure documents, with the HMAC of its own client, whatever is asked', async () => {
    const query = fc.dictionary(fc.constantFrom('comp', 'peekonly', 'numofmessages', 'Timeout'), fc.string());
    await fc.assert(
      fc.asyncProperty(query, fc.constantFrom('', '/shop'), async (parameters, prefix) => {
        const url = new URL(`https://shop.example${prefix}/orders/messages?${new URLSearchParams(parameters)}`);
        const { headers } = await createAuthorize(right, createFakeClock())(url, never);
        expect(headers['authorization']).toBe(await documentedAuthorization(url, headers));
      }),
    );
  });
});

/** Azure: the string to sign for the queue service, line by line. */
async function documentedAuthorization(url: URL, headers: Readonly<Record<string, string>>): Promise<string> {
  const stringToSign = [
    'GET',
    ...Array.from({ length: 11 }, () => ''),
    `x-ms-date:${headers['x-ms-date']}`,
    `x-ms-version:${headers['x-ms-version']}`,
    `/shop${url.pathname}`,
    ...[...url.searchParams].map(([name, value]) => `${name.toLowerCase()}:${value}`).sort(),
  ].join('\n');
  const credential = new StorageSharedKeyCredential('shop', right.key.toString('base64'));
  return `SharedKey shop:${credential.computeHMACSHA256(stringToSign)}`;
}
