// The target's replicas: known by watching where that is cheap, read anew before they are written.
import type { Clock } from '../async.ts';
import { ConfigError, KubeError } from '../errors.ts';
import type { KubeClient, KubeObject, Resource } from '../kube/client.ts';
import type { Discovery } from '../kube/discovery.ts';
import { DEPLOYMENTS, STATEFUL_SETS } from '../kube/resources.ts';
import { readScale, type Scale, writeScale } from '../kube/scale.ts';
import type { Store } from '../kube/store.ts';
import { getOrUndefined } from './auth/kube-lookup.ts';
import type { PodTemplate } from './auth/lookup.ts';
import { groupVersionOf, type TargetReference } from '../api/target.ts';
import { countReadyPods, type PodCount } from './ready-pods.ts';

/** A Deployment or StatefulSet, as far as it is kept in memory; and any other kind whose pods hang from spec.template. */
export interface Workload extends KubeObject {
  readonly spec?: {
    readonly replicas?: number;
    readonly template?: { readonly spec?: Partial<PodTemplate> };
  };
  readonly status?: { readonly readyReplicas?: number };
}

export interface ObservedTarget {
  readonly resource: Resource;
  readonly replicas: number;
  readonly readyReplicas: number | undefined;
}

/** How a step ended: the replicas there are now, and whether that is our doing. */
export interface Step {
  readonly replicas: number;
  readonly by: 'us' | 'others';
}

export interface ScaleTargets {
  /** Throws a ConfigError when there is no such target, or none that can be scaled; a KubeError when that is not known. */
  observe(target: TargetReference, signal: AbortSignal, count?: PodCount): Promise<ObservedTarget>;
  /** As `observe`, from the API server itself. */
  read(target: TargetReference, signal: AbortSignal, count?: PodCount): Promise<ObservedTarget>;
  podTemplate(target: TargetReference, signal: AbortSignal): Promise<PodTemplate | undefined>;
  /** Writes `to` if the target still has `from` replicas. */
  step(target: TargetReference, from: number, to: number, signal: AbortSignal): Promise<Step>;
}

export interface ScaleTargetOptions {
  readonly client: KubeClient;
  readonly discovery: Discovery;
  readonly clock: Clock;
  readonly deployments: Store<Workload>;
  readonly statefulSets: Store<Workload>;
}

/** Kinds that are not watched: reconciles that follow each other closely share one read of /scale. */
const SCALE_MAX_AGE_MS = 2_000;
const MOST_CONFLICTS = 5;

