// Metric names as KEDA forms them, so that HPAs and dashboards made for it keep working.

/** A trigger's text as a metric name: each of `/ . : % ( )` becomes `-`, everything else stays. */
export function metricName(text: string): string {
  return text.replaceAll(/[/.:%()]/g, '-');
}
