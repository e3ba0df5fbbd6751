// What is sent to an OpenTelemetry collector while the program runs: nothing is loaded unless it is switched on.
import { type Clock, sleep, untilAborted } from '../../async.ts';
import type { Component } from '../../component.ts';
import type { Config, Environment } from '../../config.ts';
import type { Logger } from '../../log.ts';
import type { Telemetry } from '../../telemetry.ts';
import type { TracesExport } from '../../telemetry/otel/traces.ts';
import { version } from '../../version.ts';

export interface OpenTelemetryParts {
  readonly env: Environment;
  readonly clock: Clock;
  readonly log: Logger;
  readonly telemetry: Telemetry;
  /** Which replica this is. */
  readonly instance: string;
}

/** A collector that is gone must not hold up the end. */
const LAST_WORDS_MS = 2_000;

export function createOpenTelemetry(config: Config, parts: OpenTelemetryParts): readonly Component[] {
  const { clock, telemetry } = parts;
  if (!config.openTelemetryMetrics && !config.traces) return [];
  let isReady = false;
  return [
    {
      name: 'opentelemetry',
      ready: () => isReady,
      async run(signal) {
        const options = { ...parts, version, stopping: signal };
        const metrics = config.openTelemetryMetrics ? await startMetrics(options, telemetry) : undefined;
        const traces = config.traces ? await startTraces(options) : undefined;
        if (traces) telemetry.traceTo(traces.record);
        isReady = true;
        await untilAborted(signal);
        const patience = new AbortController();
        const all = Promise.all([metrics?.(), traces?.stop()]).finally(() => patience.abort());
        await Promise.race([all, sleep(clock, LAST_WORDS_MS, patience.signal).catch(() => {})]);
      },
    },
  ];
}

type Options = Omit<OpenTelemetryParts, 'telemetry'> & { readonly version: string; readonly stopping: AbortSignal };

async function startMetrics(options: Options, { kedaProcess, snapshot }: Telemetry): Promise<() => Promise<void>> {
  const { startMetricsExport } = await import('../../telemetry/otel/metrics.ts');
  return startMetricsExport({ ...options, kedaProcess, snapshot });
}

async function startTraces(options: Options): Promise<TracesExport> {
  const { startTracesExport } = await import('../../telemetry/otel/traces.ts');
  return startTracesExport(options);
}
