// Which Events are CloudEvents as well: KEDA's reasons and the types that stand for them.
import type { CloudEventSourceSpec, CloudEventType } from '../api/cloud-event-source.ts';

const TYPES: ReadonlyMap<string, CloudEventType> = new Map([
  ['ScaledObjectReady', 'keda.scaledobject.ready.v1'],
  ['ScaledObjectCheckFailed', 'keda.scaledobject.failed.v1'],
  ['ScaledObjectUpdateFailed', 'keda.scaledobject.failed.v1'],
  ['ScaledObjectDeleted', 'keda.scaledobject.removed.v1'],
  ['ScaledObjectPaused', 'keda.scaledobject.paused.v1'],
  ['ScaledObjectUnpaused', 'keda.scaledobject.unpaused.v1'],
  ['ScaledJobReady', 'keda.scaledjob.ready.v1'],
  ['ScaledJobCheckFailed', 'keda.scaledjob.failed.v1'],
  ['ScaledJobUpdateFailed', 'keda.scaledjob.failed.v1'],
  ['ScaledJobDeleted', 'keda.scaledjob.removed.v1'],
  ['ScaledJobPaused', 'keda.scaledjob.paused.v1'],
  ['ScaledJobUnpaused', 'keda.scaledjob.unpaused.v1'],
  ['ScaledJobRolloutCleanupStarted', 'keda.scaledjob.rolloutcleanup.started.v1'],
  ['ScaledJobRolloutCleanupCompleted', 'keda.scaledjob.rolloutcleanup.completed.v1'],
  ['ScaledJobRolloutCleanupFailed', 'keda.scaledjob.rolloutcleanup.failed.v1'],
  ['TriggerAuthenticationAdded', 'keda.authentication.triggerauthentication.created.v1'],
  ['TriggerAuthenticationUpdated', 'keda.authentication.triggerauthentication.updated.v1'],
  ['TriggerAuthenticationDeleted', 'keda.authentication.triggerauthentication.removed.v1'],
  ['ClusterTriggerAuthenticationAdded', 'keda.authentication.clustertriggerauthentication.created.v1'],
  ['ClusterTriggerAuthenticationUpdated', 'keda.authentication.clustertriggerauthentication.updated.v1'],
  ['ClusterTriggerAuthenticationDeleted', 'keda.authentication.clustertriggerauthentication.removed.v1'],
]);

/** Undefined for an Event that is none. */
export function cloudEventType(reason: string): CloudEventType | undefined {
  return TYPES.get(reason);
}

/** KEDA: a list of what is included wins, if there is anything in it. */
export function isWanted(type: CloudEventType, subscription: CloudEventSourceSpec['eventSubscription']): boolean {
  const { includedEventTypes: included = [], excludedEventTypes: excluded = [] } = subscription ?? {};
  return included.length > 0 ? included.includes(type) : !excluded.includes(type);
}
