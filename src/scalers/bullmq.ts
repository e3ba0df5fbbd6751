// `bullmq`: the jobs of a BullMQ queue that a worker could begin now: waiting, prioritized, and delayed ones that are due.
import { z } from 'zod';
import { ageQuestion } from './bullmq/ages.ts';
import { growingKeys, jobsQuestion } from './bullmq/jobs.ts';
import { defineScaler, type Review } from './define.ts';
import { field, flag, integer, intList, list, text } from './fields.ts';
import { clusterFlag, leaseRedisPlace, redisPlace, redisPlaceId, reviewRedisPlace } from './redis/place.ts';
import type { RedisQuestion } from './redis/source.ts';

const BullMq = z.object({
  queueName: field(list(), 'Name of the queue, or of several with commas in between, whose jobs are added up.', {
    aliases: ['queueNames'],
  }),
  waitingJobs: field(integer({ min: 1 }).prefault('5'), 'Jobs that one replica is meant to handle.'),
  activationWaitingJobs: field(integer({ min: 0 }).prefault('0'), 'The workload is active above this many jobs.'),
  prefix: field(text().prefault('bull'), 'The option prefix of the library’s Queue and Worker.'),
  priorities: field(
    intList().optional(),
    'Priorities that are counted, such as 1-3,7, where 0 stands for jobs without one; all when left out.',
  ),
  includeActive: field(
    flag().prefault('false'),
    'Whether jobs that a worker is at count as well, so that the last replica stays until they are done.',
  ),
  includePaused: field(flag().prefault('false'), 'Whether the jobs of a paused queue count.'),
  cluster: clusterFlag,
  ...redisPlace,
});
type BullMq = z.output<typeof BullMq>;

/** BullMQ's documentation: 1 is the highest priority, 2,097,151 the lowest. */
const LOWEST_PRIORITY = 2_097_151;

function reviewBullMq(config: Partial<BullMq>, report: Review): void {
  reviewRedisPlace(config, report);
  if (config.queueName?.includes('')) report.refuse('queueName', 'expected a name between the commas');
  if (config.queueName?.some((name) => name.includes(':'))) {
    report.refuse('queueName', 'expected no colon: BullMQ allows none in the name of a queue; is it the prefix?');
  }
  if (config.priorities?.some((priority) => priority > LOWEST_PRIORITY)) {
    report.refuse('priorities', `expected priorities from 0 to ${LOWEST_PRIORITY}`);
  }
  if (config.includeActive && config.priorities !== undefined) {
    report.refuse('includeActive', 'expected none with priorities: active jobs are not told apart by priority');
  }
  if (config.includeActive && report.scaleOn) {
    report.warn('includeActive', 'has no effect on the age: a job in work does not wait');
  }
}

export const bullMq = defineScaler({
  type: 'bullmq',
  summary: 'Scales on the jobs of a BullMQ queue that are waiting, prioritized, or delayed and due.',
  config: BullMq,
  review: reviewBullMq,
  metric: (c) => ({
    name: `bullmq-${c.queueName.join('-')}`,
    target: c.waitingJobs,
    activation: c.activationWaitingJobs,
  }),
  sourceId: redisPlaceId,
  batches: () => true,
  measures: ['oldestAge'],
  async connect(c, deps, { sourceId, scaleOn }) {
    const { client, release } = await leaseRedisPlace(c, sourceId, deps);
    const queues = [...new Set(c.queueName)];
    const questions = queues.map((queue) => jobsQuestion(queue, c));
    const ages = scaleOn ? queues.map((queue) => ageQuestion(queue, c)) : [];
    const watched = { keys: queues.flatMap((queue) => growingKeys(c.prefix, queue)), events: 'lz' };
    return {
      async read(signal) {
        const askAll = (asked: readonly RedisQuestion[]) =>
          Promise.all(asked.map((question) => client.ask(question, signal)));
        const [counts, seconds] = await Promise.all([askAll(questions), askAll(ages)]);
        const jobs = counts.reduce((sum, count) => sum + count, 0);
        return scaleOn ? { value: Math.max(...seconds), active: jobs > c.activationWaitingJobs } : { value: jobs };
      },
      watch: (wake, signal) => client.watch(watched, wake, signal),
      close: release,
    };
  },
});
