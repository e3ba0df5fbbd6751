// The child of sources.ts: reads every trigger through the sampler, as the controller does when all looks are due, and tells what it took.
import { subscribe } from 'node:diagnostics_channel';
import { createLimiter, systemClock } from '../../src/async.ts';
import { createSampler } from '../../src/controller/sampler.ts';
import { preferSmallHeap } from '../../src/heap.ts';
import { createSourcePool } from '../../src/scalers/sources.ts';
import { polled } from '../support/written-trigger.ts';
import type { Target } from './source-brokers.ts';
import type { Poll, SourceFigures } from './sources.ts';

const POLLS = 4;
/** As many looks as the controller makes at once. */
const LOOKS_AT_ONCE = 512;
/** Of a turn at the source and a read: looks at sources that cannot batch are not all due at once in a cluster. */
const PATIENCE_MS = 600_000;
const METRIC = 's0';
const shutdown = new AbortController().signal;

// As `sluice run` does.
preferSmallHeap();
let connections = 0;
let httpRequests = 0;
subscribe('net.client.socket', () => void connections++);
subscribe('undici:request:create', () => void httpRequests++);
process.once('message', (target: Target) => void load(target));

async function load({ type, triggers, value = 1 }: Target): Promise<void> {
  const heldBefore = heldBytes();
  const clients = createSourcePool({ clock: systemClock });
  const deps = { clients, clock: systemClock };
  const sampler = createSampler({ deps, clock: systemClock, random: Math.random, shutdown });
  const objects = triggers.map((written, i) => {
    const object = `object-${i}`;
    const trigger = polled(type, written);
    sampler.bind(object, [{ metricName: METRIC, trigger, question: object, readTimeoutMs: PATIENCE_MS }]);
    return object;
  });
  const read = async (object: string): Promise<void> => {
    const { signal } = new AbortController();
    const sample = await sampler.sample(object, METRIC, { maxAgeMs: 0, signal });
    if (!sample?.ok) throw sample?.error ?? new Error(`${object} is not bound`);
    if (sample.value !== value) throw new Error(`expected a value of ${value}, found ${sample.value}`);
  };
  const limit = createLimiter(LOOKS_AT_ONCE);
  const poll = () => Promise.all(objects.map((object) => limit(() => read(object))));
  const polls: Poll[] = [];
  for (let i = 0; i < POLLS; i++) polls.push(await measure(poll));
  const { rss: residentBytes } = process.memoryUsage();
  const figures: SourceFigures = { polls, connections, residentBytes, heldBytes: heldBytes() - heldBefore };
  await sampler.close();
  await clients.close();
  process.send?.(figures, () => process.disconnect());
}

async function measure(work: () => Promise<unknown>): Promise<Poll> {
  const before = { at: performance.now(), cpu: process.cpuUsage(), httpRequests };
  await work();
  const { user, system } = process.cpuUsage(before.cpu);
  return {
    tookMs: performance.now() - before.at,
    cpuMs: (user + system) / 1_000,
    httpRequests: httpRequests - before.httpRequests,
  };
}

function heldBytes(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
