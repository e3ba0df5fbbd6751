// `celery`: the tasks that wait in Celery's queues, on Redis or on RabbitMQ.
import { brokerOf, Celery, redisOf, reviewCelery } from './celery/parameters.ts';
import { leaseRabbit, rabbitSourceId } from './celery/rabbit-tasks.ts';
import { taskLists, tasksQuestion } from './celery/redis-tasks.ts';
import { defineScaler } from './define.ts';
import { redisSourceId } from './redis/parameters.ts';
import { leaseRedis } from './redis/source.ts';

export const celery = defineScaler({
  type: 'celery',
  summary: 'Scales on the tasks that wait in Celery’s queues, on Redis or on RabbitMQ.',
  config: Celery,
  review: reviewCelery,
  metric: (c) => ({
    name: `celery-${c.queueName.join('-')}`,
    target: c.waitingTasks,
    activation: c.activationWaitingTasks,
  }),
  sourceId(c) {
    const broker = brokerOf(c);
    if (broker.kind === 'amqp') return rabbitSourceId(c, broker.rabbit);
    const { kind, server } = redisOf(c, broker);
    return redisSourceId(kind, server);
  },
  batches: (c) => brokerOf(c).kind === 'redis' || c.includeUnacked,
  async connect(c, deps, { sourceId }) {
    const broker = brokerOf(c);
    if (broker.kind === 'redis') {
      const { kind, server } = redisOf(c, broker);
      const { client, release } = await leaseRedis(kind, server, sourceId, deps);
      const question = tasksQuestion(c);
      const watched = { keys: taskLists(c), events: 'l' };
      return {
        read: async (signal) => ({ value: await client.ask(question, signal) }),
        watch: (wake, signal) => client.watch(watched, wake, signal),
        close: release,
      };
    }
    const { client, release } = await leaseRabbit(c, broker.rabbit, sourceId, deps);
    const queues = [...new Set(c.queueName)];
    const { watch } = client;
    return {
      async read(signal) {
        const counts = await Promise.all(queues.map((queue) => client.count(broker.rabbit.vhost, queue, signal)));
        return { value: counts.reduce((sum, count) => sum + count, 0) };
      },
      ...(watch ? { watch: (wake, signal) => watch(queues, c.activationWaitingTasks, wake, signal) } : {}),
      close: release,
    };
  },
});
