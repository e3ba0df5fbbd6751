// What an outcome means for the fields of the status other than conditions. Pure.
import { pauseOf } from '../api/annotations.ts';
import { usesModifiers } from '../api/checks.ts';
import { COMPOSITE_METRIC } from '../api/names.ts';
import type { ScaledObject } from '../api/scaled-object.ts';
import type { Binding } from './binding.ts';
import type { ObservedTarget } from './scale-target.ts';
import type { Outcome } from './outcome.ts';
import { healthFacts } from './failures.ts';
import { type StatusFacts, timestamp } from './status.ts';
import { groupVersionOf, kindText, targetOf } from '../api/target.ts';

/** What a reconcile found on its way to the outcome; what it did not get to is left out. */
export interface Findings {
  readonly target?: ObservedTarget;
  readonly bindings?: readonly Binding[];
  /** The HPA's name once it is in place; null once it was removed. */
  readonly hpaName?: string | null;
}

export function statusFacts(object: ScaledObject, outcome: Outcome, found: Findings): StatusFacts {
  return {
    ...targetFacts(object, found),
    ...triggerFacts(object, found.bindings),
    ...(found.hpaName === undefined ? {} : { hpaName: found.hpaName }),
    ...(outcome.kind === 'decided' ? decisionFacts(object, outcome) : {}),
    ...pauseFacts(object, outcome),
  };
}

function pauseFacts(object: ScaledObject, outcome: Outcome): StatusFacts {
  if (outcome.kind === 'paused') return { pausedReplicaCount: outcome.replicas ?? null };
  return outcome.kind === 'decided' || pauseOf(object).kind === 'running' ? { pausedReplicaCount: null } : {};
}

function targetFacts(object: ScaledObject, { target }: Findings): StatusFacts {
  if (!target) return {};
  const { group, version, kind, plural } = target.resource;
  return {
    scaleTargetKind: kindText(targetOf(object)),
    scaleTargetGVKR: { group, version, kind, resource: plural },
    originalReplicaCount: originalReplicasOf(object) ?? target.replicas,
  };
}

/** The first number of replicas ever seen, if it is on record; that of a target of another kind is not this one's. */
export function originalReplicasOf(object: ScaledObject): number | undefined {
  const { originalReplicaCount, scaleTargetGVKR: seen } = object.status ?? {};
  const { apiVersion, kind } = targetOf(object);
  const isAnother = seen && (seen.kind !== kind || seen.group !== groupVersionOf(apiVersion).group);
  return isAnother ? undefined : originalReplicaCount;
}

/** Metric names only when every trigger is in order: with one missing the HPA is left as it is, and so are its names. */
function triggerFacts(object: ScaledObject, bindings: readonly Binding[] | undefined): StatusFacts {
  if (!bindings) return {};
  const { triggers } = object.spec;
  const authentications = triggers.flatMap(({ authenticationRef }) => authenticationRef?.name ?? []);
  const names = bindings.some(({ kind }) => kind === 'broken')
    ? {}
    : {
        externalMetricNames: orNull(bindings.flatMap((b) => (b.kind === 'polled' ? [b.metricName] : []))),
        resourceMetricNames: orNull(
          bindings.flatMap((b) =>
            b.kind === 'resource' && b.trigger.containerName === undefined ? [b.trigger.resource] : [],
          ),
        ),
      };
  return {
    triggersTypes: [...new Set(triggers.map(({ type }) => type))].join(','),
    // KEDA puts the names of the authentications here, not their types.
    authenticationsTypes: [...new Set(authentications)].join(',') || null,
    compositeScalerName: usesModifiers(object.spec) ? COMPOSITE_METRIC : null,
    ...names,
  };
}

function decisionFacts(object: ScaledObject, outcome: Extract<Outcome, { kind: 'decided' }>): StatusFacts {
  const { decision, seen } = outcome;
  const activity = seen.triggers.flatMap((trigger) => {
    // What a failing trigger said before it failed stands until it speaks again.
    if (trigger.kind === 'failed' && !decision.inFallback.includes(trigger.metric)) {
      const former = object.status?.triggersActivity?.[trigger.metric];
      return former ? [[trigger.metric, former] as const] : [];
    }
    return [[trigger.metric, { isActive: trigger.kind === 'value' ? trigger.isActive : true }] as const];
  });
  return {
    triggersActivity: activity.length > 0 ? Object.fromEntries(activity) : null,
    health: healthFacts(outcome.policy, seen.triggers),
    ...(decision.lastActiveAt === undefined ? {} : { lastActiveTime: timestamp(decision.lastActiveAt) }),
  };
}

function orNull(names: readonly string[]): readonly string[] | null {
  return names.length > 0 ? names : null;
}
