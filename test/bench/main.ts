// `make bench`: prints figures, never passes or fails on time. `node test/bench/main.ts NAME…` runs some parts only.
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { admissionBench } from './admission.ts';
import { type Bench, type Line, markdownTables } from './bench.ts';
import { decideBench } from './decide.ts';
import { externalBench } from './external.ts';
import { formulaBench } from './formula.ts';
import { metricsApiBench } from './metrics-api.ts';
import { objects100, objects1000, objects10000 } from './objects.ts';
import { pushBench } from './push.ts';
import { podsBench } from './pods.ts';
import { reconcileBench } from './reconcile.ts';
import { scaledJobBench } from './scaled-job.ts';
import { scaledJobPlanBench } from './scaled-job-plan.ts';
import { sourceBenches } from './sources.ts';
import { startupBench } from './startup.ts';
import { stepBench } from './step.ts';
import { telemetryBench } from './telemetry.ts';
import { validateBench } from './validate.ts';

const BENCHES = [
  startupBench,
  validateBench,
  decideBench,
  reconcileBench,
  scaledJobBench,
  scaledJobPlanBench,
  formulaBench,
  metricsApiBench,
  admissionBench,
  podsBench,
  externalBench,
  stepBench,
  pushBench,
  telemetryBench,
  ...sourceBenches,
  objects100,
  objects1000,
  objects10000,
];

const names = process.argv.slice(2);
const unknown = names.filter((name) => !BENCHES.some((bench) => isMeant(bench, name)));
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(', ')}; there are: ${BENCHES.map((bench) => bench.name).join(', ')}`);
  process.exit(2);
}

const chosen = BENCHES.filter((bench) =>
  names.length > 0 ? names.some((name) => isMeant(bench, name)) : !bench.onlyByName,
);
const loads: number[] = [];
const lines: Line[] = [];
for (const bench of chosen) {
  const startedAt = performance.now();
  loads.push(loadavg()[0] ?? 0);
  console.error(`${bench.name} …`);
  await bench
    .run(
      ({ what, value, aim = '' }) => {
        lines.push({ part: bench.name, figure: what, measured: value, aim });
        console.error(`  ${what}: ${value}`);
      },
      (line) => {
        lines.push(line);
        console.error(`  ${Object.entries(line).flat().join(' ')}`);
      },
    )
    .catch((error: unknown) => {
      console.error(error);
      const measured = error instanceof Error ? error.message : String(error);
      lines.push({ part: bench.name, figure: 'failed', measured, aim: '' });
      process.exitCode = 1;
    });
  console.error(`  (${((performance.now() - startedAt) / 1000).toFixed(0)} s)`);
}
console.log(`\n${machine()}\n\n${markdownTables(lines)}`);
// A part that failed may have left a broker open.
process.exit();

/** `sources` means `sources-redis` and its like. */
function isMeant({ name, onlyByName }: Bench, wanted: string): boolean {
  return name === wanted || (name.startsWith(`${wanted}-`) && !onlyByName);
}

/** The load says whether others had the cores too; the figures of time mean little where they had. */
function machine(): string {
  const load = loads.map((part) => part.toFixed(1)).join(', ');
  return `${availableParallelism()} cores (${cpus()[0]?.model.trim()}), ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.versions.node}, ${process.platform}; load average (1 min) before each part: ${load}`;
}
