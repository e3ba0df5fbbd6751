import { describe, expect, it } from '@jest/globals';
import type { Described } from '../../../src/controller/binding.ts';
import { bindMetrics, describeAllAgain } from '../../../src/controller/describe.ts';
import { SourceUnavailableError } from '../../../src/errors.ts';
import type { PolledTrigger } from '../../../src/scalers/scaler.ts';

const metric = (name: string, target = 5): PolledTrigger => ({
  kind: 'polled',
  type: 'external',
  sourceId: 'external:scaler:6000#0',
  batches: false,
  metric: { name, target, type: 'AverageValue', activation: 0 },
  connect: () => Promise.reject(new Error('never connected')),
});
const described = (index = 0): Described => ({
  index,
  trigger: { kind: 'described', type: 'external', sourceId: 's', describe: async () => [] },
  warnings: [{ field: 'x', message: 'y' }],
  question: `q${index}`,
  readTimeoutMs: 3_000,
  useCachedMetrics: false,
});
const isFailing = (): boolean => false;
const away = () => Promise.reject(new SourceUnavailableError('away'));

describe('controller/describe', () => {
  it('binds each metric under the place of its trigger, with a question of its own, and warns once', () => {
    expect(bindMetrics(described(2), [metric('a'), metric('B.c')])).toMatchObject([
      { index: 2, metricName: 's2-a', question: 'q2/a', warnings: [{ field: 'x' }] },
      { index: 2, metricName: 's2-B.c', question: 'q2/B.c', warnings: [] },
    ]);
  });

  it('keeps the very bindings while the source names the same', async () => {
    const former = bindMetrics(described(), [metric('a')]);
    expect(await describeAllAgain(former, { isFailing, describe: async () => [metric('a')] })).toBe(former);
  });

  it('takes other targets, and metrics that come and go', async () => {
    const former = [
      ...bindMetrics(described(0), [metric('a'), metric('b')]),
      ...bindMetrics(described(1), [metric('c')]),
    ];
    const now = await describeAllAgain(former, {
      isFailing,
      describe: async ({ index }) => (index === 0 ? [metric('b', 7), metric('d')] : [metric('c')]),
    });
    expect(
      now.map((binding) => binding.kind === 'polled' && [binding.metricName, binding.trigger.metric.target]),
    ).toEqual([
      ['s0-b', 7],
      ['s0-d', 5],
      ['s1-c', 5],
    ]);
  });

  it('keeps the metrics of a source that does not answer, and does not even ask one that cannot be read', async () => {
    const former = bindMetrics(described(), [metric('a'), metric('b')]);
    expect(await describeAllAgain(former, { isFailing, describe: away })).toBe(former);
    const asked: unknown[] = [];
    const describe = async (it: Described) => {
      asked.push(it);
      return [metric('a')];
    };
    expect(await describeAllAgain(former, { describe, isFailing: (name) => name === 's0-b' })).toBe(former);
    expect(asked).toEqual([]);
  });
});
