// What RBAC refused, read from the API server's own message, and the command that grants it.
import { KubeError } from '../errors.ts';

/** As RBAC names things; `resource` with its subresource, for example `deployments/scale`. */
export interface Right {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  /** Undefined: in all namespaces, or of a kind that has none. */
  readonly namespace?: string | undefined;
  readonly resourceName?: string | undefined;
}

export interface MissingRight extends Right {
  readonly user: string;
}

const REFUSAL =
  /(?:secrets "([^"]*)" is forbidden: )?User "([^"]*)" cannot (\S+) resource "([^"]*)" in API group "([^"]*)"(?: in the namespace "([^"]*)"| at the cluster scope)/;

/** Undefined when the message is not Kubernetes' for a missing right: an admission webhook and a quota refuse with 403 as well. */
export function missingRightOf(message: string): MissingRight | undefined {
  const found = REFUSAL.exec(message);
  if (!found) return undefined;
  const [, secret, user = '', verb = '', resource = '', group = '', namespace] = found;
  return {
    user,
    verb,
    group,
    resource,
    ...(namespace === undefined ? {} : { namespace }),
    // Of other kinds one would like to see all; of Secrets only those that are meant.
    ...(secret === undefined ? {} : { resourceName: secret }),
  };
}

/** `list scaledobjects.keda.sh in all namespaces`, as a person would say it. */
export function describeRight({ verb, group, resource, namespace, resourceName }: Right): string {
  const scope = namespace === undefined ? '' : ` in namespace ${namespace}`;
  return `${verb} ${kubectlResource(group, resource)}${resourceName === undefined ? '' : ` "${resourceName}"`}${scope}`;
}

/** A kubectl command that creates a role with these rights, all of one resource and scope, and binds the user to it. */
export function grantCommand(user: string, [right, ...more]: readonly [Right, ...Right[]]): string {
  const { group, resource, namespace, resourceName } = right;
  const verbs = [...new Set([right, ...more].map(({ verb }) => verb))];
  const parts = [...verbs, ...resource.split('/'), ...(resourceName === undefined ? [] : [resourceName])];
  const name = `sluice-${parts.join('-')}`.replaceAll('*', 'any');
  const [kind, scope] = namespace === undefined ? ['clusterrole', ''] : ['role', ` --namespace=${namespace}`];
  const only = resourceName === undefined ? '' : ` --resource-name=${resourceName}`;
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user);
  const subject = account ? `--serviceaccount=${account[1]}:${account[2]}` : `--user=${user}`;
  return [
    `kubectl create ${kind} ${name}${scope} --verb=${verbs.join(',')} --resource=${kubectlResource(group, resource)}${only}`,
    `kubectl create ${kind}binding ${name}${scope} --${kind}=${name} ${subject}`,
  ].join(' && ');
}

/** A refusal with the command that allows all of `verbs`, for whoever reads the message; any other error as it is. */
export function withGrant(error: unknown, verbs: readonly [string, ...string[]], right: Omit<Right, 'verb'>): unknown {
  if (!(error instanceof KubeError) || error.code !== 'KUBE_FORBIDDEN') return error;
  const missing = missingRightOf(error.message);
  if (!missing) return error;
  const [first, ...more] = verbs;
  const wanted = more.map((verb) => ({ ...right, verb }));
  const grant = grantCommand(missing.user, [{ ...right, verb: first }, ...wanted]);
  const { code, retry, status, reason } = error;
  return new KubeError(`${error.message}; to allow it: ${grant}`, {
    code,
    retry,
    ...(status === undefined ? {} : { status }),
    ...(reason === undefined ? {} : { reason }),
    cause: error,
  });
}

/** kubectl's notation puts the group before the subresource: `deployments.apps/scale`. */
function kubectlResource(group: string, resource: string): string {
  const [plural = '', subresource] = resource.split('/');
  return `${plural}${group === '' ? '' : `.${group}`}${subresource === undefined ? '' : `/${subresource}`}`;
}
