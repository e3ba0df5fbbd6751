// Every name that other programs read or match: group, resources, finalizer, labels, annotations, metric and HPA names.
import type { Resource } from '../kube/client.ts';

export const GROUP = 'keda.sh';
export const VERSION = 'v1alpha1';
export const API_VERSION = `${GROUP}/${VERSION}`;
export const EVENTING_GROUP = 'eventing.keda.sh';

const keda = (plural: string, kind: string, namespaced: boolean, group = GROUP): Resource => ({
  group,
  version: VERSION,
  plural,
  kind,
  namespaced,
});
export const scaledObjects: Resource = keda('scaledobjects', 'ScaledObject', true);
export const scaledJobs: Resource = keda('scaledjobs', 'ScaledJob', true);
export const triggerAuthentications: Resource = keda('triggerauthentications', 'TriggerAuthentication', true);
export const clusterTriggerAuthentications: Resource = keda(
  'clustertriggerauthentications',
  'ClusterTriggerAuthentication',
  false,
);
export const cloudEventSources: Resource = keda('cloudeventsources', 'CloudEventSource', true, EVENTING_GROUP);
export const clusterCloudEventSources: Resource = keda(
  'clustercloudeventsources',
  'ClusterCloudEventSource',
  false,
  EVENTING_GROUP,
);

/** On every object of the group that a controller must clean up after. */
export const FINALIZER = 'finalizer.keda.sh';

export const labels = {
  /** On a ScaledObject and its HPA, and the selector of its metrics; the value is the ScaledObject's name. */
  scaledObjectName: 'scaledobject.keda.sh/name',
  /** On a ScaledJob's Jobs and their pods; the value is the ScaledJob's name. */
  scaledJobName: 'scaledjob.keda.sh/name',
  appName: 'app.kubernetes.io/name',
  appVersion: 'app.kubernetes.io/version',
  appPartOf: 'app.kubernetes.io/part-of',
  appManagedBy: 'app.kubernetes.io/managed-by',
} as const;

export const annotations = {
  paused: 'autoscaling.keda.sh/paused',
  pausedReplicas: 'autoscaling.keda.sh/paused-replicas',
  pausedScaleIn: 'autoscaling.keda.sh/paused-scale-in',
  pausedScaleOut: 'autoscaling.keda.sh/paused-scale-out',
  forceActivation: 'autoscaling.keda.sh/force-activation',
  /** `"true"` on a ScaledObject: it may take over the HPA that it names. */
  transferHpaOwnership: 'scaledobject.keda.sh/transfer-hpa-ownership',
  /** `"false"` on an HPA: it is left out of conflict checks. */
  validateHpaOwnership: 'validations.keda.sh/hpa-ownership',
  /** Comma-separated label keys that are not copied from the ScaledObject to its HPA. */
  hpaExcludedLabels: 'scaledobject.keda.sh/hpa-excluded-labels',
  /** Comma-separated label keys that are not copied from the ScaledJob to its Jobs. */
  jobExcludedLabels: 'scaledjob.keda.sh/job-excluded-labels',
  /** On Jobs: `metadata.generation` of the ScaledJob when it made them. */
  scaledJobGeneration: 'scaledjob.keda.sh/generation',
  /** On Jobs: their place among all Jobs of the ScaledJob. */
  jobNumber: 'sluice.dev/job-number',
  /** On a ScaledJob: what stands in the names of the Jobs that are created while it says so. */
  wave: 'sluice.dev/wave',
} as const;

/** The longest value of a label, hence of a ScaledObject's name and (KEDA's webhook) of an HPA's. */
export const LONGEST_NAME = 63;

/** The metric that stands for all external ones when scaling modifiers are in use. */
export const COMPOSITE_METRIC = 'composite-metric';

/** The name of a trigger's metric in the HPA: `s{position in spec.triggers}-{the scaler's own name}`. */
export function externalMetricName(triggerIndex: number, name: string): string {
  return `s${triggerIndex}-${name}`;
}

/** The HPA's name when `advanced.horizontalPodAutoscalerConfig.name` doesn't set one. */
export function defaultHpaName(scaledObjectName: string): string {
  return `keda-hpa-${scaledObjectName}`;
}
