// Which of the granted rights an account used, and which it lacked, as the API server's audit log tells.
import type { Permission } from '../../../src/kube/permissions.ts';
import type { AuditEvent } from '../control-plane/audit.ts';
import { ACCOUNT } from './granted.ts';

/** By `rightName`, how many requests used it. */
export type UsedRights = Readonly<Record<string, number>>;

export interface Audited {
  readonly used: UsedRights;
  /** Each once: `patch deployments.apps/scale in shop`. */
  readonly forbidden: readonly string[];
  /** Allowed, but by none of the permissions: what Kubernetes allows to everybody. */
  readonly others: readonly string[];
}

export function rightName(verb: string, { group, resource, resourceName }: Permission): string {
  const of = group === '' || group === '*' ? '' : `.${group}`;
  return `${verb} ${resource}${of}${resourceName === undefined ? '' : ` ${resourceName}`}`;
}

/** Of one user. What is no resource (discovery, health) is left out: no role of ours speaks of it. */
export function auditRights(
  events: readonly AuditEvent[],
  username: string,
  permissions: readonly Permission[],
): Audited {
  const used: Record<string, number> = {};
  const forbidden = new Set<string>();
  const others = new Set<string>();
  for (const event of events) {
    if (event.user.username !== username || event.objectRef?.resource === undefined) continue;
    if (event.annotations?.['authorization.k8s.io/decision'] === 'forbid') forbidden.add(describe(event, event.verb));
    else {
      for (const verb of verbsOf(event)) {
        const permission = narrowest(permissions.filter((each) => covers(each, verb, event)));
        if (permission === undefined) others.add(describe(event, verb));
        else used[rightName(verb, permission)] = (used[rightName(verb, permission)] ?? 0) + 1;
      }
    }
  }
  return { used, forbidden: [...forbidden].toSorted(), others: [...others].toSorted() };
}

/** A server-side apply that creates needs both rights, and is one event. */
function verbsOf({ verb, responseStatus }: AuditEvent): readonly string[] {
  return verb === 'patch' && responseStatus?.code === 201 ? ['patch', 'create'] : [verb];
}

function covers({ scope, group, resource, resourceName, verbs }: Permission, verb: string, event: AuditEvent): boolean {
  const { apiGroup = '', resource: plural = '', subresource, namespace, name } = event.objectRef ?? {};
  const asked = subresource === undefined ? plural : `${plural}/${subresource}`;
  const wanted = resource.startsWith('*/') ? resource === `*/${subresource ?? ''}` : resource === asked;
  const place = { own: ACCOUNT.namespace, 'kube-system': 'kube-system', cluster: undefined, served: namespace }[scope];
  return (
    verbs.some((each) => each === verb) &&
    (group === '*' || group === apiGroup) &&
    wanted &&
    namespace === place &&
    (resourceName === undefined || resourceName === name)
  );
}

/** One request needs one right; that it would be allowed by a wider one as well keeps nobody from removing that. */
function narrowest(permissions: readonly Permission[]): Permission | undefined {
  const width = ({ scope, resource, resourceName }: Permission): number =>
    (resourceName === undefined ? 4 : 0) + (scope === 'served' ? 2 : 0) + (resource.startsWith('*') ? 1 : 0);
  return permissions.toSorted((a, b) => width(a) - width(b))[0];
}

function describe({ objectRef }: AuditEvent, verb: string): string {
  const { apiGroup, resource, subresource, namespace, name } = objectRef ?? {};
  const what = `${resource}${apiGroup ? `.${apiGroup}` : ''}${subresource ? `/${subresource}` : ''}`;
  return `${verb} ${what}${name ? ` ${name}` : ''}${namespace ? ` in ${namespace}` : ''}`;
}
