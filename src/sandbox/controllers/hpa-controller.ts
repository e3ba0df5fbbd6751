// HorizontalPodAutoscalers: every sync period the arithmetic of src/hpa over external metrics, and at most one write of a size.
import type { Component } from '../../component.ts';
import { toSluiceError } from '../../errors.ts';
import { asksMetrics, recommend, type Recommendation } from '../../hpa/recommend.ts';
import { EMPTY_STATE, type HpaState, recordScale } from '../../hpa/state.ts';
import type { ObjectKey } from '../../kube/client.ts';
import { createDiscovery, type DiscoveredResource } from '../../kube/discovery.ts';
import { HORIZONTAL_POD_AUTOSCALERS, PODS } from '../../kube/resources.ts';
import { readScale, type Scale, writeScale } from '../../kube/scale.ts';
import type { Store } from '../../kube/store.ts';
import type { Pod } from '../node-agent/pod.ts';
import { announcer } from './announce.ts';
import { sameJson } from './canonical-json.ts';
import { type MetricReading, readMetric } from './external-metrics.ts';
import type { Hpa } from './hpa-object.ts';
import { hpaStatus, type Look, statusWithoutScale } from './hpa-status.ts';
import { type ControllerDeps, createKeyedController, find, keyOf, onChange } from './keyed-controller.ts';
import { isActive, isReady } from './pod-lifecycle.ts';
import { writeStatus } from './status-writer.ts';

export interface HpaControllerOptions {
  /** Kubernetes: --horizontal-pod-autoscaler-sync-period, 15 s. */
  readonly syncMs?: number;
  readonly tolerance?: number;
  /** Kubernetes: --horizontal-pod-autoscaler-downscale-stabilization, five minutes. */
  readonly scaleDownWindowMs?: number;
}

