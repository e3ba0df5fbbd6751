// What counting and cleaning up go by, made of what is kept of Jobs and their pods. Pure.
import { annotations } from '../../api/names.ts';
import { isEnd, type Job } from './job.ts';
import type { JobPod } from './job-pods.ts';
import type { JobView, PodView } from './plan/job-view.ts';
import { timeOf } from '../status.ts';

/** A look asks several times, of a Job that seldom changes. */
const known = new WeakMap<Job, JobView>();

/** `pods` is undefined where nobody watches them: the Job's own word then has to do. */
export function viewOf(job: Job, pods: readonly JobPod[] | undefined): JobView {
  const view = known.get(job) ?? viewByWord(job);
  known.set(job, view);
  return pods ? { ...view, pods: pods.map(({ status }) => status) } : view;
}

function viewByWord(job: Job): JobView {
  const { name, uid = '', creationTimestamp = '', deletionTimestamp, annotations: given = {} } = job.metadata;
  const number = Number(given[annotations.jobNumber] ?? Number.NaN);
  return {
    name,
    uid,
    createdAt: timeOf(creationTimestamp) ?? 0,
    generation: given[annotations.scaledJobGeneration],
    number: Number.isSafeInteger(number) ? number : undefined,
    isBeingDeleted: deletionTimestamp !== undefined,
    finished: finishOf(job),
    pods: podsByWord(job),
  };
}

function finishOf({ status }: Job): JobView['finished'] {
  const end = status?.conditions?.find(isEnd);
  if (!end) return undefined;
  const at = timeOf(status?.completionTime) ?? timeOf(end.lastTransitionTime) ?? 0;
  const seen = status?.finishedSeenAt === undefined ? {} : { seenAt: status.finishedSeenAt };
  return { as: end.type === 'Complete' ? 'Complete' : 'Failed', at, ...seen };
}

/** A Job tells how many of its pods are Ready, or have succeeded. */
function podsByWord({ status }: Job): readonly PodView[] {
  if ((status?.succeeded ?? 0) > 0) return [{ phase: 'Succeeded', conditions: [], runningSince: undefined }];
  if ((status?.ready ?? 0) > 0) return [{ phase: 'Running', conditions: ['Ready'], runningSince: status?.readySince }];
  return [];
}
