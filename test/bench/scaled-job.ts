// A ScaledJob for which ten thousand messages wait: how long its wave takes, what it asks of the API server, and what a look costs
// afterwards. The API server is in memory, and the source answers at once.
import { scaledJobs } from '../../src/api/names.ts';
import { createQueueTypes, never } from '../support/controller-world.ts';
import { createMemoryKube } from '../support/memory-kube.ts';
import { aScaledJob } from '../support/scaled-job-world.ts';
import { type Bench, pause } from './bench.ts';
import { createBenchController } from './bench-controller.ts';

const MESSAGES = 10_000;
const MOST = 500;
const STEADY_MS = 10_000;

export const scaledJobBench: Bench = {
  name: 'scaled-job',
  async run(report) {
    const kube = createMemoryKube(Date.now);
    const types = createQueueTypes(new Map([['worker', MESSAGES]]));
    const stop = new AbortController();
    const controller = createBenchController(kube, types);
    const running = controller.run(stop.signal);
    await pause(500);
    kube.history.length = 0;
    const asked = (verb: string): number =>
      kube.history.filter((call) => call.verb === verb && call.resource === 'jobs').length;

    const begunAt = performance.now();
    await kube.create(scaledJobs, aScaledJob('worker', { maxReplicaCount: MOST, pollingInterval: 1 }), {
      signal: never,
    });
    while (asked('create') < MOST) await pause(5);
    const what = `${MESSAGES.toLocaleString('en')} messages, at most ${MOST} Jobs`;
    report({ what: `${what}: applied → all created`, value: `${Math.round(performance.now() - begunAt)} ms` });

    await pause(1_000);
    report({ what: `${what}: Jobs asked for`, value: `${asked('create')}`, aim: `${MOST}` });
    report({ what: `${what}: lists of Jobs, before the first wave`, value: `${asked('list')}`, aim: '1' });
    const calls = kube.history.length;
    const reads = types.reads();
    const before = process.cpuUsage();
    await pause(STEADY_MS);
    const { user, system } = process.cpuUsage(before);
    const looks = types.reads() - reads;
    report({ what: 'afterwards: CPU of a look', value: `${((user + system) / 1_000 / looks).toFixed(2)} ms` });
    report({ what: 'afterwards: calls to the API server', value: `${kube.history.length - calls}`, aim: '0' });
    stop.abort(new Error('the bench is over'));
    await running;
  },
};
