// What `kubectl get pods` says of a pod: ready containers, one word of status, restarts.
import { type ApiObject, type Json, listAt, numberAt, objectAt, textAt } from '../object.ts';
import { ageOf } from './columns.ts';

export function containerNames(spec: Json): string {
  return listAt(spec, 'containers')
    .flatMap((c) => textAt(c, 'name') ?? [])
    .join(',');
}

export function containerImages(spec: Json): string {
  return listAt(spec, 'containers')
    .flatMap((c) => textAt(c, 'image') ?? [])
    .join(',');
}

export function podReady(pod: ApiObject): string {
  const statuses = listAt(pod, 'status', 'containerStatuses');
  // A sidecar that was injected on the node has a status but no container in the specification.
  const total = Math.max(statuses.length, listAt(pod, 'spec', 'containers').length);
  return `${statuses.filter((s) => objectAt(s)['ready'] === true).length}/${total}`;
}

/** The reason of whichever container is in trouble, else the phase; Terminating wins. */
export function podStatus(pod: ApiObject): string {
  const waitingForInit = initStatus(pod);
  const reasons = listAt(pod, 'status', 'containerStatuses').map(containerReason);
  const running = listAt(pod, 'status', 'containerStatuses').some(
    (s) => objectAt(s)['ready'] === true && objectAt(s, 'state')['running'] !== undefined,
  );
  const trouble = reasons.find((reason) => reason !== undefined);
  const phase = textAt(pod, 'status', 'reason') ?? textAt(pod, 'status', 'phase') ?? 'Unknown';
  const word = waitingForInit ?? (trouble === 'Completed' && running ? 'Running' : (trouble ?? phase));
  if (pod.metadata.deletionTimestamp === undefined) return word;
  return textAt(pod, 'status', 'reason') === 'NodeLost' ? 'Unknown' : 'Terminating';
}

function containerReason(status: Json): string | undefined {
  const waiting = textAt(status, 'state', 'waiting', 'reason');
  if (waiting) return waiting;
  const ended = objectAt(status, 'state')['terminated'];
  if (ended === undefined) return undefined;
  const signal = numberAt(ended, 'signal');
  return textAt(ended, 'reason') ?? (signal ? `Signal:${signal}` : `ExitCode:${numberAt(ended, 'exitCode') ?? 0}`);
}

function initStatus(pod: ApiObject): string | undefined {
  const statuses = listAt(pod, 'status', 'initContainerStatuses');
  const total = listAt(pod, 'spec', 'initContainers').length;
  const index = statuses.findIndex((s) => numberAt(s, 'state', 'terminated', 'exitCode') !== 0);
  if (index < 0) return undefined;
  const reason = containerReason(statuses[index] ?? null);
  return reason && reason !== 'PodInitializing' ? `Init:${reason}` : `Init:${index}/${total}`;
}

export function podRestarts(pod: ApiObject, nowMs: number): string {
  const statuses = listAt(pod, 'status', 'containerStatuses');
  const count = statuses.reduce<number>((sum, s) => sum + (numberAt(s, 'restartCount') ?? 0), 0);
  const last = statuses
    .flatMap((s) => textAt(s, 'lastState', 'terminated', 'finishedAt') ?? [])
    .sort()
    .at(-1);
  return count > 0 && last !== undefined ? `${count} (${ageOf(last, nowMs)} ago)` : String(count);
}
