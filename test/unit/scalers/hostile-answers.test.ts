// A server that a trigger names may belong to somebody who wants to bring Sluice to a halt: no answer takes longer to read than to send.
// Each of these took minutes, or more memory than a pod has; a test that is not over in half a minute fails.
import { describe, expect, it, jest } from '@jest/globals';
import { readEntities } from '../../../src/scalers/azure-servicebus/atom.ts';
import { createNamespace } from '../../../src/scalers/azure-servicebus/management.ts';
import { metricsOf } from '../../../src/scalers/external/metrics.ts';
import { findInJson, findInYaml } from '../../../src/scalers/gjson/find.ts';
import { parseGoDuration } from '../../../src/scalers/go-duration.ts';
import { createReader } from '../../../src/scalers/kafka/wire-types.ts';
import { createExtract } from '../../../src/scalers/metrics-api/extract.ts';
import { parseSelector, sampleValue } from '../../../src/scalers/metrics-api/text-format.ts';
import { readXml } from '../../../src/scalers/metrics-api/xml.ts';
import { readInstantValue } from '../../../src/scalers/prometheus/answer.ts';
import { parseHost } from '../../../src/scalers/rabbitmq/host.ts';
import { createManagementApi } from '../../../src/scalers/rabbitmq/management.ts';
import { createRest } from '../../../src/scalers/rest.ts';
import { parseQuantity } from '../../../src/quantity.ts';
import { createFakeClock } from '../../support/clock.ts';
import { createFakeHttp } from '../../support/fake-http.ts';

const { signal } = new AbortController();
jest.setTimeout(30_000);
const MANY = 200_000;
const LONG = 2 ** 20;

describe('XML', () => {
  it('may have many elements of one name', () => {
    expect(readXml(`<r>${'<a/>'.repeat(MANY)}</r>`)).toMatchObject({ r: { a: expect.any(Array) } });
  });
  it('may be nested deeply', () => {
    expect(readXml('<a>'.repeat(MANY) + '</a>'.repeat(MANY))).toBeDefined();
  });
  it.each(['<a', '<a ', '<a b', '<a b=', '<!--', '<![CDATA[', '<!DOCTYPE', '<!DOCTYPE[', '<?', '&', '&#'])(
    'may be nothing but %j',
    (text) => {
      expect(() => readXml(`<a>${text.repeat(MANY)}`)).toThrow('no well-formed XML');
    },
  );
  it('has no entities but those of XML itself', () => {
    const bomb = '<!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;">]><a>&c;</a>';
    expect(readXml(bomb)).toEqual({ a: '&c;' });
    expect(() => readXml('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>x')).toThrow();
  });
});

describe('Prometheus’s text format', () => {
  const ask = (body: string) => sampleValue(body, parseSelector('a'));
  it.each<[string, string]>([
    ['a name', `${'a'.repeat(LONG)} b c`],
    ['digits', `a ${'1'.repeat(LONG)}x`],
    ['signs', `a 1${'#'.repeat(LONG)}\u2028 x\u2028`],
    ['blanks', `a 1${' '.repeat(LONG)}x`],
    ['quotes', `a{${'"a'.repeat(LONG / 2)}`],
    ['labels', `a{${'b="c",'.repeat(MANY)}`],
  ])('may have %s without end in a line', (_, line) => {
    let found: unknown;
    try {
      found = ask(line);
    } catch (error) {
      found = error;
    }
    expect(found).not.toBe(undefined);
  });
  it('may be nothing but line breaks', () => {
    expect(ask('\n'.repeat(4 * LONG))).toBeUndefined();
  });
});

describe('a number', () => {
  it('may have a million digits and be none', () => {
    const digits = `${'1'.repeat(LONG)}x`;
    expect([parseQuantity(digits), parseGoDuration(digits)]).toEqual([undefined, undefined]);
    const body = JSON.stringify({ data: { resultType: 'scalar', result: [1, digits.slice(-100_000)] } });
    expect(() => readInstantValue(body, { what: 'p', query: 'q', empty: 'zero' })).toThrow('found something else');
  });
});

describe('the answer to a query', () => {
  it('is not taken apart when it has many series', () => {
    const body = `{"data":{"resultType":"vector","result":[${'{},'.repeat(MANY)}{}]}}`;
    expect(() => readInstantValue(body, { what: 'p', query: 'q', empty: 'zero' })).toThrow('found far more');
  });
});

describe('Atom', () => {
  it.each(['<entry>', '<entry><title ', '<title ', '<ActiveMessageCount ', '<ActiveMessageCount> '])(
    'may be nothing but %j',
    (text) => {
      expect(readEntities(text.repeat(MANY))).toEqual([]);
      expect(readEntities(`<entry>${text.repeat(MANY)}</entry>`)).toHaveLength(1);
    },
  );
});

