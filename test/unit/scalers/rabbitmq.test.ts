import { describe, expect, it } from '@jest/globals';
import { polled, problems, warningsOf } from '../../support/written-trigger.ts';

const amqp = { queueName: 'jobs', host: 'amqp://u:hunter2@mq/shop' };
const http = { queueName: 'jobs', host: 'http://u:hunter2@mq:15672/shop' };

describe('rabbitmq', () => {
  it.each([
    [{}, 20],
    [{ queueLength: '7.5' }, 7.5],
    [{ queueLength: '0' }, 20],
    [{ mode: 'QueueLength', value: '9' }, 9],
    [{ mode: 'Unknown' }, 20],
  ])('%j has the target %d', (change, target) => {
    expect(polled('rabbitmq', { metadata: { ...amqp, ...change } }).metric.target).toBe(target);
  });

  it.each([
    ['a/b', 'rabbitmq-a-2Fb'],
    ['my queue', 'rabbitmq-my+queue'],
    ['a.b:c', 'rabbitmq-a-b-3Ac'],
    ["a*~!'()", 'rabbitmq-a-2A~-21-27-28-29'],
  ])('names the metric of queue %j %s', (queueName, name) => {
    expect(polled('rabbitmq', { metadata: { ...amqp, queueName } }).metric.name).toBe(name);
  });

  it('may take as long for an answer as its timeout says, even where others may not', () => {
    expect(polled('rabbitmq', { metadata: { ...http, timeout: '9s' } }).readTimeoutMs).toBe(9_000);
    for (const change of [{}, { timeout: '0' }]) {
      expect(polled('rabbitmq', { metadata: { ...http, ...change } }).readTimeoutMs).toBeUndefined();
    }
  });

  const api = 'needs the management API: give host with http or https';
  it.each([
    [
      { ...amqp, host: 'mq:5672' },
      ['host: expected a URI such as amqp://user:password@host:5672/vhost or http://user:password@host:15672/vhost'],
    ],
    [{ ...amqp, protocol: 'http' }, ['protocol: expected the scheme of host to be http or https, or protocol auto']],
    [{ ...amqp, mode: 'MessageRate', value: '5' }, [`mode: MessageRate ${api}`]],
    [{ ...amqp, useRegex: 'true' }, [`useRegex: ${api}`]],
    [{ ...amqp, excludeUnacknowledged: 'true' }, [`excludeUnacknowledged: ${api}`]],
    [
      { ...amqp, queueLength: '5', mode: 'QueueLength' },
      ['queueLength: expected either queueLength, or mode and value, found both'],
    ],
    [
      { ...amqp, value: '5' },
      [
        'mode: is required with value: one of QueueLength, MessageRate, DeliverGetRate, PublishedToDeliveredRatio, ExpectedQueueConsumptionTime',
      ],
    ],
    [{ ...amqp, mode: 'QueueLength' }, ['value: is required with mode, and not 0']],
    [
      { ...amqp, mode: 'Length', value: '5' },
      [
        'mode: expected one of QueueLength, MessageRate, DeliverGetRate, PublishedToDeliveredRatio, ExpectedQueueConsumptionTime, Unknown, found "Length"',
      ],
    ],
    [{ ...amqp, queueLength: '-1' }, ['queueLength: expected at least 0.001']],
    [{ ...http, mode: 'MessageRate', value: '0.0004' }, ['value: expected at least 0.001']],
    [
      { ...amqp, queueName: 'ü'.repeat(128) },
      ['queueName: expected at most 255 bytes, which is the longest name of a queue, found 256'],
    ],
    [{ ...http, pageSize: '0' }, ['pageSize: expected a whole number such as 5, at least 1, found "0"']],
    [
      { queueName: 'jobs' },
      [
        "host: is required: set metadata.host, or give the parameter host in the authenticationRef, or name a variable of the target's container in metadata.hostFromEnv",
      ],
    ],
  ])('refuses %j', (metadata, expected) =>
    expect(problems('rabbitmq', { metadata: metadata as Record<string, string> })).toEqual(expected),
  );

  it.each([
    [{ username: 'u' }, ['password: is required: username and password belong together']],
    [{ cert: 'c' }, ['key: is required: cert and key belong together']],
    [
      { clientID: 'c' },
      [
        'oauthTokenURI: is required: oauthTokenURI, clientID and clientSecret belong together',
        'clientSecret: is required: oauthTokenURI, clientID and clientSecret belong together',
      ],
    ],
    [{ clientID: 'c', clientSecret: 's', oauthTokenURI: 'nowhere' }, ['oauthTokenURI: expected an http or https URI']],
    [
      { clientID: 'c', clientSecret: 's', oauthTokenURI: 'http://t', username: 'u', password: 'p' },
      ['username: expected none with OAuth2'],
    ],
    [{ tls: 'yes' }, ['tls: expected one of enable, disable']],
  ])('refuses the authentication %j', (auth, expected) =>
    expect(problems('rabbitmq', { metadata: http, auth: auth as Record<string, string> })).toEqual(expected),
  );

  describe('in seconds', () => {
    const scaleOn = { measure: 'oldestAge', targetSeconds: 60 } as const;

    it('compares the whole with the seconds, and is active by the messages', () => {
      const metadata = { ...http, mode: 'QueueLength', value: '5', activationValue: '3' };
      expect(polled('rabbitmq', { metadata, scaleOn }).metric).toEqual({
        name: 'rabbitmq-jobs-oldest-age',
        target: 60,
        type: 'Value',
        activation: 3,
      });
    });

    it.each([
      [amqp, 'host: scaleOn: oldestAge needs the management API: give host with http or https'],
      [
        { ...http, mode: 'MessageRate', value: '5' },
        'mode: expected QueueLength with scaleOn: oldestAge, found MessageRate',
      ],
    ])('refuses %j', (metadata, message) =>
      expect(problems('rabbitmq', { metadata: metadata as Record<string, string>, scaleOn })).toEqual([message]),
    );
  });

  it('warns of what has no effect', () => {
    expect(
      warningsOf('rabbitmq', { metadata: { ...amqp, timeout: '5s', operation: 'max' }, auth: { ca: 'x' } }),
    ).toEqual([
      'timeout: has no effect with amqp',
      'ca: has no effect without tls: enable',
      'operation: has no effect without useRegex',
    ]);
  });

  it('warns of TLS parameters at an address in plain text', () => {
    for (const metadata of [amqp, http]) {
      expect(warningsOf('rabbitmq', { metadata, auth: { tls: 'enable' } })).toEqual([
        'tls: has no effect: give host with amqps or https',
      ]);
    }
    const host = 'amqps://u:hunter2@mq/shop';
    expect(warningsOf('rabbitmq', { metadata: { ...amqp, host }, auth: { tls: 'enable' } })).toEqual([]);
  });

  it('takes a pattern of any length', () => {
    expect(problems('rabbitmq', { metadata: { ...http, queueName: 'a|'.repeat(200), useRegex: 'true' } })).toEqual([]);
  });

  it('is one source for each virtual host over amqp, and for all of them over http', () => {
    const id = (metadata: Record<string, string>) => polled('rabbitmq', { metadata }).sourceId;
    expect(id({ ...amqp, queueName: 'other' })).toBe(id(amqp));
    expect(id({ ...amqp, vhostName: 'b' })).not.toBe(id(amqp));
    expect(id({ ...http, vhostName: 'b' })).toBe(id(http));
    expect(id(amqp)).toMatch(/^rabbitmq-amqp:mq:5672\/shop#[0-9a-f]{16}$/);
    expect(id(http)).not.toContain('hunter2');
  });

  it.each([
    [{ username: 'u', password: 'hunter3' }],
    [{ tls: 'enable' }],
    [{ clientID: 'c', clientSecret: 's', oauthTokenURI: 'http://t' }],
    [{ clientID: 'c', clientSecret: 's2', oauthTokenURI: 'http://t' }],
    [{ workloadIdentityResource: 'api://mq' }],
  ])('is another source with the authentication %j', (auth) => {
    const metadata = { ...http };
    const ids = [{}, auth].map((given) => polled('rabbitmq', { metadata, auth: given }).sourceId);
    expect(new Set(ids).size).toBe(2);
  });

  it('uses OAuth2 only where authModes names it, if it names anything', () => {
    const oauth = { oauthTokenURI: 'http://t', clientID: 'c', clientSecret: 's' };
    const of = (authModes: string | undefined, auth: Readonly<Record<string, string>>) => {
      const metadata = { queueName: 'q', host: 'http://mq/', ...(authModes ? { authModes } : {}) };
      return polled('rabbitmq', { metadata, auth: { cert: 'x', key: 'y', ...auth } }).sourceId;
    };
    expect(of('tls', oauth)).toBe(of('tls', {}));
    expect(of('oauth, tls', oauth)).toBe(of(undefined, oauth));
    expect(of(undefined, oauth)).not.toBe(of(undefined, {}));
  });
});
