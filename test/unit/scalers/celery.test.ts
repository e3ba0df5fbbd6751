import { describe, expect, it } from '@jest/globals';
import { polled, problems, warningsOf } from '../../support/written-trigger.ts';

const onRedis = { brokerUrl: 'redis://:secret@cache:6379/0' };
const onRabbit = { brokerUrl: 'amqp://app:secret@rabbit:5672/shop' };

describe('celery', () => {
  it('counts five tasks a replica in the queue celery', () => {
    const metric = { name: 'celery-celery', target: 5, type: 'AverageValue', activation: 0 };
    expect(polled('celery', { metadata: onRedis }).metric).toEqual(metric);
    const several = { ...onRedis, queueNames: 'mail,push', waitingTasks: '7', activationWaitingTasks: '2' };
    expect(polled('celery', { metadata: several }).metric).toEqual({
      ...metric,
      name: 'celery-mail-push',
      target: 7,
      activation: 2,
    });
  });

  it.each([
    ['redis://cache', 'redis:cache:6379/0'],
    ['rediss://cache:6380/4?ssl_cert_reqs=required', 'redis:cache:6380/4'],
    ['amqp://app@rabbit//', 'celery-amqp:rabbit:5672/%2F'],
    ['amqp://rabbit', 'celery-amqp:rabbit:5672/%2F'],
    ['pyamqp://app:pw@rabbit:5673/shop', 'celery-amqp:rabbit:5673/shop'],
    ['amqps://rabbit/team%2Fa', 'celery-amqp:rabbit:5671/team%2Fa'],
  ])('takes the broker %s for %s', (brokerUrl, place) => {
    expect(polled('celery', { metadata: { brokerUrl } }).sourceId.replace(/#.*/, '')).toBe(place);
  });

  const WRONG_URL =
    'brokerUrl: expected a URL such as redis://:password@host:6379/0, sentinel://host:26379/0;sentinel://host:26379 or amqp://user:password@host:5672/vhost';
  it.each([
    [{ brokerUrl: '' }, [expect.stringMatching(/^brokerUrl: is required: set metadata.brokerUrl, or give/)]],
    [{ brokerUrl: 'sqs://key:secret@' }, [WRONG_URL]],
    [{ brokerUrl: 'http://rabbit:15672/' }, [WRONG_URL]],
    [{ brokerUrl: 'redis+socket:///run/redis.sock' }, [WRONG_URL]],
    [{ ...onRedis, queueName: 'a,,b' }, ['queueName: expected a name between the commas']],
    [{ ...onRedis, priorities: '0,4' }, ['priorities: expected some of prioritySteps: 0, 3, 6, 9']],
    [{ ...onRedis, waitingTasks: '0' }, ['waitingTasks: expected a whole number such as 5, at least 1, found "0"']],
    [
      { brokerUrl: 'sentinel://a:26379;sentinel://b:26379' },
      ['sentinelMaster: is required: the name under which the sentinels know the master'],
    ],
    [
      { ...onRabbit, priorities: '9' },
      ['priorities: expected none: RabbitMQ keeps all priorities in one queue and does not tell them apart'],
    ],
    [
      { ...onRabbit, includeUnacked: 'true' },
      ['managementUrl: is required with includeUnacked: only the management API tells what workers hold'],
    ],
    [
      { ...onRabbit, includeUnacked: 'true', managementUrl: 'amqp://rabbit' },
      ['managementUrl: expected a URL such as http://user:password@host:15672/'],
    ],
  ])('refuses %j', (metadata, expected) => {
    expect(problems('celery', { metadata })).toEqual(expected);
  });

  it.each([
    [{ ...onRabbit, sep: ':' }, ['sep: has no effect: the broker is RabbitMQ']],
    [{ ...onRabbit, managementUrl: 'http://rabbit:15672/' }, ['managementUrl: has no effect without includeUnacked']],
    [{ ...onRedis, managementUrl: 'http://rabbit:15672/' }, ['managementUrl: has no effect: the broker is Redis']],
    [{ brokerUrl: `${onRabbit.brokerUrl};amqp://other` }, ['brokerUrl: only the first of several URLs is used']],
    [
      { brokerUrl: 'rediss://cache?ssl_ca_certs=/ca.pem' },
      ['brokerUrl: names files of the worker; give ca, cert and key in the authenticationRef'],
    ],
    [{ ...onRedis, celery: 'x' }, [expect.stringMatching(/^celery: is unknown/)]],
  ])('warns of %j', (metadata, expected) => {
    expect(warningsOf('celery', { metadata })).toEqual(expected);
  });

  it('is another source with another password, wherever it comes from, and the same with equal ones', () => {
    const id = (brokerUrl: string, auth: Record<string, string> = {}) =>
      polled('celery', { metadata: { brokerUrl }, auth }).sourceId;
    for (const scheme of ['redis', 'amqp']) {
      const one = id(`${scheme}://app:one@host`);
      expect(id(`${scheme}://app:two@host`)).not.toBe(one);
      expect(id(`${scheme}://app:two@host`, { username: 'app', password: 'one' })).toBe(one);
    }
  });

  it('asks the management API with its own credentials, else with those of the broker', () => {
    const id = (metadata: Record<string, string>, auth = {}) =>
      polled('celery', { metadata: { ...onRabbit, includeUnacked: 'true', ...metadata }, auth }).sourceId;
    const own = id({ managementUrl: 'http://rabbit:15672/api-prefix/' });
    expect(own).toMatch(/^celery-http:rabbit:15672\/api-prefix#/);
    expect(id({ managementUrl: 'http://app:secret@rabbit:15672/api-prefix/' })).toBe(own);
    expect(id({ managementUrl: 'http://ops:secret@rabbit:15672/api-prefix/' })).not.toBe(own);
  });
});
