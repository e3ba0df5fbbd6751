// The scheduler of a cluster with hardly any nodes: a waiting pod goes to the first node that takes it, or says why none does.
import type { Component } from '../../component.ts';
import type { KubeObject, ObjectKey } from '../../kube/client.ts';
import { objectPath } from '../../kube/path.ts';
import { PODS } from '../../kube/resources.ts';
import type { Store } from '../../kube/store.ts';
import type { Pod, PodSpec } from '../node-agent/pod.ts';
import { announcer } from './announce.ts';
import { findCondition, withCondition } from './conditions.ts';
import { type ControllerDeps, createKeyedController, find, keyOf, onChange } from './keyed-controller.ts';
import { hasEnded } from './pod-lifecycle.ts';
import { writeStatus } from './status-writer.ts';

export interface Node extends KubeObject {
  readonly spec?: {
    readonly unschedulable?: boolean;
    readonly taints?: readonly Taint[];
  };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

/** The parts of a pod's spec that choose a node. */
export interface Demands {
  readonly schedulerName?: string;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly schedulingGates?: readonly unknown[];
  readonly tolerations?: readonly {
    readonly key?: string;
    readonly operator?: string;
    readonly value?: string;
    readonly effect?: string;
  }[];
}

const UNSYNCED_MS = 100;

export function createScheduler(
  deps: ControllerDeps,
  stores: { readonly pods: Store<Pod>; readonly nodes: Store<Node> },
): Component {
  const { client, clock } = deps;
  const announce = announcer(deps.events);

  async function reconcile(key: ObjectKey, signal: AbortSignal): Promise<number | undefined> {
    // Before the first list of nodes, "there is no node" would only be our own ignorance.
    if (!stores.nodes.synced()) return UNSYNCED_MS;
    const pod = await find(client.get<Pod>(PODS, key, { signal }));
    if (pod === undefined || !isWaiting(pod)) return undefined;
    const nodes = stores.nodes.list().toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
    const objections = nodes.map((node) => objection(node, pod.spec));
    const chosen = nodes[objections.indexOf(undefined)];
    if (chosen === undefined) return postpone(pod, summary(objections), signal);
    const binding = {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name: key.name, namespace: key.namespace, uid: pod.metadata.uid },
      target: { apiVersion: 'v1', kind: 'Node', name: chosen.metadata.name },
    };
    await client.request('POST', objectPath(PODS, key, 'binding'), binding, { signal });
    announce.normal(pod, 'Scheduled', 'Binding', `assigned to node ${chosen.metadata.name}`);
    return undefined;
  }

  async function postpone(pod: Pod, message: string, signal: AbortSignal): Promise<undefined> {
    const { status = {} } = pod;
    const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message } as const;
    const was = findCondition(status.conditions, condition.type);
    if (was?.status === condition.status && was.message === message) return;
    const conditions = withCondition(status.conditions, condition, clock.now());
    await writeStatus<Pod>(client, PODS, pod, { ...status, phase: 'Pending', conditions }, signal);
    announce.warning(pod, 'FailedScheduling', 'Scheduling', message);
  }

  return createKeyedController(
    {
      name: 'scheduler',
      triggers: [
        onChange(stores.pods, ({ object }) => (isWaiting(object) ? [keyOf(object)] : [])),
        onChange(stores.nodes, (change) =>
          change.type === 'updated' && takesTheSame(change.previous, change.object)
            ? []
            : stores.pods.list().filter(isWaiting).map(keyOf),
        ),
      ],
      concurrency: 8,
      reconcile,
    },
    deps,
  );
}

function isWaiting(pod: Pod & { readonly spec: Demands }): boolean {
  const { nodeName, schedulerName = 'default-scheduler', schedulingGates = [] } = pod.spec;
  if (nodeName !== undefined && nodeName !== '') return false;
  return (
    schedulerName === 'default-scheduler' &&
    schedulingGates.length === 0 &&
    pod.metadata.deletionTimestamp === undefined &&
    !hasEnded(pod)
  );
}

/** Why this node does not take the pod, in a few words; undefined when it does. */
export function objection(node: Node, pod: PodSpec & Demands): string | undefined {
  if (findCondition(node.status?.conditions, 'Ready')?.status !== 'True') return 'not ready';
  if (node.spec?.unschedulable) return 'cordoned';
  const labels = node.metadata.labels ?? {};
  const unmet = Object.entries(pod.nodeSelector ?? {}).find(([key, value]) => labels[key] !== value);
  if (unmet) return `without the label ${unmet.join('=')}`;
  const taint = node.spec?.taints?.find((t) => t.effect !== 'PreferNoSchedule' && !isTolerated(t, pod));
  return taint && `tainted with ${taint.key}`;
}

function isTolerated(taint: Taint, { tolerations = [] }: Demands): boolean {
  return tolerations.some(
    ({ key, operator = 'Equal', value = '', effect }) =>
      (effect === undefined || effect === '' || effect === taint.effect) &&
      (key === undefined || key === '' ? operator === 'Exists' : key === taint.key) &&
      (operator === 'Exists' || value === (taint.value ?? '')),
  );
}

function summary(objections: readonly (string | undefined)[]): string {
  if (objections.length === 0) return 'there is no node';
  const counts = new Map<string, number>();
  for (const reason of objections) counts.set(reason ?? '', (counts.get(reason ?? '') ?? 0) + 1);
  return `no node takes it: ${[...counts].map(([reason, count]) => `${count} ${reason}`).join(', ')}`;
}

/** A node's heartbeat changes nothing for pods that wait. */
function takesTheSame(before: Node, after: Node): boolean {
  const face = ({ metadata, spec, status }: Node): string =>
    JSON.stringify([metadata.labels, spec, status?.conditions?.find(({ type }) => type === 'Ready')?.status]);
  return face(before) === face(after);
}
