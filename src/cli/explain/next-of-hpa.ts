// What the HPA will do next, by its own arithmetic and the values that Sluice would give it.
import { tolerancesOf, scaleDownRules } from '../../hpa/behavior.ts';
import { type ObservedMetric, replicasForMetrics } from '../../hpa/desired-replicas.ts';
import type { DecisionRecord } from '../../controller/decisions.ts';
import type { LiveHpa } from './facts.ts';
import type { TriggerLine } from './explanation.ts';
import { duration, replicas } from './wording.ts';

/** For example `HPA "keda-hpa-worker" (1 to 20)`. */
export function titleOf({ metadata, spec }: LiveHpa): string {
  return `HPA "${metadata.name}" (${spec.minReplicas} to ${spec.maxReplicas})`;
}

export function nextOfHpa(hpa: LiveHpa, record: DecisionRecord | undefined, lines: readonly TriggerLine[]): string {
  return `${titleOf(hpa)} ${record ? byValues(hpa, record, lines) : byItself(hpa)}`;
}

function byValues(hpa: LiveHpa, { decision, seen }: DecisionRecord, lines: readonly TriggerLine[]): string {
  const current = decision.scaleTo ?? seen.replicas;
  // What was just started may be ready by the time it looks.
  const ready = decision.scaleTo ?? seen.readyReplicas ?? current;
  if (current === 0) return 'rests while there are no replicas: only Sluice wakes the target';
  const { behavior, minReplicas, maxReplicas } = hpa.spec;
  // The HPA goes by the first line alone where a formula makes one metric of all.
  const metrics = (decision.composite ? lines.slice(0, 1) : lines).map((line) => observed(line, current));
  // What only the HPA reads may ask for more than all of these.
  const others = hpa.spec.metrics.filter(({ type }) => type !== 'External').length > 0;
  const counts = { spec: current, status: current, ready };
  const demand = replicasForMetrics(metrics, counts, tolerancesOf(behavior));
  if (demand.kind === 'unknown') {
    return metrics.length === 0
      ? 'goes by the cpu and memory of the pods, which only it reads'
      : `keeps ${replicas(current)}: ${demand.missing.join(', ')} might ask for more than is known`;
  }
  const wanted = Math.min(maxReplicas, Math.max(minReplicas, demand.replicas));
  if (wanted >= current || others) return upwards(wanted, current, others, hpa);
  const { selectPolicy, stabilizationMs } = scaleDownRules(behavior?.scaleDown);
  if (selectPolicy === 'Disabled') return `may not go down from ${replicas(current)} (scaleDown.selectPolicy Disabled)`;
  const when =
    stabilizationMs === 0
      ? 'at its next look'
      : `once nothing has asked for more during ${duration(stabilizationMs / 1_000)}`;
  return `goes down from ${current} to ${wanted} ${when}`;
}

function upwards(wanted: number, current: number, others: boolean, { spec }: LiveHpa): string {
  if (wanted > current) {
    if (spec.behavior?.scaleUp?.selectPolicy === 'Disabled') {
      return `may not go up from ${replicas(current)} (scaleUp.selectPolicy Disabled)`;
    }
    return `goes up from ${current} to ${wanted}${spec.behavior?.scaleUp ? ', as fast as its scaleUp rules allow' : ''}`;
  }
  if (others) return `keeps ${current} or more, by the cpu and memory of the pods, which only it reads`;
  return `keeps ${replicas(current)}${current === spec.maxReplicas ? ', its maximum' : ''}`;
}

/** A trigger that cannot be put to use has no target; as one without a value it keeps the HPA from going down. */
function observed(
  { metric: name, type = 'AverageValue', target = 1, value, state, wants }: TriggerLine,
  current: number,
): ObservedMetric {
  if (state === 'fallback' && wants !== undefined) {
    return { name, type, target, value: type === 'Value' ? (target * wants) / Math.max(1, current) : target * wants };
  }
  return { name, type, target, value };
}

/** From its own status, when nobody says what the triggers say. */
function byItself({ status }: LiveHpa): string {
  const scaling = status?.conditions?.find(({ type }) => type === 'ScalingActive');
  if (scaling && scaling.status !== 'True') {
    return scaling.reason === 'ScalingDisabled'
      ? 'rests while there are no replicas'
      : `has no value to go by: ${scaling.message ?? scaling.reason ?? 'it gives no reason'}`;
  }
  const { currentReplicas, desiredReplicas } = status ?? {};
  if (desiredReplicas === undefined) return 'has not looked yet';
  return currentReplicas === desiredReplicas
    ? `keeps ${replicas(desiredReplicas)}`
    : `is on the way from ${currentReplicas ?? '?'} to ${desiredReplicas}`;
}
