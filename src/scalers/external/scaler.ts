// One metric of an external scaler: its value, whether the scaler calls itself active, and its pushes.
import type { Lease, Scaler, ScalerDeps } from '../scaler.ts';
import type { Channel } from './channel.ts';
import { GET_METRICS, IS_ACTIVE, type ScaledObjectRef, STREAM_IS_ACTIVE, STREAM_METRIC_SPEC } from './messages.ts';
import { sumOf } from './metrics.ts';
import { createPushes } from './pushes.ts';

export interface ExternalQuestion {
  /** Names the server in errors. */
  readonly what: string;
  readonly ref: ScaledObjectRef;
  readonly metricName: string;
}

/** KEDA: the value comes from GetMetrics, and IsActive alone says whether it is active. */
export function createExternalScaler(
  { what, ref, metricName }: ExternalQuestion,
  { client: channel, release }: Lease<Channel>,
  { clock }: ScalerDeps,
): Scaler & Required<Pick<Scaler, 'watch'>> {
  const pushes = createPushes(clock);
  const getMetrics = `${what}: GetMetrics of ${JSON.stringify(metricName)}`;

  /** KEDA: an optional method. The first message tells what is known already; the next look asks which metrics there are now. */
  async function watchSpecs(wake: () => void, signal: AbortSignal): Promise<void> {
    let messages = 0;
    const hear = (): void => {
      if (++messages > 1) wake();
    };
    // Its end is no loss: every look asks again anyway.
    await channel.listen(STREAM_METRIC_SPEC, ref, { what: `${what}: StreamMetricSpec`, hear }, signal).catch(() => {});
  }

  return {
    async read(signal) {
      const isPushed = pushes.take();
      const [values, isActive] = await Promise.all([
        channel.ask(GET_METRICS, { scaledObjectRef: ref, metricName }, getMetrics, signal),
        channel.ask(IS_ACTIVE, ref, `${what}: IsActive`, signal),
      ]);
      return { value: sumOf(getMetrics, values), active: isPushed() || isActive };
    },
    async watch(wake, signal) {
      const specs = new AbortController();
      const stop = (): void => specs.abort(signal.reason);
      signal.addEventListener('abort', stop, { once: true });
      const watchingSpecs = watchSpecs(wake, specs.signal);
      const hear = (isActive: boolean): void => {
        if (pushes.note(isActive)) wake();
      };
      try {
        await channel.listen(STREAM_IS_ACTIVE, ref, { what: `${what}: StreamIsActive`, begun: wake, hear }, signal);
      } finally {
        signal.removeEventListener('abort', stop);
        specs.abort(new DOMException('the watch has ended', 'AbortError'));
        await watchingSpecs;
      }
    },
    close: release,
  };
}
