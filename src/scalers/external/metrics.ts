// What an external scaler says of its metrics: names and targets, and their values.
import { SourceAnswerError } from '../../errors.ts';
import type { MetricSpec } from '../scaler.ts';
import type { NamedNumber } from './messages.ts';

/** The metrics as the HPA can take them. KEDA leaves what it can't take to the API server, which then refuses the whole HPA. */
export function metricsOf(what: string, specs: readonly NamedNumber[]): readonly Omit<MetricSpec, 'type'>[] {
  if (specs.length === 0) throw new SourceAnswerError(`${what}: expected at least one metric, found none`);
  const names = new Set<string>();
  return specs.map(({ metricName: name, value: target }) => {
    const quoted = JSON.stringify(name);
    if (!/^[^/%\p{Cc}]+$/u.test(name)) {
      throw new SourceAnswerError(`${what}: expected a metric name without / and %, found ${quoted}`);
    }
    if (names.has(name)) throw new SourceAnswerError(`${what}: expected different metric names, found ${quoted} twice`);
    if (!(target > 0 && Number.isFinite(target))) {
      throw new SourceAnswerError(`${what}: expected a target above 0 for metric ${quoted}, found ${target}`);
    }
    names.add(name);
    return { name, target, activation: 0 };
  });
}

/** KEDA reports every value under the name that was asked for, and the HPA adds them up. */
export function sumOf(what: string, values: readonly NamedNumber[]): number {
  if (values.length === 0) throw new SourceAnswerError(`${what}: expected at least one value, found none`);
  const sum = values.reduce((before, { value }) => before + value, 0);
  if (!Number.isFinite(sum)) throw new SourceAnswerError(`${what}: expected a number, found ${sum}`);
  return sum;
}
