// The HorizontalPodAutoscaler that a ScaledObject stands for. Pure; nothing here talks to the API server.
import { createHash } from 'node:crypto';
import { excludedLabels, pauseOf } from '../api/annotations.ts';
import { DEFAULT_MAX_REPLICAS, hpaNameOf } from '../api/checks.ts';
import type { HpaBehavior } from '../api/hpa-behavior.ts';
import { annotations, labels, LONGEST_NAME } from '../api/names.ts';
import type { ScaledObject } from '../api/scaled-object.ts';
import { compositeOf } from '../api/scaling-modifiers.ts';
import { targetOf } from '../api/target.ts';
import type { KubeObject, OwnerReference } from '../kube/client.ts';
import type { MeasuredTrigger } from '../scalers/scaler.ts';
import { type HpaMetric, hpaMetrics } from './hpa-metrics.ts';

/** autoscaling/v2, as far as Sluice writes and reads it. */
export interface Hpa extends KubeObject {
  readonly spec: {
    readonly scaleTargetRef: { readonly apiVersion: string; readonly kind: string; readonly name: string };
    readonly minReplicas: number;
    readonly maxReplicas: number;
    readonly metrics: readonly HpaMetric[];
    readonly behavior?: HpaBehavior;
  };
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
  };
}

export interface HpaInput {
  /** Its behaviour under the pause annotations is included; one that is paused altogether has no HPA. */
  readonly object: ScaledObject;
  /** Every trigger, in order; `index` is its place in spec.triggers. */
  readonly triggers: readonly { readonly index: number; readonly trigger: MeasuredTrigger }[];
  /** At idleReplicaCount, or on the way there. */
  readonly isResting?: boolean;
  /** Of this program, for the version label. */
  readonly version: string;
}

/** Tells a wanted HPA from another without comparing what the API server fills in. */
export const SPEC_HASH = 'sluice.dev/spec-hash';

/** KEDA's name, labels, metric names, targets and behaviour, in an order that depends on nothing but the input. */
export function buildHpa({ object, triggers, version, isResting = false }: HpaInput): Hpa {
  const { spec, metadata } = object;
  const { apiVersion, kind, name } = targetOf(object);
  const behavior = behaviorOf(object);
  const wanted: Hpa = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: {
      name: hpaNameOf(object),
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      labels: hpaLabels(object, version),
      annotations: { ...metadata.annotations },
      ...(metadata.uid === undefined ? {} : { ownerReferences: [ownerReferenceOf(object)] }),
    },
    spec: {
      scaleTargetRef: { apiVersion, kind, name },
      // An HPA cannot hold a target at zero; the controller does that. It would not let one rest below its own minimum either.
      minReplicas: Math.max(1, (isResting ? spec.idleReplicaCount : spec.minReplicaCount) ?? 0),
      maxReplicas: spec.maxReplicaCount ?? DEFAULT_MAX_REPLICAS,
      metrics: hpaMetrics(metadata.name, triggers, compositeOf(spec)),
      ...(behavior === undefined ? {} : { behavior }),
    },
  };
  const hash = createHash('sha256').update(canonicalJson(wanted)).digest('hex').slice(0, 32);
  return {
    ...wanted,
    metadata: { ...wanted.metadata, annotations: { ...wanted.metadata.annotations, [SPEC_HASH]: hash } },
  };
}

/** The ScaledObject's labels, less the excluded ones, over KEDA's own four. */
function hpaLabels(object: ScaledObject, version: string): Record<string, string> {
  const excluded = excludedLabels(object, annotations.hpaExcludedLabels);
  const { name } = object.metadata;
  const own = Object.entries(object.metadata.labels ?? {}).filter(([key]) => !excluded.has(key));
  return {
    [labels.appName]: labelValue(hpaNameOf(object)),
    [labels.appVersion]: version,
    [labels.appPartOf]: name,
    [labels.appManagedBy]: 'keda-operator',
    [labels.scaledObjectName]: name,
    ...Object.fromEntries(own),
  };
}

/** At most 63 characters that end in a letter or digit. */
function labelValue(text: string): string {
  return text.slice(0, LONGEST_NAME).replace(/[^A-Za-z0-9]+$/, '');
}

/** The user's behaviour; a pause of one direction switches that direction off and keeps the user's other fields. */
function behaviorOf(object: ScaledObject): HpaBehavior | undefined {
  const given = object.spec.advanced?.horizontalPodAutoscalerConfig?.behavior;
  const pause = pauseOf(object);
  const off = { selectPolicy: 'Disabled' } as const;
  const scaleUp =
    pause.kind === 'running' && pause.scaleOut === 'paused' ? { ...given?.scaleUp, ...off } : given?.scaleUp;
  const scaleDown =
    pause.kind === 'running' && pause.scaleIn === 'paused' ? { ...given?.scaleDown, ...off } : given?.scaleDown;
  if (scaleUp === undefined && scaleDown === undefined) return undefined;
  return { ...(scaleUp === undefined ? {} : { scaleUp }), ...(scaleDown === undefined ? {} : { scaleDown }) };
}

/** JSON with sorted keys: equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

function ownerReferenceOf({ apiVersion, kind, metadata }: ScaledObject): OwnerReference {
  return {
    apiVersion,
    kind,
    name: metadata.name,
    uid: metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}
