// Celery's queues on Redis, as its messaging library kombu keeps them: a list for each queue and priority.
import { notPermitted, refusal } from '../redis/errors.ts';
import type { RedisQuestion } from '../redis/source.ts';
import { readCount } from '../redis/stream-info.ts';

interface Counted {
  readonly queueName: readonly string[];
  readonly priorities?: readonly number[] | undefined;
  readonly prioritySteps: readonly number[];
  readonly sep?: string | undefined;
  readonly globalKeyPrefix?: string | undefined;
  readonly includeUnacked: boolean;
}

/** Kombu's default for the transport option `sep`. */
const SEPARATOR = '\x06\x16';

/** The lists that hold the tasks; the one of priority 0 has the name of the queue alone. */
export function taskLists(counted: Counted): readonly string[] {
  const { queueName, priorities, prioritySteps, sep = SEPARATOR, globalKeyPrefix = '' } = counted;
  const names = queueName.flatMap((queue) =>
    (priorities ?? prioritySteps).map((step) => globalKeyPrefix + (step === 0 ? queue : queue + sep + step)),
  );
  return [...new Set(names)];
}

/** Tasks that wait, and those that workers hold, which are in one hash for all queues. */
export function tasksQuestion(counted: Counted): RedisQuestion {
  const lists = taskLists(counted);
  const unacked = counted.includeUnacked ? `${counted.globalKeyPrefix ?? ''}unacked` : undefined;
  const queues = counted.queueName.map((queue) => JSON.stringify(queue)).join(', ');
  return {
    key: JSON.stringify(['celery', lists, unacked]),
    refusals: [
      refusal(/^WRONGTYPE/, `expected the keys of queue ${queues} to be Celery's, found other types`),
      notPermitted(unacked === undefined ? 'LLEN' : 'LLEN and HLEN'),
    ],
    async ask(client) {
      const lengths = lists.map((list) => client.llen(list));
      if (unacked !== undefined) lengths.push(client.hlen(unacked));
      return (await Promise.all(lengths)).map(readCount).reduce((sum, length) => sum + length, 0);
    },
  };
}
