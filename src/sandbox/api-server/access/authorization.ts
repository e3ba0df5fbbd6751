// Who may do what: everybody who is known may do everything, unless a rule denies it.
import type { User } from '../write-options.ts';

/** Denies what matches every member that is given; `*` and an absent member match all. */
export interface DenyRule {
  readonly user?: string;
  readonly userGroup?: string;
  readonly verb?: string;
  readonly group?: string;
  /** `pods`, or with its subresource `deployments/scale`. */
  readonly resource?: string;
  readonly namespace?: string;
  readonly path?: string;
}

export interface Attributes {
  readonly user: User;
  readonly verb: string;
  readonly group?: string;
  readonly resource?: string;
  readonly subresource?: string | undefined;
  readonly namespace?: string | undefined;
  readonly path?: string;
}

export type Authorizer = (what: Attributes) => { readonly allowed: boolean; readonly reason: string };

/** Paths that answer before anybody has said who they are. */
const OPEN_PATHS = new Set(['/healthz', '/livez', '/readyz', '/version']);

/** `denies` is read at every question, so it may change while the server runs. */
export function createAuthorizer(denies: readonly DenyRule[]): Authorizer {
  return (what) => {
    if (what.user.groups.includes('system:unauthenticated')) {
      const open = what.path !== undefined && OPEN_PATHS.has(what.path);
      return { allowed: open, reason: open ? 'the path is open to everybody' : '' };
    }
    const denied = !what.user.groups.includes('system:masters') && denies.some((rule) => matches(rule, what));
    return {
      allowed: !denied,
      reason: denied ? 'denied by a rule of the sandbox' : 'allowed: the sandbox allows what no rule denies',
    };
  };
}

function matches(rule: DenyRule, what: Attributes): boolean {
  const resource = what.subresource ? `${what.resource}/${what.subresource}` : what.resource;
  const same = (wanted: string | undefined, found: string | undefined): boolean =>
    wanted === undefined || wanted === '*' || wanted === found;
  return (
    same(rule.user, what.user.name) &&
    (rule.userGroup === undefined || what.user.groups.includes(rule.userGroup)) &&
    same(rule.verb, what.verb) &&
    same(rule.group, what.group) &&
    same(rule.resource, resource) &&
    same(rule.namespace, what.namespace) &&
    same(rule.path, what.path)
  );
}
