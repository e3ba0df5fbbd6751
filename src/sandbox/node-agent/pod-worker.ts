// One pod on this node: keeps its status current, and takes it out of the API when it has been deleted and its processes are gone.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { backoffMs, sleep } from '../../async.ts';
import { KubeError } from '../../errors.ts';
import { PODS } from '../../kube/resources.ts';
import { createContainerLogs } from './container-logs.ts';
import type { ContainerLogs } from './container-logs.ts';
import type { RecordEvent } from './container-runner.ts';
import { withContainer } from './injected-container.ts';
import type { NodeContext } from './node-context.ts';
import { timestamp } from './pod.ts';
import type { Pod, PodStatus } from './pod.ts';
import { isNativeSidecar, startPodRun } from './pod-run.ts';
import type { PodRun } from './pod-run.ts';
import { OWN_CONDITIONS, podStatus } from './pod-status.ts';
import { createStatusWriter } from './status-writer.ts';

export interface PodWorker {
  readonly uid: string | undefined;
  readonly logs: ContainerLogs;
  /** The newest status, written or not. */
  status(): PodStatus;
  /** The pod as the API has it now; a deletionTimestamp ends it. */
  update(pod: Pod): void;
  /** Ends the processes; with `remove` the pod is taken out of the API and off the disk as well. Resolves when all are gone. */
  end(graceMs: number, how: 'remove' | 'keep'): Promise<void>;
}

const DEFAULT_GRACE_S = 30;

export function startPodWorker(context: NodeContext, bound: Pod, event: RecordEvent): PodWorker {
  const { client, clock, random } = context;
  const injected = context.containerInjector?.inject(bound);
  const first = injected ? withContainer(bound, injected) : bound;
  const { namespace = 'default', name, uid } = first.metadata;
  const log = context.log.child({ namespace, pod: name });
  const directory = join(context.runDirectory, 'pods', `${namespace}_${name}_${uid ?? ''}`);
  const logs = createContainerLogs(join(directory, 'logs'), { clock, maxBytes: context.logBytes });
  const graceMs = (first.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_S) * 1000;
  const sidecars = new Set((first.spec.initContainers ?? []).filter(isNativeSidecar).map((c) => c.name));
  const startTime = first.status?.startTime ?? timestamp(clock.now());
  /** Aborted when nothing is left to be said about the pod. */
  const silence = new AbortController();

  let pod = first;
  let built = first.status;
  let finished = false;
  let failure: { reason: string; message: string } | undefined;
  let run: PodRun | undefined;

  const build = (): PodStatus => {
    if (!run) return built ?? {};
    const own = (built?.conditions ?? []).filter((c) => OWN_CONDITIONS.has(c.type));
    const others = (pod.status?.conditions ?? []).filter((c) => !OWN_CONDITIONS.has(c.type));
    built = podStatus({
      pod,
      init: run.init(),
      main: run.main(),
      sidecars,
      added: injected?.container.name,
      initialized: run.initialized,
      finished,
      failure,
      before: [...own, ...others],
      startTime,
      now: timestamp(clock.now()),
    });
    return built;
  };
  const writer = createStatusWriter({ client, pod: first, build, clock, random, log, signal: silence.signal });

  let stopped: Promise<void> | undefined;
  let shortestMs = Number.POSITIVE_INFINITY;
  /** Our own writes come back as updates, so only a shorter time than before is news. */
  const stop = async (ms: number): Promise<void> => {
    if (ms < shortestMs) {
      shortestMs = ms;
      const stopping = run?.stop(ms) ?? Promise.resolve();
      stopped ??= stopping;
    }
    await stopped;
  };
  const finish = async (): Promise<void> => {
    await run?.done;
    finished = true;
    cancelDeadline();
    writer.request();
  };

  const deadlineS = first.spec.activeDeadlineSeconds;
  let cancelDeadline = (): void => {};
  if (!isOver(first) && first.metadata.deletionTimestamp === undefined) {
    run = startPodRun(context, {
      pod: first,
      added: injected,
      directory,
      logs,
      graceMs,
      event,
      changed: writer.request,
    });
    if (deadlineS !== undefined) {
      const leftMs = Date.parse(startTime) + deadlineS * 1000 - clock.now();
      cancelDeadline = clock.schedule(Math.max(0, leftMs), () => {
        failure = { reason: 'DeadlineExceeded', message: `the pod ran longer than its ${deadlineS} s` };
        void stop(graceMs);
      });
    }
  }
  const finishing = finish();

  const remove = async (): Promise<void> => {
    await writer.flush();
    silence.abort();
    await removeFromApi(context, first);
    await rm(directory, { recursive: true, force: true }).catch((error: unknown) =>
      log.warn('pod directory could not be removed', { error }),
    );
  };
  let removed: Promise<void> | undefined;
  const end = async (ms: number, how: 'remove' | 'keep'): Promise<void> => {
    // What ends with the agent is not over: the API goes on saying that it runs, and the next agent starts it again.
    if (how === 'keep') silence.abort();
    await stop(ms);
    await finishing;
    if (how === 'remove') removed ??= remove();
    await removed;
  };
  const update = (next: Pod): void => {
    pod = next;
    if (next.metadata.deletionTimestamp === undefined) return;
    const seconds = next.metadata.deletionGracePeriodSeconds;
    end(seconds === undefined ? graceMs : seconds * 1000, 'remove').catch((error: unknown) =>
      log.error('pod could not be removed', { error }),
    );
  };
  update(first);
  return { uid, logs, status: build, update, end };
}

function isOver(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

/** The last word about a pod: its containers are gone, so its object may go. */
async function removeFromApi({ client, clock, random, log, signal }: NodeContext, pod: Pod): Promise<void> {
  const { namespace, name, uid } = pod.metadata;
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      const options = { signal, gracePeriodSeconds: 0, ...(uid !== undefined && { uid }) };
      return await client.delete(PODS, { namespace, name }, options);
    } catch (error) {
      // A conflict says that the name belongs to a later pod by now.
      if (signal.aborted || (error instanceof KubeError && error.code === 'KUBE_CONFLICT')) return;
      log.warn('pod could not be removed from the API', { pod: name, namespace, error });
      await sleep(clock, backoffMs(attempt, 200, 10_000, random), signal).catch(() => {});
    }
  }
}