export function createHpaController(
  deps: ControllerDeps,
  stores: { readonly hpas: Store<Hpa> },
  options: HpaControllerOptions = {},
): Component {
  const { client, clock } = deps;
  const { syncMs = 15_000, ...tuning } = options;
  const announce = announcer(deps.events);
  const discovery = createDiscovery({ client, clock });
  /** By key; memory only, as in Kubernetes: after a restart the present size counts as recommended. */
  const memory = new Map<string, { readonly uid: string | undefined; readonly state: HpaState }>();

  async function reconcile(key: ObjectKey, signal: AbortSignal): Promise<number | undefined> {
    const memoryKey = `${key.namespace}/${key.name}`;
    const hpa = await find(client.get<Hpa>(HORIZONTAL_POD_AUTOSCALERS, key, { signal }));
    if (hpa === undefined || hpa.metadata.deletionTimestamp !== undefined) {
      memory.delete(memoryKey);
      return undefined;
    }
    const { uid } = hpa.metadata;
    const known = memory.get(memoryKey);
    const target = await locate(hpa, signal);
    if ('error' in target) {
      announce.warning(hpa, 'FailedGetScale', 'Rescale', target.error);
      const status = statusWithoutScale(hpa, target.error, clock.now());
      await writeStatus(client, HORIZONTAL_POD_AUTOSCALERS, hpa, status, signal);
      return syncMs;
    }
    const { look, state } = await act(
      hpa,
      target,
      known?.uid === uid ? (known?.state ?? EMPTY_STATE) : EMPTY_STATE,
      signal,
    );
    memory.set(memoryKey, { uid, state });
    announceFailures(hpa, look);
    await writeStatus(client, HORIZONTAL_POD_AUTOSCALERS, hpa, hpaStatus(hpa, look, clock.now()), signal);
    return syncMs;
  }

  interface Target {
    readonly resource: DiscoveredResource;
    readonly key: ObjectKey;
    readonly scale: Scale;
  }

  async function locate(hpa: Hpa, signal: AbortSignal): Promise<Target | { readonly error: string }> {
    const { apiVersion = 'v1', kind, name } = hpa.spec.scaleTargetRef;
    const [version = '', group = ''] = apiVersion.split('/').toReversed();
    const key = { namespace: hpa.metadata.namespace, name };
    try {
      const resource = await discovery.resourceOf({ group, version, kind }, signal);
      return { resource, key, scale: await readScale(client, resource, key, signal) };
    } catch (error) {
      signal.throwIfAborted();
      return { error: toSluiceError(error, `scale of ${kind} ${name}`).message };
    }
  }

  async function act(
    hpa: Hpa,
    { resource, key, scale }: Target,
    before: HpaState,
    signal: AbortSignal,
  ): Promise<{ readonly look: Look; readonly state: HpaState }> {
    const { minReplicas = 1, maxReplicas, metrics = [], behavior } = hpa.spec;
    const { namespace } = hpa.metadata;
    const readings = asksMetrics(scale.replicas, minReplicas, maxReplicas)
      ? await Promise.all(metrics.map((spec) => readMetric(client, namespace, spec, signal)))
      : [];
    const ready = await countReady(namespace, scale, readings, signal);
    const seen = recommend(
      {
        nowMs: clock.now(),
        replicas: { spec: scale.replicas, status: scale.currentReplicas, ready },
        minReplicas,
        maxReplicas,
        metrics: readings.map((reading) => reading.observed),
        behavior,
        ...tuning,
      },
      before,
    );
    if (seen.desiredReplicas === scale.replicas) return { look: { scale, readings, seen }, state: seen.state };
    const { resourceVersion } = scale;
    try {
      await writeScale(client, resource, key, { replicas: seen.desiredReplicas, resourceVersion }, signal);
    } catch (error) {
      signal.throwIfAborted();
      const { message } = toSluiceError(error, `scale to ${seen.desiredReplicas}`);
      announce.warning(hpa, 'FailedRescale', 'Rescale', `new size ${seen.desiredReplicas}: ${message}`);
      return { look: { scale, readings, seen, rescale: { error: message } }, state: seen.state };
    }
    announce.normal(
      hpa,
      'SuccessfulRescale',
      'Rescale',
      `New size: ${seen.desiredReplicas}; reason: ${reasonOf(seen)}`,
    );
    const state = recordScale(seen.state, scale.replicas, seen.desiredReplicas, clock.now());
    return { look: { scale, readings, seen, rescale: 'written' }, state };
  }

  /** Only targets of type Value ask for it. */
  async function countReady(
    namespace: string | undefined,
    scale: Scale,
    readings: readonly MetricReading[],
    signal: AbortSignal,
  ): Promise<number> {
    const asked = readings.some(({ observed }) => observed.type === 'Value' && observed.value !== undefined);
    if (!asked || scale.selector === '') return scale.currentReplicas;
    const { items } = await client.list<Pod>(PODS, { namespace, labelSelector: scale.selector, signal });
    return items.filter((pod) => isActive(pod) && isReady(pod)).length;
  }

  function announceFailures(hpa: Hpa, { readings, seen }: Look): void {
    for (const { failure } of readings) if (failure) announce.warning(hpa, failure.reason, 'Rescale', failure.message);
    if (seen.reason === 'MetricsMissing') {
      const note = `the size stays: ${seen.missing.length} of ${readings.length} metrics have no value`;
      announce.warning(hpa, 'FailedComputeMetricsReplicas', 'Rescale', note);
    }
  }

  return createKeyedController(
    {
      name: 'hpa-controller',
      // Its own status writes are no reason to look again before the sync period is over.
      triggers: [
        onChange(stores.hpas, (change) =>
          change.type === 'updated' && sameJson(change.previous.spec, change.object.spec) ? [] : [keyOf(change.object)],
        ),
      ],
      concurrency: 8,
      reconcile,
    },
    deps,
  );
}

function reasonOf({ reason, metric }: Recommendation): string {
  if (reason === 'AboveMaximum') return 'above maxReplicas';
  if (reason === 'BelowMinimum') return 'below minReplicas';
  return reason === 'AboveTarget' ? `${metric} above target` : 'all metrics below target';
}
