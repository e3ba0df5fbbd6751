// Series about the process: version, how late its event loop is, and what Node tells by itself.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { collectDefaultMetrics, Gauge, type Registry } from 'prom-client';

/** How often the loop's lag is looked at; what is measured counts from there. */
const RESOLUTION_MS = 20;
const QUANTILES = [50, 99, 100] as const;

export function addProcessSeries(registry: Registry, version: string): void {
  const registers = [registry];
  // Under the names that every dashboard knows: process_… and nodejs_….
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'sluice_build_info',
    help: '1, with the version as label',
    labelNames: ['version'],
    registers,
  }).set({ version }, 1);
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  new Gauge({
    name: 'sluice_event_loop_lag_seconds',
    help: 'How much later than meant the event loop came back, since the last scrape, by quantile',
    labelNames: ['quantile'],
    registers,
    collect() {
      for (const percent of QUANTILES) {
        // Node counts the pause that was meant, too; in nanoseconds.
        const lagSeconds = delay.count === 0 ? 0 : delay.percentile(percent) / 1e9 - RESOLUTION_MS / 1e3;
        this.set({ quantile: String(percent / 100) }, Math.max(0, lagSeconds));
      }
      delay.reset();
    },
  });
}
