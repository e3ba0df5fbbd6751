// What the conditions of scaled objects tell, of whichever kind they are.
import type { KubeObject, Resource } from '../../kube/client.ts';
import type { ClusterView } from './cluster.ts';
import { type Finding, type Findings, firstOf, type Tell } from './finding.ts';

export interface Condition {
  readonly type: string;
  readonly status?: string;
  readonly reason?: string;
  readonly message?: string;
}

export interface Judged extends KubeObject {
  readonly ready: Condition | undefined;
  readonly isPaused: boolean;
}

const MOST = 10;
/** So long a new object may have no conditions. */
const PATIENCE_MS = 60_000;

export const nameOf = ({ metadata }: KubeObject): string => `${metadata.namespace}/${metadata.name}`;

/** All that Sluice serves; `prune` keeps of each what is needed, since there may be ten thousand. */
export async function listServed<T extends Judged>(
  { client, signal, sluice }: ClusterView,
  resource: Resource,
  prune: (object: KubeObject) => T,
): Promise<readonly T[]> {
  const served = sluice.parts.watchNamespaces;
  const lists = await Promise.all(
    (served.length === 0 ? [undefined] : served).map((namespace) =>
      client.list<KubeObject>(resource, { namespace, prune, signal }),
    ),
  );
  return lists.flatMap(({ items }) => items as readonly T[]);
}

export function summary(tell: Tell, objects: readonly Judged[]): Finding {
  const ready = objects.filter((o) => o.ready?.status === 'True').length;
  const paused = objects.filter(({ isPaused }) => isPaused).length;
  return tell.ok(`${objects.length}, of which ${ready} ready${paused === 0 ? '' : ` and ${paused} paused`}`);
}

export function neglected(tell: Tell, objects: readonly Judged[], now: number): Findings {
  const old = objects.filter(
    ({ ready, metadata }) => ready === undefined && now - Date.parse(metadata.creationTimestamp ?? '') > PATIENCE_MS,
  );
  const [first] = old;
  if (first === undefined) return [];
  return [
    tell.problem(
      `${old.length} of ${objects.length} have no conditions, for example ${nameOf(first)}: nobody acts on them`,
      'see that Sluice runs and serves their namespaces (watchNamespace)',
    ),
  ];
}

export function notReady(tell: Tell, { kind, plural }: Resource, objects: readonly Judged[]): Findings {
  const findings = objects
    .filter(({ ready }) => ready !== undefined && ready.status !== 'True')
    .map((object) => {
      const { namespace, name } = object.metadata;
      const message = `${nameOf(object)} is not ready: ${object.ready?.message ?? 'no reason given'}`;
      return tell.warning(message, `kubectl -n ${namespace} describe ${kind.toLowerCase()} ${name}`);
    });
  return firstOf(findings, MOST, (left) => tell.warning(`${left} more are not ready`, `kubectl get ${plural} -A`));
}
