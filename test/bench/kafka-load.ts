// The child of kafka.ts: connects a trigger for each group, polls them all together, and tells what it took.
import { systemClock } from '../../src/async.ts';
import { createSourcePool } from '../../src/scalers/sources.ts';
import { polled } from '../support/written-trigger.ts';
import { pause } from './bench.ts';
import type { KafkaFigures, KafkaTarget } from './kafka.ts';

const POLLS = 11;
const IDLE_MS = 10_000;
const never = new AbortController().signal;

process.once('message', (target: KafkaTarget) => void load(target));

async function load({ bootstrapServers, groups }: KafkaTarget): Promise<void> {
  const clients = createSourcePool({ clock: systemClock });
  const heldBefore = heldBytes();
  const scalers = await Promise.all(
    groups.map(({ group, topic }) =>
      polled('kafka', { metadata: { bootstrapServers, consumerGroup: group, topic } }).connect({
        clients,
        clock: systemClock,
      }),
    ),
  );
  const pollMs: number[] = [];
  let before = process.cpuUsage();
  for (let i = 0; i < POLLS; i++) {
    const startedAt = performance.now();
    const readings = await Promise.all(scalers.map((scaler) => scaler.read(never)));
    pollMs.push(performance.now() - startedAt);
    const wrong = readings.find(({ value }) => value !== 1);
    if (wrong) throw new Error(`expected every group to lag by 1, found ${wrong.value}`);
    // The first one connects and warms up.
    if (i === 0) before = process.cpuUsage();
  }
  const cpuMs = spent(before);
  const idleFrom = process.cpuUsage();
  await pause(IDLE_MS);
  const figures: KafkaFigures = {
    pollMs,
    cpuMs,
    idleCpuMs: spent(idleFrom),
    connections: process.getActiveResourcesInfo().filter((resource) => resource.startsWith('TCP')).length,
    residentBytes: process.memoryUsage().rss,
    heldBytes: heldBytes() - heldBefore,
  };
  await clients.close();
  process.send?.(figures, () => process.disconnect());
}

function spent(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

function heldBytes(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
