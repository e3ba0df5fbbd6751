// What it costs to keep many objects: requests to the API server, CPU and memory, while nothing happens and while HPAs ask.
import { mebibytes, pause, seconds } from '../../bench/bench.ts';
import { cpuMs, memory } from '../../bench/process-figures.ts';
import { createDeployments, createScaledObjects, nameOf } from '../../bench/redis.ts';
import { eventually } from '../../support/eventually.ts';
import type { AuditEvent } from '../control-plane/audit.ts';
import type { Part } from './part.ts';
import { isReady, onScene, type Scene } from './scene.ts';

const POLL_S = 30;
const SIZE = 3;
const SETTLE_MS = 45_000;
const MEASURE_MS = 120_000;
const LONGEST_WAIT_MS = 400_000;

type Report = Parameters<Part['run']>[1];

export const cost: Part = {
  name: `cost at a ${POLL_S} s poll`,
  run: (contender, report, { objects: count }) =>
    onScene(contender, async (scene) => {
      const { plane, redis, objects, deployments } = scene;
      await createDeployments(plane.client, count);
      const startedAt = performance.now();
      const spec = { pollingInterval: POLL_S, maxReplicaCount: SIZE };
      await createScaledObjects(plane.client, count, { port: redis.port, spec });
      await eventually('all are Ready', () => objects.list().filter(isReady).length === count, LONGEST_WAIT_MS);
      report({ what: `${count} objects, first apply → last Ready`, value: seconds(performance.now() - startedAt) });
      await pause(SETTLE_MS);
      await measure(scene, 'idle', count, report);

      const pushedAt = performance.now();
      await redis.push(
        Array.from({ length: count }, (_, i) => nameOf(i)),
        SIZE * 5,
      );
      const sized = (): number => deployments.list().filter(({ spec: { replicas } }) => replicas === SIZE).length;
      await eventually('all are at size', () => sized() === count, LONGEST_WAIT_MS);
      report({
        what: `work for all ${count} at once → last at ${SIZE} replicas`,
        value: seconds(performance.now() - pushedAt),
      });
      await pause(SETTLE_MS);
      await measure(scene, 'active', count, report);
    }),
};

async function measure(scene: Scene, when: string, count: number, report: Report): Promise<void> {
  const { running } = scene;
  const cpu = async (): Promise<number> => sum(await Promise.all(running.pids.map(cpuMs)));
  const [since, cpuBefore, startedAt] = [await scene.mark(), await cpu(), performance.now()];
  await pause(MEASURE_MS);
  const elapsedMs = performance.now() - startedAt;
  const used = (await cpu()) - cpuBefore;
  const events = await scene.requests(since);
  const perObject = (some: readonly AuditEvent[]): string => (some.length / count / (elapsedMs / 60_000)).toFixed(2);
  const writes = events.filter(({ verb, objectRef }) => isWrite(verb) && !isReview(objectRef?.resource));
  const resident = await Promise.all(running.pids.map(async (pid) => (await memory(pid)).residentBytes));
  report({ what: `${when}: API requests an object and minute`, value: perObject(events) });
  report({ what: `${when}: of these, writes`, value: perObject(writes) });
  report({ what: `${when}: CPU of all its processes`, value: `${((1000 * used) / elapsedMs).toFixed(0)} mCPU` });
  const each = resident.length > 1 ? ` (${resident.map(mebibytes).join(', ')})` : '';
  report({ what: `${when}: memory (RSS) of all its processes`, value: `${mebibytes(sum(resident))}${each}` });
  const kinds = Map.groupBy(events, ({ verb, objectRef: o }) => `${verb} ${o?.resource ?? ''}/${o?.subresource ?? ''}`);
  console.error(`  ${when}: ${[...kinds].map(([kind, { length }]) => `${kind} ${length}`).join(', ')}`);
}

function isWrite(verb: string): boolean {
  return ['create', 'update', 'patch', 'delete', 'deletecollection'].includes(verb);
}

/** Asking who somebody is, or what they may do. */
function isReview(resource = ''): boolean {
  return resource.endsWith('reviews');
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
