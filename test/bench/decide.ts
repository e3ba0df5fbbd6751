// What a decision costs, and a whole look at an object in which nothing changed, without network.
import { scaledObjects } from '../../src/api/names.ts';
import type { ScaledObject } from '../../src/api/scaled-object.ts';
import { decide } from '../../src/controller/decide/decide.ts';
import type { Observation } from '../../src/controller/decide/observation.ts';
import { policyOf } from '../../src/controller/decide/policy.ts';
import { EMPTY_STATE } from '../../src/hpa/state.ts';
import { DEPLOYMENTS } from '../../src/kube/resources.ts';
import { createTelemetry } from '../../src/telemetry.ts';
import { aDeployment, aScaledObject, createQueueTypes, never } from '../support/controller-world.ts';
import { createMemoryKube } from '../support/memory-kube.ts';
import { type Bench, pause, type Report } from './bench.ts';
import { createBenchController } from './bench-controller.ts';

const DECISIONS = 500_000;
const OBJECTS = 1_000;
const LOOKS_DURING_MS = 6_000;

export const decideBench: Bench = {
  name: 'decide',
  async run(report) {
    decisions(report);
    await looks(report);
  },
};

function decisions(report: Report): void {
  const object = aScaledObject('worker', { maxReplicaCount: 50 });
  const policy = policyOf(
    object as ScaledObject,
    { kind: 'running', scaleIn: 'allowed', scaleOut: 'allowed' },
    { readTimeoutMs: 3_000 },
  );
  const seen = (value: number): Observation => ({
    now: 1_000_000,
    createdAt: 0,
    lastActiveAt: 900_000,
    replicas: value % 3,
    readyReplicas: value % 3,
    triggers: [
      { kind: 'value', metric: 's0-queue', value, isActive: value > 0, target: 5, type: 'AverageValue', at: 999_000 },
    ],
    phaseMs: 17,
    history: EMPTY_STATE,
  });
  const cases = Array.from({ length: 100 }, (_, i) => seen(i));
  const rounds = (count: number): void => {
    for (let i = 0; i < count; i++) decide(policy, cases[i % cases.length] ?? seen(0));
  };
  rounds(DECISIONS / 10);
  const startedAt = performance.now();
  rounds(DECISIONS);
  const tookMs = performance.now() - startedAt;
  report({ what: 'one decision', value: `${((tookMs * 1_000) / DECISIONS).toFixed(2)} µs` });
}

/** Real time, a poll each second, sources that answer at once: what is left is the work of the loop itself. */
async function looks(report: Report): Promise<void> {
  const kube = createMemoryKube(Date.now);
  for (let i = 0; i < OBJECTS; i++) {
    await kube.create(DEPLOYMENTS, aDeployment(`w-${i}`, 0), { signal: never });
    await kube.create(scaledObjects, aScaledObject(`w-${i}`, { pollingInterval: 1 }), { signal: never });
  }
  let decided = 0;
  const stop = new AbortController();
  const controller = createBenchController(kube, createQueueTypes(new Map()), {
    telemetry: { ...createTelemetry(), decision: () => decided++ },
  });
  const running = controller.run(stop.signal);
  // Until each was looked at and nothing is written any more.
  for (let writes = -1; decided < OBJECTS * 3 || writes !== kube.writes().length; await pause(2_500)) {
    writes = kube.writes().length;
  }
  const [before, cpuBefore, writesBefore] = [decided, process.cpuUsage(), kube.writes().length];
  await pause(LOOKS_DURING_MS);
  const { user, system } = process.cpuUsage(cpuBefore);
  const count = decided - before;
  report({
    what: `one look at an idle object (load, bind, sample, decide, report), ${count} of them`,
    value: `${((user + system) / count).toFixed(0)} µs of CPU`,
  });
  report({ what: 'API writes meanwhile', value: String(kube.writes().length - writesBefore), aim: '0' });
  stop.abort(new Error('the bench is over'));
  await running;
}
