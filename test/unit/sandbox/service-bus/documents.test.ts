// What the management API reads and writes: durations, descriptions, rules, XML.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { escapeXml, readElements } from '../../../../src/sandbox/service-bus/atom.ts';
import { describe as describeEntity } from '../../../../src/sandbox/service-bus/description.ts';
import { formatDuration, parseDuration } from '../../../../src/sandbox/service-bus/duration.ts';
import { type Filter, matches } from '../../../../src/sandbox/service-bus/filters.ts';
import { toDeliveryTag } from '../../../../src/sandbox/service-bus/lock-token.ts';
import { unescapeXml } from '../../../../src/scalers/xml-text.ts';
import { readFilter } from '../../../../src/sandbox/service-bus/rule-document.ts';
import { fromUuidBytes, newUuid, toUuidBytes } from '../../../../src/sandbox/uuid.ts';
import { aMessage } from './queue-bench.ts';

describe('sandbox/service-bus/duration', () => {
  it.each([
    ['PT1M', 60_000],
    ['PT1H30M', 5_400_000],
    ['P14D', 1_209_600_000],
    ['PT0.5S', 500],
    ['P10675199DT2H48M5.4775807S', Infinity],
    ['P', undefined],
    ['PT', undefined],
    ['1 minute', undefined],
  ])('%s is %p ms', (text, ms) => expect(parseDuration(text)).toBe(ms));

  it('reads what it writes', () => {
    fc.assert(fc.property(fc.nat(10 ** 12), (ms) => parseDuration(formatDuration(ms)) === ms));
  });
});

describe('sandbox/service-bus/description', () => {
  it.each([
    [{ RequiresSession: 'true' }, 'RequiresSession'],
    [{ ForwardTo: 'other' }, 'ForwardTo'],
    [{ LockDuration: 'PT6M' }, 'PT5M'],
    [{ LockDuration: 'soon' }, "'soon'"],
    [{ MaxDeliveryCount: '0' }, "'0'"],
    [{ DefaultMessageTimeToLive: '-1' }, "'-1'"],
  ])('refuses %p with a sentence that names it', (elements, words) => {
    expect(describeEntity(new Map(Object.entries(elements)))).toEqual(expect.stringContaining(words));
  });

  it('gives what is left out the defaults of the service', () => {
    expect(describeEntity(new Map())).toMatchObject({
      settings: { lockDurationMs: 60_000, maxDeliveryCount: 10, timeToLiveMs: Infinity, deadLetterExpired: false },
    });
  });
});

describe('sandbox/service-bus/rule-document', () => {
  const rule = (filter: string): string =>
    `<RuleDescription>${filter}<Action i:type="EmptyRuleAction"/></RuleDescription>`;

  it.each<[string, Filter]>([
    ['<Filter i:type="TrueFilter"><SqlExpression>1=1</SqlExpression></Filter>', { type: 'true' }],
    ['<Filter i:type="FalseFilter"/>', { type: 'false' }],
    ['<Filter i:type="SqlFilter"><SqlExpression>1 = 1</SqlExpression></Filter>', { type: 'true' }],
    [
      '<Filter i:type="CorrelationFilter"><Label>a&amp;b</Label><Properties><KeyValueOfstringanyType><Key>k</Key>' +
        '<Value i:type="x:string">v</Value></KeyValueOfstringanyType></Properties></Filter>',
      { type: 'correlation', system: { Label: 'a&b' }, properties: { k: 'v' } },
    ],
  ])('reads %s', (xml, filter) => expect(readFilter(rule(xml))).toEqual(filter));

  it.each([
    ['<Filter i:type="SqlFilter"><SqlExpression>price &gt; 3</SqlExpression></Filter>', 'price > 3'],
    ['<Filter i:type="MagicFilter"/>', 'MagicFilter'],
  ])('refuses %s by name', (xml, words) => expect(readFilter(rule(xml))).toEqual(expect.stringContaining(words)));
});

describe('sandbox/service-bus/filters', () => {
  const message = aMessage('m', { sections: { subject: 'paid' }, applicationProperties: { n: 3 } });
  it.each<[Filter, boolean]>([
    [{ type: 'true' }, true],
    [{ type: 'false' }, false],
    [{ type: 'correlation', system: { Label: 'paid' }, properties: { n: '3' } }, true],
    [{ type: 'correlation', system: { Label: 'paid' }, properties: { n: '4' } }, false],
    [{ type: 'correlation', system: { To: 'x' }, properties: {} }, false],
  ])('%j matches: %p', (filter, expected) => expect(matches(filter, message)).toBe(expected));
});

describe('sandbox/service-bus/atom', () => {
  it('reads back any text it escaped', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => unescapeXml(escapeXml(text)) === text));
  });

  it('reads the elements of a description and passes nested ones by', () => {
    const xml =
      '<entry><QueueDescription xmlns="x"><LockDuration>PT1M</LockDuration><a:UserMetadata>&#x41;&lt;</a:UserMetadata></QueueDescription></entry>';
    expect([...readElements(xml)]).toEqual([
      ['LockDuration', 'PT1M'],
      ['UserMetadata', 'A<'],
    ]);
  });
});

describe('sandbox/service-bus/lock-token', () => {
  it('is a UUID whose delivery tag has the first three groups swapped', () => {
    expect(toDeliveryTag('00112233-4455-6677-8899-aabbccddeeff').toString('hex')).toBe(
      '33221100554477668899aabbccddeeff',
    );
    const token = newUuid(() => 0.999);
    expect(token).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(fromUuidBytes(toUuidBytes(token))).toBe(token);
  });
});
