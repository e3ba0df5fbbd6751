// Which event goes where, and what the app's answer means.
import { describe, expect, it } from '@jest/globals';
import { ConfigError } from '../../../../src/errors.ts';
import { readMetadata } from '../../../../src/sandbox/dapr/component.ts';
import { daprCrds } from '../../../../src/sandbox/dapr/crds.ts';
import { readVerdict } from '../../../../src/sandbox/dapr/event-delivery.ts';
import { compileMatch } from '../../../../src/sandbox/dapr/match-expression.ts';
import { compileRoutes, mergeSubscriptions, readSubscriptions } from '../../../../src/sandbox/dapr/subscriptions.ts';
import { readTopicScopes } from '../../../../src/sandbox/dapr/topic-scopes.ts';

describe('sandbox/dapr/match-expression', () => {
  const event = { type: 'order.paid', source: "it's", data: { amount: 7, vip: true, lines: { 'a b': 'x' } } };

  it.each([
    ['event.type == "order.paid"', true],
    ["event.type == 'order.created'", false],
    ['event.type != "order.created"', true],
    ['event.data.amount == 7 && event.data.vip', true],
    ['event.data.vip == false || event["type"] == "order.paid"', true],
    ['(event.type == "a" || event.type == "order.paid") && event.data.vip == true', true],
    ['event.type == "a" || event.type == "order.paid" && event.data.vip == false', false],
    ['event.data.lines["a b"] == "x"', true],
    ['event.nothing.there == "x"', false],
    ['event.constructor == "x"', false],
    [String.raw`event.source == 'it\'s'`, true],
  ])('%s is %p', (expression, expected) => expect(compileMatch(expression)(event)).toBe(expected));

  it.each([
    '',
    'event.type',
    'event.type ==',
    'event.type == "a" and 1',
    'event.type.startsWith("a")',
    'a == b',
    'event.type ~ "a"',
  ])('refuses, or reads as no match, what it does not know: %j', (expression) => {
    let matched = false;
    try {
      matched = compileMatch(expression)(event);
    } catch (error) {
      expect(error).toBeInstanceOf(SyntaxError);
    }
    expect(matched).toBe(false);
  });
});

describe('sandbox/dapr/subscriptions', () => {
  it('takes the first rule that fits, then the default', () => {
    const route = compileRoutes([
      { match: 'event.type == "a"', path: '/a' },
      { match: '', path: '/rest' },
    ]);
    expect([route({ type: 'a' }), route({ type: 'b' })]).toEqual(['/a', '/rest']);
    expect(compileRoutes([{ match: 'event.type == "a"', path: '/a' }])({ type: 'b' })).toBeUndefined();
  });

  it("reads the app's own, old and new, and drops entries without a route", () => {
    const body = JSON.stringify([
      { pubsubname: 'p', topic: 'old', route: '/old' },
      { pubsubname: 'p', topic: 'new', routes: { rules: [{ match: 'm', path: '/m' }], default: '/d' }, route: '/x' },
      { pubsubname: 'p', topic: 'none' },
    ]);
    expect(readSubscriptions(body).map(({ topic, rules }) => [topic, rules])).toEqual([
      ['old', [{ path: '/old' }]],
      ['new', [{ match: 'm', path: '/m' }, { path: '/d' }]],
    ]);
    expect(readSubscriptions('')).toEqual([]);
    expect(() => readSubscriptions('{}')).toThrow(ConfigError);
  });

  it('has each topic once, the word of the app before that of the cluster', () => {
    const spec = (path: string) => ({
      pubsubName: 'p',
      topic: 't',
      deadLetterTopic: undefined,
      metadata: {},
      rules: [{ path }],
    });
    expect(mergeSubscriptions([spec('/cluster')], [spec('/app')])).toEqual([spec('/app')]);
  });
});

describe('sandbox/dapr/event-delivery', () => {
  it.each([
    [200, '', 'success'],
    [204, '', 'success'],
    [200, 'thanks', 'success'],
    [200, 'null', 'success'],
    [200, '{"status":""}', 'success'],
    [201, '{"status":"SUCCESS"}', 'success'],
    [200, '{"status":"RETRY"}', 'retry'],
    [200, '{"status":"WHAT"}', 'retry'],
    [200, '{"status":"DROP"}', 'drop'],
    [404, '', 'drop'],
    [500, '{"status":"SUCCESS"}', 'retry'],
    [302, '', 'retry'],
  ])('%i with %j means %s', (status, body, verdict) => expect(readVerdict({ status, body })).toBe(verdict));
});

describe('sandbox/dapr/topic-scopes', () => {
  it('keeps an app to its topics', () => {
    const metadata = { allowedTopics: 'a,b,c', publishingScopes: 'shop=a; mail=', subscriptionScopes: 'mail=b' };
    const shop = readTopicScopes(metadata, 'shop');
    const mail = readTopicScopes(metadata, 'mail');
    expect([shop.mayPublish('a'), shop.mayPublish('b'), shop.maySubscribe('c'), shop.maySubscribe('z')]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect([mail.mayPublish('a'), mail.maySubscribe('b'), mail.maySubscribe('c')]).toEqual([false, true, false]);
    expect(readTopicScopes({}, 'any').mayPublish('x')).toBe(true);
  });
});

describe('sandbox/dapr/component', () => {
  const component = (metadata: Record<string, string>) => ({
    name: 'c',
    type: 'pubsub.redis',
    metadata,
    ignoreErrors: false,
    initTimeoutMs: 5000,
  });

  it('finds fields whatever their case, and reads them in their units', () => {
    expect(
      readMetadata(component({ REDISHOST: 'h:1', concurrency: '3', enableTLS: 'True', a: '15s', b: '20' }), (read) => ({
        host: read.required('redisHost'),
        concurrency: read.count('concurrency', 10),
        tls: read.flag('enableTLS', false),
        aMs: read.durationMs('a', 0),
        bMs: read.durationMs('b', 0),
        user: read.text('user', 'nobody'),
      })),
    ).toEqual({ host: 'h:1', concurrency: 3, tls: true, aMs: 15_000, bMs: 20_000, user: 'nobody' });
  });

  it('names every bad field at once', () => {
    expect(() =>
      readMetadata(component({ concurrency: 'many', a: 'soon' }), (read) => [
        read.required('redisHost'),
        read.count('concurrency', 10),
        read.durationMs('a', 0),
      ]),
    ).toThrow(/component c \(pubsub\.redis\): redisHost[^]*concurrency[^]*'many'[^]*a: [^]*'soon'/);
  });
});

describe('sandbox/dapr/crds', () => {
  it('have one storage version each', () => {
    for (const crd of daprCrds) {
      const versions = crd.spec['versions'] as readonly { readonly storage: boolean }[];
      expect(versions.filter(({ storage }) => storage)).toHaveLength(1);
    }
    expect(daprCrds.map(({ metadata }) => metadata.name)).toEqual([
      'components.dapr.io',
      'subscriptions.dapr.io',
      'configurations.dapr.io',
    ]);
  });
});
