// What Sluice makes of a question that KEDA was asked.
import { hpaMetrics } from '../../src/controller/hpa-metrics.ts';
import { ConfigError } from '../../src/errors.ts';
import type { Answer, Question } from '../fixtures/keda-answers/question.ts';
import { parseWritten } from './written-trigger.ts';

/** undefined where only the source knows the metrics. */
export function ourAnswer(type: string, question: Question): Answer | undefined {
  const {
    metadata = {},
    auth = {},
    env = {},
    podIdentity,
    metricType,
    asMetricSource: inFormula,
    index = 0,
  } = question;
  try {
    const { trigger } = parseWritten(type, {
      metadata,
      auth,
      env,
      ...(podIdentity === undefined ? {} : { podIdentity: { provider: podIdentity } }),
      ...(metricType === undefined ? {} : { metricType }),
      ...(inFormula === undefined ? {} : { inFormula }),
    });
    if (trigger.kind === 'described') return undefined;
    return { metrics: hpaMetrics('worker', [{ index, trigger }]).map(metricOf) };
  } catch (error) {
    if (error instanceof ConfigError) return { refused: true };
    throw error;
  }
}

type HpaMetric = ReturnType<typeof hpaMetrics>[number];

function metricOf(metric: HpaMetric) {
  if (metric.type === 'External') return { name: metric.external.metric.name, ...targetOf(metric.external.target) };
  if (metric.type === 'Resource') return { name: metric.resource.name, ...targetOf(metric.resource.target) };
  const { name, container, target } = metric.containerResource;
  return { name: `${name}/${container}`, ...targetOf(target) };
}

type Target = Extract<HpaMetric, { readonly type: 'Resource' }>['resource']['target'];

function targetOf(target: Target) {
  if (target.type === 'Utilization') return { type: target.type, target: String(target.averageUtilization) };
  return { type: target.type, target: target.type === 'Value' ? target.value : target.averageValue };
}
