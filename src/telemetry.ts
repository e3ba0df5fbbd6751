// What the program tells of itself in numbers: components get narrow callbacks, never a registry. Every series is declared once, in
// telemetry/, and docs/metrics.md is made of the declarations.
import { Registry } from 'prom-client';
import { nextTurn } from './async.ts';
import type { DecisionSpan } from './telemetry/decision-span.ts';
import { type Declaration, renderFamilies } from './telemetry/exposition.ts';
import type { Pulled, Snapshot } from './telemetry/figures.ts';
import { objectFamilies } from './telemetry/keda-objects.ts';
import {
  type CloudEventTelemetry,
  createKedaProcess,
  httpDurations,
  type KedaProcess,
} from './telemetry/keda-process.ts';
import { httpDurationByTrigger, triggerFamilies } from './telemetry/keda-triggers.ts';
import { createLookSeries, type LookTelemetry } from './telemetry/looks.ts';
import { addProcessSeries } from './telemetry/process.ts';
import { createServingSeries, type ServingTelemetry } from './telemetry/serving.ts';
import { takeSnapshot } from './telemetry/snapshot.ts';
import { createSourceSeries, type KeptClient, type SourceTelemetry } from './telemetry/sources.ts';
import { version } from './version.ts';

export interface Telemetry extends SourceTelemetry, LookTelemetry, ServingTelemetry {
  /** A request over HTTP for the sake of a trigger; `status` is `error` when there was no answer. */
  httpRequest: KedaProcess['httpRequest'];
  readonly cloudEvents: CloudEventTelemetry;
  /** Shows a decision in a trace, if there are traces: then it is asked what to show. */
  traceDecision(describe: () => DecisionSpan): void;
  /** Where traces go from now on. */
  traceTo(take: (span: DecisionSpan) => void): void;
  /** Has what exists asked for when the series are wanted. What is given later adds to what was given before. */
  pull(pulled: Partial<Pulled>): void;
  /** As `pull`, of the clients of brokers and of the looks that wait. */
  watchClients(clients: () => Iterable<KeptClient>): void;
  watchQueue(depth: () => number): void;
  /** The text that /metrics serves, piece by piece; others get their turn in between. */
  render(): AsyncIterable<string>;
  readonly contentType: string;
  /** For other ways out. */
  snapshot(): Promise<Snapshot>;
  readonly kedaProcess: KedaProcess;
  /** Every series there can be. */
  declarations(): readonly Declaration[];
}

export interface TelemetryOptions {
  /** Series of HTTP durations for each trigger, not only for each type (KEDA: --enable-high-cardinality-metrics-labels). */
  readonly labels?: 'low-cardinality' | 'high-cardinality';
}

export function createTelemetry({ labels = 'low-cardinality' }: TelemetryOptions = {}): Telemetry {
  const registry = new Registry();
  const pulled: Partial<Pulled>[] = [];
  let clients: () => Iterable<KeptClient> = () => [];
  let waiting = (): number => 0;
  let trace: ((span: DecisionSpan) => void) | undefined;
  const kedaProcess = createKedaProcess(version);
  const durations = labels === 'high-cardinality' ? httpDurationByTrigger : httpDurations(kedaProcess);
  const families = [...kedaProcess.families, ...objectFamilies, ...triggerFamilies, durations];
  const snapshot = (): Promise<Snapshot> => takeSnapshot(pulled);
  addProcessSeries(registry, version);
  return {
    ...createSourceSeries(registry, () => clients()),
    ...createLookSeries(registry, () => waiting()),
    ...createServingSeries(registry),
    httpRequest: kedaProcess.httpRequest,
    cloudEvents: kedaProcess.cloudEvents,
    traceDecision: (describe) => trace?.(describe()),
    traceTo: (take) => {
      trace = take;
    },
    pull: (more) => void pulled.push(more),
    watchClients: (kept) => {
      clients = kept;
    },
    watchQueue: (depth) => {
      waiting = depth;
    },
    async *render() {
      yield await registry.metrics();
      for (const piece of renderFamilies(families, await snapshot())) {
        await nextTurn();
        yield piece;
      }
    },
    contentType: registry.contentType,
    snapshot,
    kedaProcess,
    declarations: () => [...families, ...declarationsIn(registry)],
  };
}

/** The library's own types leave out what every metric has. */
function declarationsIn(registry: Registry): readonly Declaration[] {
  const metrics = registry.getMetricsAsArray() as unknown as readonly (Omit<Declaration, 'labels'> & {
    readonly labelNames: readonly string[];
  })[];
  return metrics.map(({ name, type, help, labelNames }) => ({ name, type, help, labels: labelNames }));
}
