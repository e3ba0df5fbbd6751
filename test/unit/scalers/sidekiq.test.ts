import { describe, expect, it } from '@jest/globals';
import { polled, problems, warningsOf } from '../../support/written-trigger.ts';

const good = { address: 'cache:6379' };

describe('sidekiq', () => {
  it.each([
    [{}, { name: 'sidekiq', target: 5, activation: 0 }],
    [{ queueName: 'default' }, { name: 'sidekiq-default', target: 5, activation: 0 }],
    [
      { queueNames: 'default,mailers', waitingJobs: '50', activationWaitingJobs: '9' },
      { name: 'sidekiq-default-mailers', target: 50, activation: 9 },
    ],
  ])('with %j has the metric %j', (metadata, metric) => {
    expect(polled('sidekiq', { metadata: { ...good, ...metadata } }).metric).toEqual({
      ...metric,
      type: 'AverageValue',
    });
  });

  it.each([
    [{ queueName: 'a,,b' }, ['queueName: expected a name between the commas']],
    [{ waitingJobs: '0' }, ['waitingJobs: expected a whole number such as 5, at least 1, found "0"']],
    [{ address: '' }, ['address: is required: give host:port in address, host and port, or redisUrl']],
    [{ address: 'a:1,b:2' }, ['address: expected one server; for several give sentinelMaster']],
  ])('refuses %j', (change, expected) => {
    expect(problems('sidekiq', { metadata: { ...good, ...change } })).toEqual(expected);
  });

  it.each([[{ cluster: 'true' }, ['cluster: is unknown and has no effect']]])('warns of %j', (change, expected) => {
    expect(warningsOf('sidekiq', { metadata: { ...good, ...change } })).toEqual(expected);
  });

  it('has a metric of its own for the age of the oldest job, on which what is in work has no effect', () => {
    const scaleOn = { measure: 'oldestAge', targetSeconds: 30 } as const;
    const written = { metadata: { ...good, queueName: 'default', includeBusy: 'true' }, scaleOn };
    expect(polled('sidekiq', written).metric).toMatchObject({
      name: 'sidekiq-default-oldest-age',
      target: 30,
      type: 'Value',
    });
    expect(warningsOf('sidekiq', written)).toEqual([
      'includeBusy: has no effect on the age: a job in work does not wait',
    ]);
  });

  it('takes the URL from REDIS_URL of the target', () => {
    const metadata = { redisUrlFromEnv: 'REDIS_URL' };
    const env = { REDIS_URL: 'redis://cache:6379/1' };
    expect(polled('sidekiq', { metadata, env }).sourceId).toMatch(/^redis:cache:6379\/1#/);
  });
});
