// Many objects: from apply to Ready, the cost of doing nothing, and work for everybody in one second.
import type { SluiceProcess } from '../../src/cli/demo/sluice-process.ts';
import { hasRedis } from '../support/brokers.ts';
import { eventually } from '../support/eventually.ts';
import { type Bench, mebibytes, pause, type Report, seconds } from './bench.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { cpuMs, memory } from './process-figures.ts';
import { openWorkspace, runSluice, series } from './program.ts';
import {
  type BenchRedis,
  createCredentials,
  createDeployments,
  createScaledObjects,
  nameOf,
  startBenchRedis,
} from './redis.ts';

interface Scene {
  readonly count: number;
  readonly cluster: Cluster;
  readonly redis: BenchRedis;
  readonly sluice: SluiceProcess;
}

const POLL_S = 30;
const MAX_REPLICAS = 10;
/** Between the last condition and the first count: Events and their kind. */
const SETTLE_MS = 5_000;
const LONGEST_WAIT_MS = 300_000;

export const objects100 = objectsBench(100, 30);
export const objects1000 = objectsBench(1_000, 120);
export const objects10000: Bench = { ...objectsBench(10_000, 120), onlyByName: true };

function objectsBench(count: number, idleS: number): Bench {
  return {
    name: `objects-${count}`,
    async run(report) {
      if (!hasRedis) return report({ what: 'skipped', value: 'redis-server is not installed' });
      await using workspace = await openWorkspace();
      await using cluster = await startCluster(workspace.directory);
      await using redis = await startBenchRedis();
      await createCredentials(cluster.client);
      await createDeployments(cluster.client, count);
      const sluice = await runSluice(workspace, cluster.kubeconfig);
      const scene = { count, cluster, redis, sluice };
      try {
        await applied(scene, report);
        await idle(scene, idleS, report);
        await storm(scene, report);
      } finally {
        await sluice.stop();
      }
    },
  };
}

async function applied({ count, cluster, redis }: Scene, report: Report): Promise<void> {
  const startedAt = performance.now();
  const options = { port: redis.port, spec: { pollingInterval: POLL_S } };
  const created = createScaledObjects(cluster.client, count, options).then(() => performance.now() - startedAt);
  await eventually('every object is Ready', async () => (await cluster.seen()).ready === count, LONGEST_WAIT_MS);
  const readyMs = performance.now() - startedAt;
  report({
    what: `${count} objects, from the first apply to the last Ready (creating them took ${seconds(await created)} of it)`,
    value: seconds(readyMs),
    aim: count === 1_000 ? '≤ 10 s' : count === 10_000 ? '≤ 60 s' : '',
  });
}

async function idle({ count, cluster, redis, sluice }: Scene, durationS: number, report: Report): Promise<void> {
  await pause(SETTLE_MS);
  await cluster.reset();
  const [startedAt, cpuBefore, askedBefore] = [performance.now(), await cpuMs(sluice.pid), await redis.figures()];
  await pause(durationS * 1_000);
  const [cpu, asked, seen] = [await cpuMs(sluice.pid), await redis.figures(), await cluster.seen()];
  const minutes = (performance.now() - startedAt) / 60_000;
  const { residentBytes, peakBytes } = await memory(sluice.pid);
  const lagP99 = await series(sluice, 'nodejs_eventloop_lag_p99_seconds');
  const aims = count === 1_000;
  report({ what: 'idle: API writes a minute', value: perMinute(seen.writes, minutes), aim: '0' });
  report({ what: 'idle: API reads a minute', value: perMinute(seen.reads, minutes) });
  report({ what: 'idle: watches begun a minute', value: perMinute(seen.watches, minutes) });
  report({
    what: `idle: CPU at a ${POLL_S} s poll`,
    value: `${((cpu - cpuBefore) / minutes / 60).toFixed(1)} mCPU`,
    ...(aims && { aim: '≤ 30 mCPU' }),
  });
  report({
    what: 'idle: memory (RSS), and its peak so far',
    value: `${mebibytes(residentBytes)}, ${mebibytes(peakBytes)}`,
    ...(aims && { aim: '≤ 150 MiB' }),
  });
  report({ what: 'idle: event loop delay, p99', value: `${(lagP99 * 1_000).toFixed(1)} ms` });
  report({ what: 'idle: connections to the broker', value: String(asked.connections), aim: '1' });
  report({
    what: 'idle: reads of the broker a minute and object',
    value: ((asked.commands - askedBefore.commands) / minutes / count).toFixed(2),
    aim: '2',
  });
  if (seen.writes + seen.reads > 0) console.error(`  while idle: ${JSON.stringify(seen.byKind)}`);
}

async function storm({ count, cluster, redis, sluice }: Scene, report: Report): Promise<void> {
  await cluster.reset();
  const lists = Array.from({ length: count }, (_, i) => nameOf(i));
  const [startedAt, cpuBefore] = [performance.now(), await cpuMs(sluice.pid)];
  const wallBefore = Date.now();
  await redis.push(lists, 50);
  const sized = async (): Promise<boolean> => ((await cluster.seen()).sizes[MAX_REPLICAS] ?? 0) === count;
  await eventually('every Deployment is at size', sized, LONGEST_WAIT_MS);
  const { firstResizedAt, resizedAt, scaleWrites } = await cluster.seen();
  report({
    what: `storm: 50 items for each of ${count} objects, until all Deployments want ${MAX_REPLICAS} replicas`,
    value: seconds(resizedAt - wallBefore),
    aim: `≤ ${POLL_S + 2} s`,
  });
  report({ what: 'storm: from the first write of /scale to the last', value: seconds(resizedAt - firstResizedAt) });
  report({ what: 'storm: writes of /scale', value: String(scaleWrites), aim: String(count) });
  await pause(2_000);
  const { writes, reads, byKind } = await cluster.seen();
  report({ what: 'storm: all API writes; reads', value: `${writes}; ${reads}` });
  const cpu = (await cpuMs(sluice.pid)) - cpuBefore;
  report({ what: 'storm: CPU time per object', value: `${(cpu / count).toFixed(1)} ms` });
  const { residentBytes, peakBytes } = await memory(sluice.pid);
  report({
    what: 'storm: memory (RSS) after it, and peak',
    value: `${mebibytes(residentBytes)}, ${mebibytes(peakBytes)}`,
  });
  console.error(`  storm, ${seconds(performance.now() - startedAt)}: ${JSON.stringify(byKind)}`);
}

function perMinute(number: number, minutes: number): string {
  return String(Math.round((number / minutes) * 10) / 10);
}
