// The pods of ScaledJobs' Jobs, watched only while some ScaledJob wants to know which of its Jobs have begun to work.
import { labels } from '../../api/names.ts';
import { type Clock, sleep } from '../../async.ts';
import type { KubeClient, KubeObject } from '../../kube/client.ts';
import { createReflector } from '../../kube/reflector.ts';
import { PODS } from '../../kube/resources.ts';
import type { Store } from '../../kube/store.ts';
import type { Logger } from '../../log.ts';
import type { NamespacedName } from '../object-key.ts';
import { timeOf } from '../status.ts';
import type { PodView } from './plan/job-view.ts';

export interface JobPod extends KubeObject {
  readonly status: PodView;
  /** When its last container began, by the clock of its node; undefined where it does not say. */
  readonly startedAt: number | undefined;
}

export interface JobPods {
  /** The object wants to know from now on. */
  want(key: string): void;
  /** It does not want to know any more. */
  release(key: string): void;
  /** Resolves when the pods are known, or when it has taken so long that one had better go on without. */
  untilKnown(signal: AbortSignal): Promise<void>;
  /** Undefined while nothing is known. */
  of(job: NamespacedName): readonly JobPod[] | undefined;
  /** Ends the watch and waits for it. */
  close(): Promise<void>;
}

export interface JobPodsOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  /** Empty: all. */
  readonly namespaces: readonly string[];
}

/** On every pod of a Job, in every version of Kubernetes. */
const JOB_NAME = 'job-name';
/** An account may not be allowed to watch pods; that is told in the log. */
const PATIENCE_MS = 5_000;
/** A node's clock is not further behind ours. */
const MOST_BEHIND_MS = 60_000;

interface Watching {
  readonly store: Store<JobPod>;
  readonly byJob: ReadonlyMap<string, ReadonlyMap<string, JobPod>>;
  readonly since: number;
  end(): Promise<void>;
}

export function createJobPods(options: JobPodsOptions): JobPods {
  const { clock } = options;
  const users = new Set<string>();
  const ending = new Set<Promise<void>>();
  let watching: Watching | undefined;

  function end(): void {
    if (!watching) return;
    const ended = watching.end().finally(() => ending.delete(ended));
    ending.add(ended);
    watching = undefined;
  }

  return {
    want(key) {
      users.add(key);
      watching ??= watchPods(options);
    },
    release(key) {
      if (users.delete(key) && users.size === 0) end();
    },
    async untilKnown(signal) {
      while (watching && !watching.store.synced() && Math.abs(clock.now() - watching.since) < PATIENCE_MS) {
        await sleep(clock, 25, signal);
      }
    },
    of({ namespace, name }) {
      if (!watching?.store.synced()) return undefined;
      return [...(watching.byJob.get(`${namespace}/${name}`)?.values() ?? [])];
    },
    async close() {
      users.clear();
      end();
      await Promise.all(ending);
    },
  };
}

function watchPods({ client, clock, random, log, namespaces }: JobPodsOptions): Watching {
  const stop = new AbortController();
  const byJob = new Map<string, Map<string, JobPod>>();
  const scope = namespaces.length > 0 ? { namespaces } : {};
  const common = { client, clock, random, log, ...scope, resource: PODS, labelSelector: labels.scaledJobName };
  const store = createReflector<JobPod>({ ...common, prune: prunePod });
  store.subscribe(({ type, object }) => {
    const { namespace = '', name, labels: given } = object.metadata;
    const job = `${namespace}/${given?.[JOB_NAME] ?? ''}`;
    const known = byJob.get(job) ?? new Map<string, JobPod>();
    if (type === 'deleted') known.delete(name);
    else known.set(name, withStart(object, { before: known.get(name), isNews: store.synced(), now: clock.now() }));
    if (known.size === 0) byJob.delete(job);
    else byJob.set(job, known);
  });
  const running = store.run(stop.signal);
  return {
    store,
    byJob,
    since: clock.now(),
    async end() {
      stop.abort(new Error('no longer needed'));
      await running;
    },
  };
}

/**
 * It runs since we saw that it does: nodes have clocks of their own. Of one that ran when we came, which is no news, its own word counts,
 * as far as that can be trusted.
 */
function withStart(
  pod: JobPod,
  { before, isNews, now }: { readonly before: JobPod | undefined; readonly isNews: boolean; readonly now: number },
): JobPod {
  const { status, startedAt } = pod;
  if (status.phase !== 'Running' && startedAt === undefined) return pod;
  const isKnown = before?.startedAt === startedAt ? before?.status.runningSince : undefined;
  const told = isNews || startedAt === undefined ? now : Math.min(now, startedAt + MOST_BEHIND_MS);
  return { ...pod, status: { ...status, runningSince: isKnown ?? told } };
}

/** What the API server shows of a pod. */
interface WrittenPod extends KubeObject {
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: readonly {
      readonly state?: { readonly running?: Started; readonly terminated?: Started };
    }[];
  };
}
interface Started {
  readonly startedAt?: string;
}

/** A pod has kilobytes, and there may be thousands of them. */
function prunePod(pod: KubeObject): JobPod {
  const { apiVersion, kind, metadata, status = {} } = pod as WrittenPod;
  const { name, namespace = '', uid = '', resourceVersion = '', labels: given } = metadata;
  const starts = (status.containerStatuses ?? []).flatMap(
    ({ state }) => timeOf(state?.running?.startedAt ?? state?.terminated?.startedAt) ?? [],
  );
  return {
    apiVersion,
    kind,
    metadata: { name, namespace, uid, resourceVersion, labels: { [JOB_NAME]: given?.[JOB_NAME] ?? '' } },
    status: {
      phase: status.phase ?? '',
      conditions: (status.conditions ?? []).flatMap((c) => (c.status === 'True' ? [c.type] : [])),
      runningSince: undefined,
    },
    startedAt: starts.length === 0 ? undefined : Math.max(...starts),
  };
}
