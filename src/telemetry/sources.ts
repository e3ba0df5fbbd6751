// Series about what is read: durations and errors by type of trigger, hints, watches, connections.
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export interface SourceTelemetry {
  /** One read of a source: how long it took, and the error's code and class when it failed. */
  sourceRead(read: {
    readonly type: string;
    readonly seconds: number;
    readonly code?: string;
    readonly class?: string;
  }): void;
  /** A read whose driver ignored its deadline and was left to itself. */
  sourceAbandoned(type: string): void;
  /** A source said that it probably changed. */
  sourceHint(type: string): void;
  /** A source does not say any more when it changes; with the error's code unless it ended in good order. */
  watchEnded(watch: { readonly type: string; readonly code?: string }): void;
  /** A reading that a decision went by. */
  readingUsed(reading: { readonly type: string; readonly ageSeconds: number }): void;
}

/** A client of a broker that is kept, and how many triggers hold it. */
export interface KeptClient {
  /** Of source: the kind of broker, never which one. */
  readonly type: string;
  readonly leases: number;
}

/** What a read may fail with (errors.ts). */
const ERROR_CLASSES = ['AuthError', 'SourceUnavailableError', 'SourceAnswerError', 'InternalError'] as const;

export function createSourceSeries(registry: Registry, clients: () => Iterable<KeptClient>): SourceTelemetry {
  const registers = [registry];
  const reads = new Histogram({
    name: 'sluice_source_read_seconds',
    help: 'Duration of reads by trigger type and outcome (ok or an error code)',
    labelNames: ['type', 'outcome'],
    buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 1, 3, 10],
    registers,
  });
  const errors = new Counter({
    name: 'sluice_source_errors_total',
    help: 'Failed reads by trigger type and class of the error, which says who has to act',
    labelNames: ['type', 'class'],
    registers,
  });
  const ages = new Histogram({
    name: 'sluice_sample_age_seconds',
    help: 'Age of the readings that decisions went by, by trigger type',
    labelNames: ['type'],
    buckets: [0.1, 0.5, 1, 5, 15, 30, 60, 300],
    registers,
  });
  const abandoned = new Counter({
    name: 'sluice_source_reads_abandoned_total',
    help: 'Reads whose driver ignored the deadline',
    labelNames: ['type'],
    registers,
  });
  const hints = new Counter({
    name: 'sluice_source_hints_total',
    help: 'How often sources said that they changed, by trigger type',
    labelNames: ['type'],
    registers,
  });
  const watchEnds = new Counter({
    name: 'sluice_source_watches_ended_total',
    help: 'Watches of sources that ended and are begun again, by trigger type and outcome (ok or an error code)',
    labelNames: ['type', 'outcome'],
    registers,
  });
  const count = (valueOf: (client: KeptClient) => number) =>
    function collect(this: Gauge<'type'>): void {
      this.reset();
      for (const client of clients()) this.inc({ type: client.type }, valueOf(client));
    };
  new Gauge({
    name: 'sluice_source_clients',
    help: 'Clients of brokers that are open, by kind of source',
    labelNames: ['type'],
    registers,
    collect: count(() => 1),
  });
  new Gauge({
    name: 'sluice_source_leases',
    help: 'How many triggers hold such a client, by kind of source',
    labelNames: ['type'],
    registers,
    collect: count(({ leases }) => leases),
  });
  const known = new Set<string>();

  /** So that what has not happened yet is a 0: an increase is seen from the first time on. */
  function begin(type: string): void {
    known.add(type);
    for (const errorClass of ERROR_CLASSES) errors.inc({ type, class: errorClass }, 0);
    abandoned.inc({ type }, 0);
    hints.inc({ type }, 0);
  }

  return {
    sourceRead({ type, seconds, code, class: errorClass }) {
      if (!known.has(type)) begin(type);
      reads.observe({ type, outcome: code ?? 'ok' }, seconds);
      if (errorClass !== undefined) errors.inc({ type, class: errorClass });
    },
    sourceAbandoned: (type) => abandoned.inc({ type }),
    sourceHint: (type) => hints.inc({ type }),
    watchEnded: ({ type, code }) => watchEnds.inc({ type, outcome: code ?? 'ok' }),
    readingUsed: ({ type, ageSeconds }) => ages.observe({ type }, ageSeconds),
  };
}
