// What an external scaler says of its metrics: names and targets, and their values.
import { SourceAnswerError } from '../../errors.ts';
import type { MetricSpec } from '../scaler.ts';
import type { NamedNumber } from './messages.ts';

const MOST_METRICS = 100;
const LONGEST_NAME = 1_000;

/** The metrics as the HPA can take them. KEDA leaves what it can't take to the API server, which then refuses the whole HPA. */
export function metricsOf(what: string, specs: readonly NamedNumber[]): readonly Omit<MetricSpec, 'type'>[] {
  if (specs.length === 0) throw new SourceAnswerError(`${what}: expected at least one metric, found none`);
  if (specs.length > MOST_METRICS)
    throw new SourceAnswerError(`${what}: expected at most ${MOST_METRICS} metrics, found ${specs.length}`);
  if (specs.some(({ metricName }) => metricName.length > LONGEST_NAME))
    throw new SourceAnswerError(
      `${what}: expected metric names of at most ${LONGEST_NAME} characters, found a longer one`,
    );
  const names = new Set<string>();
  return specs.map(({ metricName: name, value: target }) => {
    const quoted = JSON.stringify(name);
    if (!/^[^/%\p{Cc}]+$/u.test(name)) {
      throw new SourceAnswerError(`${what}: expected a metric name without / and %, found ${quoted}`);
    }
    if (names.has(name)) throw new SourceAnswerError(`${what}: expected different metric names, found ${quoted} twice`);
    // An HPA's target has three decimals.
    if (!(Math.round(target * 1_000) > 0 && Number.isFinite(target))) {
      throw new SourceAnswerError(`${what}: expected a target of at least 0.001 for metric ${quoted}, found ${target}`);
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
