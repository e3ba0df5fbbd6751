// How long `sluice run` takes from the start of the process to /readyz, what it weighs then, and the size of the bundle.
import { stat } from 'node:fs/promises';
import { type Bench, mebibytes, quantile, seconds } from './bench.ts';
import { startCluster } from './cluster.ts';
import { memory } from './process-figures.ts';
import { openWorkspace, runSluice } from './program.ts';

const RUNS = 10;

export const startupBench: Bench = {
  name: 'startup',
  async run(report) {
    await using workspace = await openWorkspace();
    await using cluster = await startCluster(workspace.directory);
    const times: number[] = [];
    const sizes: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      const sluice = await runSluice(workspace, cluster.kubeconfig);
      times.push(sluice.readyAfterMs);
      sizes.push((await memory(sluice.pid)).residentBytes);
      await sluice.stop();
    }
    report({
      what: `\`sluice run\` until ready, ${RUNS} starts: first (makes certificates), median, longest`,
      value: [times[0] ?? 0, quantile(times, 0.5), quantile(times, 1)].map(seconds).join(', '),
      aim: '≤ 2 s',
    });
    report({ what: 'memory (RSS) then, median', value: mebibytes(quantile(sizes, 0.5)) });
    report({
      what: 'size of dist/sluice.js',
      value: `${((await stat(workspace.program)).size / 1024).toFixed(0)} KiB`,
    });
  },
};
