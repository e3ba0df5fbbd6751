// Series about the looks at objects: what was decided, how long they waited, and whose they are.
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export interface LookTelemetry {
  decision(reason: string, kind: 'ScaledObject' | 'ScaledJob'): void;
  /** A look at an object because of hints. */
  pushedLook(): void;
  queueWait(seconds: number): void;
  /** A look from its beginning to its end; it mostly waits for others. */
  looked(seconds: number): void;
  objects(counts: Readonly<Record<string, number>>): void;
  /** Objects that this replica acts on. */
  ownedObjects(count: number): void;
  /** Replicas that share the work, this one included. */
  members(count: number): void;
}

export function createLookSeries(registry: Registry, waiting: () => number): LookTelemetry {
  const registers = [registry];
  const decisions = new Counter({
    name: 'sluice_decisions_total',
    help: 'Decisions by kind of object and reason',
    labelNames: ['kind', 'reason'],
    registers,
  });
  const pushedLooks = new Counter({
    name: 'sluice_pushed_looks_total',
    help: 'Looks at objects because a source said that it changed',
    registers,
  });
  const wait = new Histogram({
    name: 'sluice_queue_wait_seconds',
    help: 'From the moment a look at an object was due to the moment it began',
    buckets: [0.001, 0.01, 0.1, 1, 10, 60],
    registers,
  });
  const looks = new Histogram({
    name: 'sluice_look_seconds',
    help: 'Duration of looks at objects, most of which is waiting for sources and the API server',
    buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 1, 3, 10],
    registers,
  });
  new Gauge({
    name: 'sluice_queue_depth',
    help: 'Objects that wait for a look that is due',
    registers,
    collect() {
      this.set(waiting());
    },
  });
  const objects = new Gauge({
    name: 'sluice_objects',
    help: 'Objects served, by kind',
    labelNames: ['kind'],
    registers,
  });
  const owned = new Gauge({
    name: 'sluice_owned_objects',
    help: 'Objects that this replica acts on',
    registers,
  });
  const members = new Gauge({
    name: 'sluice_members',
    help: 'Replicas that share the work, this one included; 0 when its Lease is gone',
    registers,
  });
  members.set(1);
  return {
    decision: (reason, kind) => decisions.inc({ kind, reason }),
    pushedLook: () => pushedLooks.inc(),
    queueWait: (seconds) => wait.observe(seconds),
    looked: (seconds) => looks.observe(seconds),
    objects(counts) {
      for (const [kind, count] of Object.entries(counts)) objects.set({ kind }, count);
    },
    ownedObjects: (count) => owned.set(count),
    members: (count) => members.set(count),
  };
}
