import { describe, expect, it } from '@jest/globals';
import { polled, problems, warningsOf } from '../../support/written-trigger.ts';

const good = { queueName: 'mail', address: 'cache:6379' };

describe('bullmq', () => {
  it('counts five jobs a replica, and names the metric after its queues', () => {
    const metric = { target: 5, type: 'AverageValue', activation: 0 };
    expect(polled('bullmq', { metadata: good }).metric).toEqual({ ...metric, name: 'bullmq-mail' });
    const several = { ...good, queueNames: 'mail, push', queueName: '', waitingJobs: '20', activationWaitingJobs: '3' };
    expect(polled('bullmq', { metadata: several }).metric).toEqual({
      ...metric,
      name: 'bullmq-mail-push',
      target: 20,
      activation: 3,
    });
  });

  it('compares the age of the oldest job with the seconds', () => {
    const scaleOn = { measure: 'oldestAge', targetSeconds: 30 } as const;
    const metric = { name: 'bullmq-mail-oldest-age', target: 30, type: 'Value', activation: 0 };
    expect(polled('bullmq', { metadata: good, scaleOn }).metric).toEqual(metric);
    expect(warningsOf('bullmq', { metadata: { ...good, includeActive: 'true' }, scaleOn })).toEqual([
      'includeActive: has no effect on the age: a job in work does not wait',
    ]);
  });

  it.each([
    [{ queueName: '' }, ['queueName: is required: set metadata.queueName']],
    [{ queueName: 'mail,' }, ['queueName: expected a name between the commas']],
    [
      { queueName: 'bull:mail' },
      ['queueName: expected no colon: BullMQ allows none in the name of a queue; is it the prefix?'],
    ],
    [{ waitingJobs: '0' }, ['waitingJobs: expected a whole number such as 5, at least 1, found "0"']],
    [
      { activationWaitingJobs: '-1' },
      ['activationWaitingJobs: expected a whole number such as 5, at least 0, found "-1"'],
    ],
    [
      { priorities: 'high' },
      ['priorities: expected whole numbers or ranges separated by commas, such as 1,3-5, found "high"'],
    ],
    [{ priorities: '1,2097152' }, ['priorities: expected priorities from 0 to 2097151']],
    [
      { priorities: '1', includeActive: 'true' },
      ['includeActive: expected none with priorities: active jobs are not told apart by priority'],
    ],
    [{ address: '' }, ['address: is required: give host:port in address, host and port, or redisUrl']],
    [{ address: 'a:1,b:2' }, ['address: expected one server; for several give cluster or sentinelMaster']],
    [
      { redisUrl: 'http://cache' },
      ['redisUrl: expected a URL such as redis://user:password@host:6379/0 or rediss://host:6380'],
    ],
    [{ redisUrl: 'redis://cache' }, ['address: expected none with redisUrl']],
    [{ cluster: 'true', sentinelMaster: 'orders' }, ['cluster: expected none with sentinels']],
  ])('refuses %j', (change, expected) => {
    expect(problems('bullmq', { metadata: { ...good, ...change } })).toEqual(expected);
  });

  it('goes to one server, to a cluster, or to sentinels', () => {
    const place = (metadata: Record<string, string>) =>
      polled('bullmq', { metadata: { queueName: 'mail', ...metadata } }).sourceId.replace(/#.*/, '');
    expect(place({ address: 'a:1' })).toBe('redis:a:1/0');
    expect(place({ addresses: 'a:1,b:2', cluster: 'true' })).toBe('redis-cluster:a:1,b:2/0');
    expect(place({ addresses: 'a:1,b:2', sentinelMaster: 'orders', databaseIndex: '3' })).toBe(
      'redis-sentinel:a:1,b:2/3',
    );
    expect(place({ redisUrl: 'redis://a/2' })).toBe('redis:a:6379/2');
  });

  it('shares its connection with the other Redis triggers of the same identity, and with no other identity', () => {
    const auth = { username: 'app', password: 'one' };
    const list = polled('redis', { metadata: { listName: 'l', address: 'cache:6379' }, auth }).sourceId;
    expect(polled('bullmq', { metadata: good, auth }).sourceId).toBe(list);
    const byUrl = { queueName: 'mail', redisUrl: 'redis://app:one@cache:6379' };
    expect(polled('bullmq', { metadata: byUrl }).sourceId).toBe(list);
    expect(polled('bullmq', { metadata: byUrl, auth: { password: 'two' } }).sourceId).not.toBe(list);
  });

  it('takes the URL from the environment of the target, and warns of what is unknown', () => {
    const metadata = { queueName: 'mail', redisUrlFromEnv: 'REDIS_URL', queuename: 'x' };
    const env = { REDIS_URL: 'rediss://app:s%2Fecret@cache:6380' };
    expect(warningsOf('bullmq', { metadata, env })).toEqual([expect.stringMatching(/^queuename: is unknown/)]);
  });
});
