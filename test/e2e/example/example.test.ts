// The example's story on the real thing: Helm, the real HPA and scheduler, real daprd sidecars.
import { describe, expect, it, jest } from '@jest/globals';
import { hasRabbitMq } from '../../support/brokers.ts';
import { whereBuildable } from '../control-plane/available.ts';
import { playExample } from './play.ts';

jest.setTimeout(1_200_000);

whereBuildable(
  describe,
  'kubernetes-1.36',
  'etcd',
  'dapr',
  'helm',
)('the example on a real control plane', () => {
  const brokers = (['servicebus', 'rabbitmq'] as const).filter((broker) => broker === 'servicebus' || hasRabbitMq);

  it.each(brokers)('goes from zero to ten and back on %s, with every message handled once', async (broker) => {
    const { points, tally } = await playExample({ broker, pace: 'brisk', out: process.stderr });
    expect(points.filter((point) => !point.ok)).toEqual([]);
    expect(tally).toEqual({ sent: 50, handled: 50, duplicated: 0, lost: 0 });
  });
});
