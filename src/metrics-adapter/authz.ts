// May the caller read this metric? The API server decides (SubjectAccessReview); its answers are kept for a short while.
import type { Clock } from '../async.ts';
import type { AccessPort, Caller, MetricResource } from './caller.ts';
import { GROUP, VERSION } from './discovery.ts';
import { createRemembered } from './remembered.ts';

export type Authorize = (
  caller: Caller,
  what: { readonly namespace: string; readonly metric: string },
) => Promise<boolean>;

const ALLOWED_LIFE_MS = 60_000;
const DENIED_LIFE_MS = 10_000;
const MOST_ANSWERS = 10_000;
/** Kubernetes' superusers, whom no authorizer is asked about. */
const MASTERS = 'system:masters';

/**
 * The HPA controller may read every metric, and asks for thousands; so the first question is whether the caller may read all,
 * and only who may not is asked about one by one.
 */
export function createAuthorizer(port: AccessPort, clock: Clock): Authorize {
  const remember = createRemembered<boolean>({
    clock,
    lifeMs: (allowed) => (allowed ? ALLOWED_LIFE_MS : DENIED_LIFE_MS),
    capacity: MOST_ANSWERS,
  });

  return async (caller, { namespace, metric }) => {
    if (caller.groups.includes(MASTERS)) return true;
    const id = JSON.stringify([caller.name, caller.uid, caller.groups, caller.extra]);
    const ask = (what: MetricResource): Promise<boolean> =>
      remember(JSON.stringify([id, what.namespace, what.resource]), (signal) => port.mayList(caller, what, signal));
    const everything = { group: GROUP, version: VERSION, resource: '*', namespace: '' };
    return (await ask(everything)) || ask({ ...everything, resource: metric, namespace });
  };
}
