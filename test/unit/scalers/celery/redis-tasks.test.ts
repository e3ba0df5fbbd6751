import { describe, expect, it } from '@jest/globals';
import { taskLists } from '../../../../src/scalers/celery/redis-tasks.ts';

const counted = { queueName: ['celery'], prioritySteps: [0, 3, 6, 9], includeUnacked: false };

describe('taskLists', () => {
  it.each([
    [{}, ['celery', 'celery\x06\x163', 'celery\x06\x166', 'celery\x06\x169']],
    [{ priorities: [0] }, ['celery']],
    [{ priorities: [9], queueName: ['a', 'b', 'a'] }, ['a\x06\x169', 'b\x06\x169']],
    [{ prioritySteps: [0, 1], sep: ':', globalKeyPrefix: 'shop-' }, ['shop-celery', 'shop-celery:1']],
    [{ prioritySteps: [2, 2] }, ['celery\x06\x162']],
  ])('with %j are %j', (change, lists) => {
    expect(taskLists({ ...counted, ...change })).toEqual(lists);
  });
});
