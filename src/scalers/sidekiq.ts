// `sidekiq`: the jobs that wait in Sidekiq's queues, or how long the oldest of them has waited.
import { z } from 'zod';
import { defineScaler, type Review } from './define.ts';
import { field, flag, integer, list, text } from './fields.ts';
import { leaseRedisPlace, redisPlace, redisPlaceId, reviewRedisPlace } from './redis/place.ts';
import { queueKeys, sidekiqQuestion } from './sidekiq/jobs.ts';

const Sidekiq = z.object({
  queueName: field(
    list().optional(),
    'Name of the queue, or of several with commas in between; all queues that Sidekiq knows when left out.',
    { aliases: ['queueNames'] },
  ),
  waitingJobs: field(integer({ min: 1 }).prefault('5'), 'Jobs that one replica is meant to handle.'),
  activationWaitingJobs: field(integer({ min: 0 }).prefault('0'), 'The workload is active above this many jobs.'),
  includeDue: field(
    flag().prefault('true'),
    'Whether scheduled jobs and retries count once they are due, although no process has moved them to their queue.',
  ),
  includeBusy: field(
    flag().prefault('false'),
    'Whether jobs that threads are at count as well, of all queues, so that the last replica stays until they are done.',
  ),
  namespace: field(text().optional(), 'Namespace of the gem redis-namespace, which comes before every key.'),
  ...redisPlace,
});
type Sidekiq = z.output<typeof Sidekiq>;

function reviewSidekiq(config: Partial<Sidekiq>, report: Review): void {
  reviewRedisPlace(config, report);
  if (config.queueName?.includes('')) report.refuse('queueName', 'expected a name between the commas');
  if (config.includeBusy && report.scaleOn) {
    report.warn('includeBusy', 'has no effect on the age: a job in work does not wait');
  }
}

export const sidekiq = defineScaler({
  type: 'sidekiq',
  summary: 'Scales on the jobs that wait in Sidekiq’s queues, or on the age of the oldest.',
  config: Sidekiq,
  review: reviewSidekiq,
  metric: (c) => ({
    name: ['sidekiq', ...(c.queueName ?? [])].join('-'),
    target: c.waitingJobs,
    activation: c.activationWaitingJobs,
  }),
  sourceId: redisPlaceId,
  batches: () => true,
  measures: ['oldestAge'],
  async connect(c, deps, { sourceId, scaleOn }) {
    const { client, release } = await leaseRedisPlace(c, sourceId, deps);
    const { namespace, includeDue, includeBusy } = c;
    const queues = [...new Set(c.queueName)];
    const question = sidekiqQuestion({ queues, namespace, includeDue, includeBusy }, scaleOn !== undefined);
    const watched = { keys: queueKeys({ queues, namespace }), events: 'l' };
    return {
      async read(signal) {
        const { jobs, ageSeconds } = await client.ask(question, signal);
        return scaleOn ? { value: ageSeconds, active: jobs > c.activationWaitingJobs } : { value: jobs };
      },
      // Without names the queues are known only when they are read.
      ...(queues.length === 0 ? {} : { watch: (wake, signal) => client.watch(watched, wake, signal) }),
      close: release,
    };
  },
});
