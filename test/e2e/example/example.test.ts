// The example's story on the real thing: Helm, the real HPA and scheduler, real daprd sidecars.
import { describe, expect, it, jest } from '@jest/globals';
import { BROKERS, type BrokerName } from '../../../src/cli/demo/broker.ts';
import { whereBuildable } from '../control-plane/available.ts';
import { HAS } from './broker-files.ts';
import { playExample } from './play.ts';

jest.setTimeout(1_200_000);

whereBuildable(
  describe,
  'kubernetes-1.36',
  'etcd',
  'dapr',
  'helm',
)('the example on a real control plane', () => {
  const brokers = (Object.keys(BROKERS) as BrokerName[]).filter((broker) => HAS[broker]);

  it.each(brokers)('goes from zero to ten and back on %s, with every message handled once', async (broker) => {
    const { points, tally } = await playExample({ broker, pace: 'brisk', out: process.stderr });
    expect(points.filter((point) => !point.ok)).toEqual([]);
    expect(tally).toEqual({ sent: 50, handled: 50, duplicated: 0, lost: 0 });
  });
});