describe('a path in JSON', () => {
  const list = `[${'1,'.repeat(LONG / 2)}1]`;
  const deep = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
  it.each<[string, string, string]>([
    ['turns it around again and again', `${'@reverse|'.repeat(200)}0`, list],
    ['doubles it again and again', `${'[@this,@this]|'.repeat(100)}0`, '[1,2]'],
    ['puts it in quotes again and again', `${'@tostr|'.repeat(100)}a`, String.raw`"\\\\"`],
    ['digs in what is nested', '@dig:b', '['.repeat(1_500) + list + ']'.repeat(1_500)],
    ['goes down without end', `${'a.'.repeat(990)}a`, deep(LONG / 8)],
  ])('is given up when it %s', async (_, path, text) => {
    expect(() => findInJson(path)(text)).toThrow(RangeError);
    await expect(createExtract('json', path)(text, 'api')).rejects.toThrow(
      'api: the answer is too large to look for a value at valueLocation in it',
    );
  });
  it('is found in what is large, or deep, all the same', () => {
    expect(findInJson('#')(list)).toBe(LONG / 2 + 1);
    expect(findInJson('@reverse.@reverse.0')(list)).toBe(1);
    expect(findInJson(`${'a.'.repeat(99)}a`)(deep(100))).toBe(1);
  });
  it('has an end', () => {
    expect(() => findInJson('a'.repeat(2_001))).toThrow('it has more than 2000 characters');
  });
});

describe('YAML', () => {
  it('is not read when it is long', async () => {
    await expect(findInYaml('a')(`a: [${'[],'.repeat(22_000)}]`)).rejects.toThrow(RangeError);
  });
  it.each(['&a ', '- ', '? ', '<<: *a\n', '---\n', '"\\\n '])('may be nothing but %j', async (text) => {
    const asked = findInYaml('a')(text.repeat(Math.floor(65_000 / text.length)));
    await Promise.resolve(asked).catch((error: unknown) => expect(error).toBeInstanceOf(Error));
  });
  it('has no aliases that multiply', async () => {
    const layers = Array.from(
      'bcdefghi',
      (name, i) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghi'[i]}`).join(',')}]`,
    );
    await expect(findInYaml('a')(`a: &a [x]\n${layers.join('\n')}`)).rejects.toThrow('resource exhaustion');
  });
});

describe('a listing', () => {
  const host = parseHost('http://mq:15672/shop');
  const identity = { credentials: async () => ({ headers: {} }), close: async () => {} };
  const rabbit = (text: (page: number) => string) => {
    if (!host) throw new Error('unreachable');
    const http = createFakeHttp((url) => ({ text: text(Number(url.searchParams.get('page'))) }));
    return createManagementApi({ host, http, identity, clock: createFakeClock(), what: 'mq' });
  };

  it('of RabbitMQ has an end', async () => {
    const items = Array.from({ length: 500 }, (_, n) => ({ name: `q${n}`, messages: 1 }));
    const api = rabbit((page) => JSON.stringify({ items, page_count: page + 1 }));
    await expect(api.matching('shop', '^q', 500, signal)).rejects.toThrow('expected at most 150000 queues that match');
  });

  it.each([
    ['of empty objects', `[${'{},'.repeat(MANY)}{}]`],
    ['of empty lists', `{"page_count":1,"items":[${'[],'.repeat(MANY)}[]]}`],
    ['of brackets', '['.repeat(2 * LONG)],
  ])('of RabbitMQ is not one %s', async (_, text) => {
    await expect(rabbit(() => text).matching('shop', '^q', 500, signal)).rejects.toThrow(
      'expected the figures of queues as JSON, found something else',
    );
  });

  it('of Service Bus has an end', async () => {
    const entry = '<entry><title>q</title><ActiveMessageCount>1</ActiveMessageCount></entry>';
    const http = createFakeHttp(() => ({ text: `<feed>${entry.repeat(100)}</feed>` }));
    const options = { origin: 'https://bus', http, authorize: async () => 'x', what: 'bus' };
    const namespace = createNamespace({ ...options, rest: createRest(createFakeClock(), 'bus asks') });
    await expect(namespace.list({ kind: 'queues' }, signal)).rejects.toThrow('expected at most 20000 entities');
  });

  it('of metrics has an end', () => {
    const spec = (n: number) => ({ metricName: `m${n}`, value: 1 });
    expect(() =>
      metricsOf(
        'ext',
        Array.from({ length: 101 }, (_, n) => spec(n)),
      ),
    ).toThrow('expected at most 100 metrics');
    expect(() => metricsOf('ext', [{ metricName: 'm'.repeat(1_001), value: 1 }])).toThrow('found a longer one');
  });

  it('of Kafka is not as long as it claims', () => {
    const bytes = Buffer.alloc(2 ** 20);
    bytes.writeInt32BE(2 ** 20 - 4);
    expect(() => createReader(bytes, false).array(() => ({}))).toThrow(RangeError);
  });
});
