// Hands the SDK our figures as finished data. Instruments of its own would keep a copy of every series, and drop all but 2,000 of each.
import type { HrTime } from '@opentelemetry/api';
import type * as sdkMetrics from '@opentelemetry/sdk-metrics';
import type { MetricData, MetricProducer } from '@opentelemetry/sdk-metrics';
import { type Clock, nextTurn } from '../../async.ts';
import type { Snapshot } from '../figures.ts';
import { HTTP_BUCKETS, type HttpFigures } from '../http-figures.ts';
import type { KedaProcess } from '../keda-process.ts';
import { DURATIONS, httpDurationPoints, type Instrument, kedaInstruments, METER, type Point } from './instruments.ts';

/** What is needed of the SDK, once it is loaded. */
type Sdk = Pick<typeof sdkMetrics, 'AggregationTemporality' | 'DataPointType'>;

export interface ProducerOptions {
  readonly sdk: Sdk;
  readonly kedaProcess: KedaProcess;
  readonly snapshot: () => Promise<Snapshot>;
  readonly version: string;
  readonly clock: Clock;
}

export function createProducer({ sdk, kedaProcess, snapshot, version, clock }: ProducerOptions): MetricProducer {
  const instruments = kedaInstruments(kedaProcess, version);
  const startTime = hrTime(clock.now());

  function dataOf(instrument: Instrument, now: Snapshot, endTime: HrTime): MetricData {
    const { name, description, unit, kind } = instrument;
    const base = {
      descriptor: { name, description, unit, valueType: 1 },
      aggregationTemporality: sdk.AggregationTemporality.CUMULATIVE,
      dataPoints: Array.from(instrument.points(now), (point) => ({ ...point, startTime, endTime })),
    };
    return kind === 'gauge'
      ? { ...base, dataPointType: sdk.DataPointType.GAUGE }
      : { ...base, dataPointType: sdk.DataPointType.SUM, isMonotonic: kind === 'counter' };
  }

  function durations(endTime: HrTime): MetricData {
    return {
      descriptor: {
        name: DURATIONS.name,
        description: '',
        unit: DURATIONS.unit,
        valueType: 1,
      },
      aggregationTemporality: sdk.AggregationTemporality.CUMULATIVE,
      dataPointType: sdk.DataPointType.HISTOGRAM,
      dataPoints: httpDurationPoints(kedaProcess).map(({ attributes, value }: Point<HttpFigures>) => ({
        attributes,
        startTime,
        endTime,
        value: {
          buckets: { boundaries: [...HTTP_BUCKETS], counts: [...value.buckets] },
          sum: value.sumSeconds,
          count: value.count,
        },
      })),
    };
  }

  return {
    async collect() {
      const now = await snapshot();
      const endTime = hrTime(clock.now());
      const metrics = [durations(endTime)];
      for (const instrument of instruments) {
        // Tens of thousands of points each: nobody is to wait for all of them.
        await nextTurn();
        metrics.push(dataOf(instrument, now, endTime));
      }
      const told = metrics.filter(({ dataPoints }) => dataPoints.length > 0);
      // The resource is the SDK's own producer's.
      const { emptyResource } = await import('@opentelemetry/resources');
      const scopeMetrics = [{ scope: { name: METER, version }, metrics: told }];
      return { resourceMetrics: { resource: emptyResource(), scopeMetrics }, errors: [] };
    },
  };
}

export function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)];
}
