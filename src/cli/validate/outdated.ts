// What KEDA 1 and early KEDA 2 called otherwise, as tables: the field, and what to write today.

/** Fields that are unknown today, by path without list positions. */
export const OUTDATED_FIELDS: ReadonlyMap<string, string> = new Map([
  ['spec.scaleTargetRef.deploymentName', 'KEDA 1 called it so: write name'],
  ['spec.scaleTargetRef.containerName', 'KEDA 1 called it so: write envSourceContainerName'],
  ['spec.scaleType', 'KEDA 1 had it; a ScaledObject that starts Jobs is a ScaledJob today: change the kind'],
  ['spec.jobTargetRef', 'KEDA 1 had it; a ScaledObject that starts Jobs is a ScaledJob today: change the kind'],
]);

const TRIGGER_FIELD = 'has no effect here: it belongs one level up, beside metadata';

/** Keys in a trigger's metadata, for any type. */
const MISPLACED_KEYS: ReadonlyMap<string, string> = new Map([
  ['metricType', TRIGGER_FIELD],
  ['useCachedMetrics', TRIGGER_FIELD],
  ['authenticationRef', TRIGGER_FIELD],
]);

/** Keys in the metadata of one type of trigger. */
const OUTDATED_KEYS: ReadonlyMap<string, string> = new Map([
  ['azure-servicebus queueLength', 'has no effect: KEDA 1 called it so; write messageCount, else its default 5 counts'],
  ['kafka brokerList', 'has no effect: write bootstrapServers'],
  ['redis-streams lagThreshold', 'has no effect: write lagCount, or pendingEntriesCount, or streamLength'],
]);

export function outdatedKey(type: string, key: string): string | undefined {
  return OUTDATED_KEYS.get(`${type} ${key}`) ?? MISPLACED_KEYS.get(key);
}

const KEDIFY = 'KEDA has no such trigger type, only Kedify’s own build of it has';

/** Trigger types that KEDA had once, or that only a vendor has. */
export const OUTDATED_TYPES: ReadonlyMap<string, string> = new Map([
  ['stan', 'NATS Streaming is no longer supported: use nats-jetstream'],
  ...['kedify-http', 'kedify-envoy-http', 'kedify-otel', 'kedify-predictive'].map((type) => [type, KEDIFY] as const),
]);

/** Values of podIdentity.provider that are gone. */
export const OUTDATED_PROVIDERS: ReadonlyMap<string, string> = new Map([
  ['azure', 'AAD pod identity no longer exists: use azure-workload'],
  ['aws-kiam', 'kiam is no longer supported: use aws'],
]);

export const OUTDATED_GROUP = 'keda.k8s.io';

/** Annotations on a pod template that today's Dapr doesn't know, and what it reads instead. */
export const OUTDATED_DAPR_ANNOTATIONS: ReadonlyMap<string, string> = new Map([
  ['dapr.io/id', 'dapr.io/app-id'],
  ['dapr.io/port', 'dapr.io/app-port'],
  ['dapr.io/protocol', 'dapr.io/app-protocol'],
]);
