// External scalers that push: many streams of one server, and how soon each of them says its first word.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createLimiter, systemClock } from '../../src/async.ts';
import { createSourcePool } from '../../src/scalers/sources.ts';
import { parseTrigger } from '../../src/scalers/registry.ts';
import type { Scaler } from '../../src/scalers/scaler.ts';
import { type Bench, elapsed, mebibytes, pause, quantile, seconds } from './bench.ts';
import { startCrowdedScaler } from './external-server.ts';

const OBJECTS = 5_000;
/** As many questions to one source as the sampler lets run at once. */
const WIDTH = 8;
const IDLE_MS = 5_000;
const signal = new AbortController().signal;

export const externalBench: Bench = {
  name: 'external',
  async run(report) {
    await using server = await startCrowdedScaler();
    const pool = createSourcePool({ clock: systemClock });
    const deps = { clients: pool, clock: systemClock };
    const before = usage();
    const open = async (i: number): Promise<Scaler> => {
      const metadata = { scalerAddress: server.address, queueName: `queue-${i}` };
      const owner = { namespace: 'bench', name: `worker-${i}` };
      const { trigger } = parseTrigger('external-push', { metadata, auth: {}, env: {}, owner });
      if (trigger.kind !== 'described') throw new Error('expected a described trigger');
      const [first] = await trigger.describe(deps, signal);
      if (!first) throw new Error('expected a metric');
      return first.connect(deps);
    };
    const scalers: Scaler[] = [];
    const describing = await elapsed(async () => {
      const limit = createLimiter(WIDTH);
      scalers.push(...(await Promise.all(Array.from({ length: OBJECTS }, (_, i) => limit(() => open(i))))));
    });
    report({ what: `${OBJECTS} triggers described, ${WIDTH} at once`, value: seconds(describing) });

    // One for each, as in the controller: a signal is slow at thousands of listeners.
    const stops = scalers.map(() => new AbortController());
    const startedAt = performance.now();
    const firsts: number[] = [];
    const { promise: all, resolve } = Promise.withResolvers<void>();
    const watching = scalers.map((scaler, i) => {
      let words = 0;
      const hear = (): void => {
        // The first is our own: it listens. The second is the server's.
        if (++words !== 2) return;
        firsts.push(performance.now() - startedAt);
        if (firsts.length === OBJECTS) resolve();
      };
      return Promise.resolve(scaler.watch?.(hear, stops[i]?.signal ?? signal)).catch(() => {});
    });
    await all;
    report({ what: `${OBJECTS} streams on one connection: first message of all`, value: seconds(Math.max(...firsts)) });
    report({ what: '… median', value: seconds(quantile(firsts, 0.5)) });
    const after = usage();
    report({
      what: `memory of ${OBJECTS} scalers and streams`,
      value: `heap ${mebibytes(after.heapUsed - before.heapUsed)}, RSS ${mebibytes(before.rss)} → ${mebibytes(after.rss)}`,
    });

    const cpu = process.cpuUsage();
    await pause(IDLE_MS);
    const { user, system } = process.cpuUsage(cpu);
    report({ what: `${OBJECTS} idle streams`, value: `${((user + system) / IDLE_MS).toFixed(1)} mCPU` });
    report({ what: 'connections', value: String(await server.connections()) });

    for (const stop of stops) stop.abort(new Error('enough'));
    await Promise.all(watching);
    await Promise.all(scalers.map((scaler) => scaler.close()));
    await pool.close();
  },
};

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function usage(): NodeJS.MemoryUsage {
  collectGarbage();
  return process.memoryUsage();
}
