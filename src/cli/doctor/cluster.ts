// What every check gets: the cluster, and the Sluice that was found in it.
import type { KubeClient, KubeObject } from '../../kube/client.ts';
import type { ServiceName } from '../../kube/api-service.ts';
import type { UsedParts } from '../../kube/permissions.ts';

export interface ClusterView {
  readonly client: KubeClient;
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  now(): number;
  readonly sluice: Installation;
}

/** Sluice as its Deployment starts it; what the chart would do where there is none. */
export interface Installation {
  readonly namespace: string;
  /** Helm's. */
  readonly release: string;
  readonly account: ServiceName;
  readonly deployment: Deployment | undefined;
  readonly parts: UsedParts;
  /** In front of the metrics API. */
  readonly metricsService: ServiceName;
}

export interface Deployment extends KubeObject {
  readonly spec: {
    readonly replicas?: number;
    readonly selector: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly template: {
      readonly spec: { readonly serviceAccountName?: string; readonly containers: readonly Container[] };
    };
  };
  readonly status?: { readonly readyReplicas?: number };
}

export interface Container {
  readonly name: string;
  readonly image?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
}
