// HorizontalPodAutoscalers (autoscaling/v2) as the API server stores them: the fields that the controller here reads and writes.
import type { HpaBehavior } from '../../api/hpa-behavior.ts';
import type { KubeObject } from '../../kube/client.ts';
import type { Condition } from './conditions.ts';
import type { LabelSelector } from './label-selector.ts';

export interface Hpa extends KubeObject {
  readonly spec: {
    readonly scaleTargetRef: { readonly apiVersion?: string; readonly kind: string; readonly name: string };
    readonly minReplicas?: number;
    readonly maxReplicas: number;
    readonly metrics?: readonly MetricSpec[];
    readonly behavior?: HpaBehavior;
  };
  readonly status?: HpaStatus;
}

export interface MetricSpec {
  readonly type: string;
  readonly external?: {
    readonly metric: MetricIdentifier;
    readonly target: { readonly value?: string | number; readonly averageValue?: string | number };
  };
}

export interface MetricIdentifier {
  readonly name: string;
  readonly selector?: LabelSelector;
}

export interface HpaStatus {
  readonly currentReplicas?: number;
  readonly desiredReplicas?: number;
  readonly lastScaleTime?: string;
  readonly currentMetrics?: readonly MetricStatus[];
  readonly conditions?: readonly Condition[];
}

export interface MetricStatus {
  readonly type: 'External';
  readonly external: {
    readonly metric: MetricIdentifier;
    readonly current: { readonly value?: string; readonly averageValue?: string };
  };
}
