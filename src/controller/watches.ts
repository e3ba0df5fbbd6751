// Everything that is watched, pruned to what is used, so that a steady object costs no read of the API server.
import {
  clusterTriggerAuthentications,
  labels,
  scaledJobs,
  scaledObjects,
  triggerAuthentications,
} from '../api/names.ts';
import { type Clock, sleep } from '../async.ts';
import type { Component } from '../component.ts';
import type { KubeClient, KubeObject, Resource } from '../kube/client.ts';
import { createReflector } from '../kube/reflector.ts';
import { DEPLOYMENTS, HORIZONTAL_POD_AUTOSCALERS, JOBS, STATEFUL_SETS } from '../kube/resources.ts';
import type { Store } from '../kube/store.ts';
import type { Logger } from '../log.ts';
import type { Hpa } from './hpa.ts';
import { parsedOrRaw } from './load.ts';
import { pruneWorkload, type Workload } from './scale-target.ts';
import { type Job, pruneJob } from './scaled-job/job.ts';
import { parsedScaledJobOrRaw } from './scaled-job/load.ts';

export interface WatchOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  /** Empty: all. */
  readonly namespaces: readonly string[];
  /** Of ScaledObjects and ScaledJobs; all when not given or empty. */
  readonly labelSelector?: string;
  /** Of authentications. */
  readonly authenticationLabelSelector?: string;
}

export interface Watches {
  /** Parsed, as far as they can be: see load.ts. */
  readonly scaledObjects: Store<KubeObject>;
  /** As scaledObjects: see scaled-job/load.ts. */
  readonly scaledJobs: Store<KubeObject>;
  /** What ScaledJobs have started. */
  readonly jobs: Store<Job>;
  readonly hpas: Store<Hpa>;
  readonly deployments: Store<Workload>;
  readonly statefulSets: Store<Workload>;
  readonly triggerAuthentications: Store<KubeObject>;
  readonly clusterTriggerAuthentications: Store<KubeObject>;
  readonly components: readonly Component[];
}

export function createWatches(options: WatchOptions): Watches {
  const { client, clock, random, log } = options;
  const ours = selecting(options.labelSelector);
  const known = selecting(options.authenticationLabelSelector);
  const scope = options.namespaces.length > 0 ? { namespaces: options.namespaces } : {};
  const watch = <T extends KubeObject>(
    resource: Resource,
    rest: { readonly prune?: (object: T) => T; readonly labelSelector?: string } = {},
  ) => createReflector<T>({ client, resource, clock, random, log, ...(resource.namespaced ? scope : {}), ...rest });

  const stores = {
    scaledObjects: watch(scaledObjects, { prune: parsedOrRaw, ...ours }),
    scaledJobs: watch(scaledJobs, { prune: parsedScaledJobOrRaw, ...ours }),
    jobs: watch<Job>(JOBS, { prune: pruneJob, labelSelector: labels.scaledJobName }),
    // Ours carry this label; those of others would be many, and their status changes every few seconds.
    hpas: watch<Hpa>(HORIZONTAL_POD_AUTOSCALERS, { prune: pruneHpa, labelSelector: labels.scaledObjectName }),
    deployments: watch<Workload>(DEPLOYMENTS, { prune: pruneWorkload }),
    statefulSets: watch<Workload>(STATEFUL_SETS, { prune: pruneWorkload }),
    triggerAuthentications: watch<KubeObject>(triggerAuthentications, known),
    clusterTriggerAuthentications: watch<KubeObject>(clusterTriggerAuthentications, known),
  };
  return { ...stores, components: Object.values(stores) };
}

function selecting(labelSelector = ''): { readonly labelSelector?: string } {
  return labelSelector === '' ? {} : { labelSelector };
}

/** What is not essential (workloads that may not be watched, a kind whose CRD is missing) is waited for this long and then done without. */
const PATIENCE_MS = 5_000;

/** Resolves when everything is known, or at least the objects and their HPAs and the rest has had its time. */
export async function untilSynced(watches: Watches, clock: Clock, signal: AbortSignal): Promise<void> {
  const { scaledObjects: objects, hpas, components } = watches;
  const startedAt = clock.now();
  const isEnough = (): boolean =>
    components.every((component) => component.ready()) ||
    (objects.synced() && hpas.synced() && Math.abs(clock.now() - startedAt) >= PATIENCE_MS);
  while (!isEnough()) await sleep(clock, 25, signal);
}

/** The values of its metrics change with every sync and are of no use here. */
function pruneHpa({ apiVersion, kind, metadata, spec, status }: Hpa): Hpa {
  const conditions = (status?.conditions ?? [])
    .filter(({ type }) => type === 'ScalingActive')
    .map(({ type, status: value, reason = '', message = '' }) => ({ type, status: value, reason, message }));
  return { apiVersion, kind, metadata, spec, status: { conditions } };
}