export function createScaleTargets(options: ScaleTargetOptions): ScaleTargets {
  const { client, discovery, clock } = options;
  const recent = new Map<string, { readonly observed: ObservedTarget; readonly at: number }>();

  async function resourceOf(target: TargetReference, signal: AbortSignal): Promise<Resource> {
    // KEDA: these two need no discovery.
    const { group, version } = groupVersionOf(target.apiVersion);
    for (const known of [DEPLOYMENTS, STATEFUL_SETS]) {
      if (known.kind === target.kind && known.group === group && known.version === version) return known;
    }
    const resource = await discovery
      .resourceOf({ group, version, kind: target.kind }, signal)
      .catch((error: unknown) => {
        throw error instanceof KubeError && error.reason === 'KindNotServed' ? wrongTarget(error.message) : error;
      });
    if (!resource.scalable) {
      throw wrongTarget(`${describe(target)} has no /scale subresource: only a kind that has one can be scaled`);
    }
    return resource;
  }

  function watched(resource: Resource): Store<Workload> | undefined {
    const store =
      resource === DEPLOYMENTS ? options.deployments : resource === STATEFUL_SETS ? options.statefulSets : undefined;
    return store?.synced() ? store : undefined;
  }

  async function scaleOf(resource: Resource, target: TargetReference, signal: AbortSignal): Promise<Scale> {
    return readScale(client, resource, target, signal).catch((error: unknown) => {
      throw error instanceof KubeError && error.code === 'KUBE_NOT_FOUND' ? missing(target) : error;
    });
  }

  async function read(target: TargetReference, signal: AbortSignal, count?: PodCount): Promise<ObservedTarget> {
    const resource = await resourceOf(target, signal);
    const { replicas, selector } = await scaleOf(resource, target, signal);
    const isCounted = count === 'count-pods' && replicas > 0 && !watched(resource);
    const readyReplicas = isCounted
      ? await countReadyPods(client, { namespace: target.namespace, selector }, signal)
      : watched(resource)?.get(target)?.status?.readyReplicas;
    const observed = { resource, replicas, readyReplicas };
    if (!watched(resource)) remember(keyOf(target), observed);
    return observed;
  }

  function isRecent(at: number): boolean {
    const ageMs = clock.now() - at;
    return ageMs >= 0 && ageMs <= SCALE_MAX_AGE_MS;
  }

  /** And forgets what is too old, of which the Map has the oldest first: targets come and go. */
  function remember(key: string, observed: ObservedTarget): void {
    for (const [other, { at }] of recent) {
      if (isRecent(at)) break;
      recent.delete(other);
    }
    recent.delete(key);
    recent.set(key, { observed, at: clock.now() });
  }

  return {
    read,
    async observe(target, signal, count) {
      const resource = await resourceOf(target, signal);
      const store = watched(resource);
      const workload = store?.get(target);
      if (workload) {
        return { resource, replicas: workload.spec?.replicas ?? 1, readyReplicas: workload.status?.readyReplicas ?? 0 };
      }
      const known = recent.get(keyOf(target));
      if (known && isRecent(known.at)) return known.observed;
      // One that the watch does not show may have come a moment ago.
      return read(target, signal, count);
    },
    async podTemplate(target, signal) {
      const resource = await resourceOf(target, signal);
      const store = watched(resource);
      const workload = store?.get(target) ?? (await getOrUndefined<Workload>(client, resource, target, signal));
      const { containers, serviceAccountName } = workload?.spec?.template?.spec ?? {};
      return containers && { containers, serviceAccountName };
    },
    async step(target, from, to, signal) {
      const resource = await resourceOf(target, signal);
      recent.delete(keyOf(target));
      for (let conflicts = 0; ; conflicts++) {
        const { replicas, resourceVersion } = await scaleOf(resource, target, signal);
        if (replicas !== from) return { replicas, by: 'others' };
        try {
          await writeScale(client, resource, target, { replicas: to, resourceVersion }, signal);
          return { replicas: to, by: 'us' };
        } catch (error) {
          // The version also changes with the target's status, so a conflict says little until the number was read again.
          const isConflict = error instanceof KubeError && error.code === 'KUBE_CONFLICT';
          if (!isConflict || conflicts >= MOST_CONFLICTS) throw error;
        }
      }
    },
  };
}

/** What is kept of a watched workload: replicas, and what parameters of triggers are made of. */
export function pruneWorkload({ apiVersion, kind, metadata, spec, status }: Workload): Workload {
  const { name, namespace = '', uid = '', resourceVersion = '' } = metadata;
  return {
    apiVersion,
    kind,
    metadata: { name, namespace, uid, resourceVersion },
    spec: { replicas: spec?.replicas ?? 1, template: { spec: pruneTemplate(spec?.template?.spec ?? {}) } },
    status: { readyReplicas: status?.readyReplicas ?? 0 },
  };
}

function pruneTemplate({ containers = [], serviceAccountName }: Partial<PodTemplate>): PodTemplate {
  return {
    containers: containers.map(({ name, env, envFrom }) => ({
      name,
      ...(env === undefined ? {} : { env }),
      ...(envFrom === undefined ? {} : { envFrom }),
    })),
    ...(serviceAccountName === undefined ? {} : { serviceAccountName }),
  };
}

function keyOf({ apiVersion, kind, namespace, name }: TargetReference): string {
  return `${apiVersion}/${kind}/${namespace}/${name}`;
}

export function describe({ kind, namespace, name }: TargetReference): string {
  return `${kind} "${namespace}/${name}"`;
}

function missing(target: TargetReference): ConfigError {
  return wrongTarget(`${describe(target)} does not exist: create it or correct the name`);
}

function wrongTarget(message: string): ConfigError {
  return new ConfigError('scale target', [{ field: 'spec.scaleTargetRef', message }]);
}
