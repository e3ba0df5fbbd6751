// Jobs: pods until enough of them succeeded, or too many failed, or time is up.
import type { Component } from '../../component.ts';
import { toSluiceError } from '../../errors.ts';
import type { ObjectKey } from '../../kube/client.ts';
import { JOBS, PODS } from '../../kube/resources.ts';
import type { Store } from '../../kube/store.ts';
import type { Pod } from '../node-agent/pod.ts';
import { announcer } from './announce.ts';
import { finishOf, isTracked, type Job, labelsOf, selectorOf, TRACKING_FINALIZER } from './job-object.ts';
import { type JobPlan, planJob } from './job-plan.ts';
import { jobStatus } from './job-status.ts';
import { tallyPods } from './job-tally.ts';
import { type ControllerDeps, createKeyedController, find, keyOf, onChange, onItself } from './keyed-controller.ts';
import { claimChildren, controllerKey, controllerOf } from './ownership.ts';
import { isActive } from './pod-lifecycle.ts';
import { generateName, newPod } from './pod-template.ts';
import { slowStart } from './slow-start.ts';
import { writeStatus } from './status-writer.ts';

export function createJobController(
  deps: ControllerDeps & { readonly jobBackoffMs?: number },
  stores: { readonly jobs: Store<Job>; readonly pods: Store<Pod> },
): Component {
  const { client, clock, random, jobBackoffMs } = deps;
  const announce = announcer(deps.events);

  async function reconcile(key: ObjectKey, signal: AbortSignal): Promise<number | undefined> {
    const job = await find(client.get<Job>(JOBS, key, { signal }));
    await releaseOrphans(key, job, signal);
    if (job === undefined || job.metadata.deletionTimestamp !== undefined) return undefined;
    const finish = finishOf(job);
    if (finish !== undefined) return expire(job, finish.lastTransitionTime, signal);
    if (job.spec.completionMode !== undefined && job.spec.completionMode !== 'NonIndexed') {
      announce.warning(
        job,
        'UnknownCompletionMode',
        'Sync',
        `completionMode ${job.spec.completionMode} is not served here; use NonIndexed`,
      );
      return undefined;
    }
    const selecting = { ...job, spec: { ...job.spec, selector: selectorOf(job) } };
    const pods = await claimChildren<Pod>(client, selecting, PODS, signal);
    const tally = tallyPods(job.status ?? {}, pods);
    const plan = planJob(job, pods, tally, { nowMs: clock.now(), backoffMs: jobBackoffMs });
    const { remaining, error } = await carryOut(job, plan, pods.filter(isActive), signal);
    const status = jobStatus(job, plan, { tally, pods, remaining }, clock.now());
    const written = await writeStatus(client, JOBS, job, status, signal);
    for (const pod of tally.release) await release(pod, signal);
    if (error !== undefined) throw toSluiceError(error, `job ${key.namespace}/${key.name}`);
    return finishOf(written) === undefined
      ? plan.kind === 'run'
        ? plan.againInMs
        : undefined
      : conclude(written, signal);
  }

  /** Gives the active pods there are afterwards. */
  async function carryOut(
    job: Job,
    plan: JobPlan,
    active: readonly Pod[],
    signal: AbortSignal,
  ): Promise<{ readonly remaining: readonly Pod[]; readonly error?: unknown }> {
    if (plan.kind === 'complete') return { remaining: active };
    if (plan.kind === 'run') {
      const { created, error } = await slowStart(plan.create, () => createPod(job, signal));
      return { remaining: [...active, ...created], error };
    }
    for (const pod of plan.remove) {
      if (plan.kind !== 'fail') await release(pod, signal);
      await client.delete(PODS, keyOf(pod), { signal, propagation: 'Background' });
      announce.normal(job, 'SuccessfulDelete', 'Delete', `deleted pod ${pod.metadata.name}`);
    }
    return { remaining: active.filter((pod) => !plan.remove.includes(pod)) };
  }

  async function conclude(job: Job, signal: AbortSignal): Promise<number | undefined> {
    const finish = finishOf(job);
    if (finish?.type === 'Complete') announce.normal(job, 'Completed', 'Finish', finish.message ?? '');
    else announce.warning(job, finish?.reason ?? 'Failed', 'Finish', finish?.message ?? '');
    return expire(job, finish?.lastTransitionTime, signal);
  }

  async function createPod(job: Job, signal: AbortSignal): Promise<Pod> {
    const name = generateName(`${job.metadata.name}-`, random);
    const { template } = job.spec;
    const pod = newPod({ name, template, owner: job, labels: labelsOf(job), finalizers: [TRACKING_FINALIZER] });
    const created = await client.create<Pod>(PODS, pod, { signal });
    announce.normal(job, 'SuccessfulCreate', 'Create', `created pod ${name}`);
    return created;
  }

  /** Deletes a Job whose ttlSecondsAfterFinished is over, or says how long it still has. */
  async function expire(job: Job, since: string | undefined, signal: AbortSignal): Promise<number | undefined> {
    const { ttlSecondsAfterFinished } = job.spec;
    if (ttlSecondsAfterFinished === undefined) return undefined;
    const leftMs = Date.parse(since ?? '') + ttlSecondsAfterFinished * 1000 - clock.now();
    if (leftMs > 0) return leftMs;
    const { uid } = job.metadata;
    await client.delete(JOBS, keyOf(job), { signal, propagation: 'Background', ...(uid === undefined ? {} : { uid }) });
    return undefined;
  }

  async function release(pod: Pod, signal: AbortSignal): Promise<void> {
    if (!isTracked(pod)) return;
    const finalizers = (pod.metadata.finalizers ?? []).filter((finalizer) => finalizer !== TRACKING_FINALIZER);
    const { uid, resourceVersion } = pod.metadata;
    const body = { metadata: { uid, resourceVersion, finalizers } };
    await find(client.patch<Pod>(PODS, keyOf(pod), { type: 'merge', body }, { signal }));
  }

  /** Pods of a Job that is gone, or over, or leaving: nobody counts them any more, so nothing may hold them. */
  async function releaseOrphans(key: ObjectKey, job: Job | undefined, signal: AbortSignal): Promise<void> {
    const keeps = job !== undefined && job.metadata.deletionTimestamp === undefined && finishOf(job) === undefined;
    for (const pod of stores.pods.list(key.namespace)) {
      const owner = controllerOf(pod);
      if (!isTracked(pod) || owner?.kind !== 'Job' || owner.name !== key.name) continue;
      if (!keeps || owner.uid !== job.metadata.uid) await release(pod, signal);
    }
  }

  return createKeyedController(
    {
      name: 'job-controller',
      triggers: [onItself(stores.jobs), onChange(stores.pods, ({ object }) => [controllerKey(object, 'Job')])],
      reconcile,
    },
    deps,
  );
}
