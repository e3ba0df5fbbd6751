// One step to size: from a message in the queue to the write of /scale.
import { hasRedis } from '../support/brokers.ts';
import { eventually } from '../support/eventually.ts';
import { type Bench, pause, quantile, seconds } from './bench.ts';
import { startCluster } from './cluster.ts';
import { openWorkspace, runSluice } from './program.ts';
import { createCredentials, createDeployments, createScaledObjects, nameOf, startBenchRedis } from './redis.ts';

const ROUNDS = 20;
const POLL_S = 2;

export const stepBench: Bench = {
  name: 'step',
  async run(report) {
    if (!hasRedis) return report({ what: 'skipped', value: 'redis-server is not installed' });
    await using workspace = await openWorkspace();
    await using cluster = await startCluster(workspace.directory);
    await using redis = await startBenchRedis();
    const { client } = cluster;
    await createCredentials(client);
    await createDeployments(client, 1);
    const sluice = await runSluice(workspace, cluster.kubeconfig);
    const has = (replicas: number) => async () => (await cluster.seen()).sizes[replicas] === 1;
    try {
      await createScaledObjects(client, 1, {
        port: redis.port,
        spec: { pollingInterval: POLL_S, cooldownPeriod: 0 },
      });
      await eventually('the object is Ready', async () => (await cluster.seen()).ready === 1);
      const times: number[] = [];
      let writes = 0;
      for (let round = 0; round < ROUNDS; round++) {
        // At another moment of the interval each time.
        await pause(((round + 0.5) / ROUNDS) * POLL_S * 1_000);
        await cluster.reset();
        const pushedAt = Date.now();
        await redis.push([nameOf(0)], 50);
        await eventually('the Deployment is at size', has(10));
        const { resizedAt, scaleWrites } = await cluster.seen();
        times.push(resizedAt - pushedAt);
        writes += scaleWrites;
        await redis.empty(nameOf(0));
        await eventually('the Deployment is at zero', has(0));
      }
      report({
        what: `from the message to the write of /scale at a ${POLL_S} s poll, ${ROUNDS} times: shortest, median, longest`,
        value: [0, 0.5, 1].map((part) => seconds(quantile(times, part))).join(', '),
        aim: `≤ ${POLL_S + 1} s`,
      });
      report({ what: 'writes of /scale from 0 to 10', value: (writes / ROUNDS).toFixed(1), aim: '1' });
    } finally {
      await sluice.stop();
    }
  },
};
