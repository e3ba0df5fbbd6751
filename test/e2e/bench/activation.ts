// From a message to the write of /scale, and to the size that the queue asks for.
import { eventually } from '../../support/eventually.ts';
import { pause, quantile, seconds } from '../../bench/bench.ts';
import { createDeployments, createScaledObjects, nameOf } from '../../bench/redis.ts';
import type { Part } from './part.ts';
import { isReady, onScene, replicasOf, type Scene } from './scene.ts';

const ROUNDS = 20;
/** So many of the rounds wait for the full size too; with KEDA that takes the HPA's own steps. */
const FULL_ROUNDS = 3;
const POLL_S = 5;
const SIZE = 10;

export const activation: Part = {
  name: `0 → N at a ${POLL_S} s poll`,
  run: (contender, report) =>
    onScene(contender, async (scene) => {
      const { plane, redis, objects } = scene;
      const name = nameOf(0);
      await createDeployments(plane.client, 1);
      await createScaledObjects(plane.client, 1, {
        port: redis.port,
        spec: { pollingInterval: POLL_S, cooldownPeriod: 0 },
      });
      await eventually('it is Ready', () => objects.list().some(isReady), 60_000);
      const firstWrites: number[] = [];
      const atSize: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        // At another moment of the interval each time.
        await pause(((round + 0.5) / ROUNDS) * POLL_S * 1_000);
        const since = await scene.mark();
        const pushedAt = Date.now();
        await redis.push([name], SIZE * 5);
        await eventually('it is awake', () => replicasOf(scene, name) > 0, 60_000);
        firstWrites.push((await firstScaleWriteAt(scene, since)) - pushedAt);
        if (round < FULL_ROUNDS) {
          await eventually('it is at size', () => replicasOf(scene, name) === SIZE, 180_000);
          atSize.push(Date.now() - pushedAt);
        }
        await redis.empty(name);
        await eventually('it sleeps', () => replicasOf(scene, name) === 0, 60_000);
      }
      const times = [quantile(firstWrites, 0.5), p95(firstWrites), Math.max(...firstWrites)].map(seconds).join(', ');
      report({ what: `message → /scale written, ${ROUNDS} times: median, p95, longest`, value: times });
      const longest = [0.5, 1].map((part) => seconds(quantile(atSize, part))).join(', ');
      report({ what: `message → ${SIZE} replicas asked for, ${FULL_ROUNDS} times: median, longest`, value: longest });
    }),
};

/** By nearest rank: of twenty the longest but one. */
function p95(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.ceil(0.95 * times.length) - 1] ?? Number.NaN;
}

async function firstScaleWriteAt(scene: Scene, since: number): Promise<number> {
  const isScaleWrite = (verb: string, subresource?: string): boolean =>
    subresource === 'scale' && (verb === 'update' || verb === 'patch');
  const [first] = (await scene.requests(since)).filter(({ verb, objectRef }) =>
    isScaleWrite(verb, objectRef?.subresource),
  );
  if (first === undefined) throw new Error('the audit log shows no write of /scale');
  return Date.parse(first.stageTimestamp);
}
