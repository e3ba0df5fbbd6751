// What a pod's status says, from what its containers are doing. Pure: the same input gives the same status (Kubernetes: pod lifecycle).
import { LOOPBACK } from './downward.ts';
import type { ContainerStatus, Phase, Pod, PodCondition, PodStatus } from './pod.ts';

export interface PodView {
  readonly pod: Pod;
  /** In the order of the spec; an init container with restartPolicy Always is a sidecar. */
  readonly init: readonly ContainerStatus[];
  /** The containers of the spec, then the injected sidecar. */
  readonly main: readonly ContainerStatus[];
  readonly sidecars: ReadonlySet<string>;
  /** The container that the agent put beside those of the spec, if any. */
  readonly added?: string | undefined;
  readonly initialized: boolean;
  /** Every container has ended for good. */
  readonly finished: boolean;
  /** The agent's own verdict, for example DeadlineExceeded. */
  readonly failure: { readonly reason: string; readonly message: string } | undefined;
  /** The conditions as they were. */
  readonly before: readonly PodCondition[];
  readonly startTime: string;
  readonly now: string;
}

/** Conditions of others (readiness gates, the scheduler's) are kept; a condition's time changes only with its status. */
export function podStatus(view: PodView): PodStatus {
  const { pod, init, main } = view;
  const phase = phaseOf(view);
  const shown = (status: ContainerStatus): ContainerStatus => withoutPassingEnd(status, view);
  return {
    phase,
    reason: view.failure?.reason ?? null,
    message: view.failure?.message ?? null,
    conditions: conditionsOf(view, phase),
    startTime: view.startTime,
    hostIP: LOOPBACK,
    hostIPs: [{ ip: LOOPBACK }],
    podIP: LOOPBACK,
    podIPs: [{ ip: LOOPBACK }],
    ...(init.length > 0 && { initContainerStatuses: init.map((c) => shown(withInitReady(c, view))) }),
    containerStatuses: main.map(shown),
    qosClass: pod.status?.qosClass ?? 'BestEffort',
  };
}

/**
 * The API server lets a container go from its end to a new start only where the pod's spec says that it restarts, and the spec that it has
 * does not hold the added one. So until the pod is over that one waits instead.
 */
function withoutPassingEnd(status: ContainerStatus, { added, finished, failure }: PodView): ContainerStatus {
  const { terminated } = status.state;
  if (status.name !== added || finished || failure || !terminated) return status;
  return { ...status, state: { waiting: { reason: 'ContainerCreating' } }, lastState: { terminated } };
}

/** An init container is ready when it has done its work; a sidecar when it says so. */
function withInitReady(status: ContainerStatus, { sidecars }: PodView): ContainerStatus {
  return sidecars.has(status.name) ? status : { ...status, ready: status.state.terminated?.exitCode === 0 };
}

function phaseOf({ main, init, sidecars, initialized, finished, failure }: PodView): Phase {
  if (failure) return 'Failed';
  if (finished) {
    const worked = [...main, ...init.filter((c) => !sidecars.has(c.name))];
    return worked.every((c) => c.state.terminated?.exitCode === 0) ? 'Succeeded' : 'Failed';
  }
  return initialized && main.every(hasRun) ? 'Running' : 'Pending';
}

function hasRun({ state, lastState }: ContainerStatus): boolean {
  return state.waiting === undefined || lastState.terminated !== undefined;
}

function conditionsOf(view: PodView, phase: Phase): readonly PodCondition[] {
  const { before } = view;
  return [
    ...judge(view, phase).map((condition) => {
      const last = before.find((c) => c.type === condition.type);
      const since = last?.status === condition.status ? last.lastTransitionTime : undefined;
      return { ...condition, lastProbeTime: null, lastTransitionTime: since ?? view.now };
    }),
    ...before.filter((c) => !OWN_CONDITIONS.has(c.type)),
  ];
}

/** The agent's; every other condition belongs to somebody else. */
export const OWN_CONDITIONS: ReadonlySet<string> = new Set(['Initialized', 'Ready', 'ContainersReady', 'PodScheduled']);

function judge(view: PodView, phase: Phase): readonly PodCondition[] {
  const native = view.init.filter((c) => view.sidecars.has(c.name));
  const unready = [...native, ...view.main].filter((c) => !c.ready).map((c) => c.name);
  const gates = (view.pod.spec.readinessGates ?? [])
    .map((gate) => gate.conditionType)
    .filter((type) => view.before.find((c) => c.type === type)?.status !== 'True');
  const ended = phase === 'Succeeded' ? 'PodCompleted' : phase === 'Failed' ? 'PodFailed' : undefined;
  const containers = verdict(unready, ended ?? 'ContainersNotReady', 'containers with unready status');
  const waiting = view.init.filter((c) => !view.sidecars.has(c.name) && c.state.terminated?.exitCode !== 0);
  return [
    {
      type: 'Initialized',
      ...(view.initialized
        ? { status: 'True' as const }
        : verdict(
            waiting.map((c) => c.name),
            'ContainersNotInitialized',
            'containers with incomplete status',
            'False',
          )),
    },
    {
      type: 'Ready',
      ...(unready.length > 0
        ? containers
        : verdict(gates, 'ReadinessGatesNotReady', 'conditions of readiness gates that are not True')),
    },
    { type: 'ContainersReady', ...containers },
    { type: 'PodScheduled', status: 'True' },
  ];
}

type Verdict = Pick<PodCondition, 'status' | 'reason' | 'message'>;

function verdict(open: readonly string[], reason: string, what: string, worst?: 'False'): Verdict {
  if (open.length === 0 && worst === undefined) return { status: 'True' };
  return { status: 'False', reason, message: `${what}: [${open.join(' ')}]` };
}
