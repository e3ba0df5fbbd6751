// May Sluice's account do what the program does? Asked right by right, as the API server itself will decide.
import { createLimiter } from '../../async.ts';
import { KubeError } from '../../errors.ts';
import type { KubeClient } from '../../kube/client.ts';
import { describeRight, grantCommand, type Right } from '../../kube/missing-right.ts';
import { type Permission, permissionsFor } from '../../kube/permissions.ts';
import type { ClusterView, Installation } from './cluster.ts';
import { type Check, type Finding, tellOf } from './finding.ts';
import { installCommand } from './installation.ts';

const tell = tellOf('rights');
const AT_ONCE = 8;
/** So many at once are one mistake. */
const MANY = 5;

interface Review {
  readonly status?: { readonly allowed?: boolean };
}
interface WhoAmI {
  readonly status?: { readonly userInfo?: { readonly username?: string } };
}
type Missing = readonly [Right, ...Right[]];
type Ask = (right: Right) => Promise<boolean>;

export async function* checkRights({ client, signal, sluice }: ClusterView): Check {
  const { namespace, name } = sluice.account;
  const user = `system:serviceaccount:${namespace}:${name}`;
  const ask = await askerFor(client, user, signal);
  if (ask === undefined) {
    yield tell.notChecked(
      `you may not ask what ServiceAccount ${namespace}/${name} may do (create subjectaccessreviews.authorization.k8s.io)`,
      `as somebody who may impersonate it: kubectl auth can-i --list --as=${user}`,
    );
    return;
  }
  const served = sluice.parts.watchNamespaces.length === 0 ? [undefined] : sluice.parts.watchNamespaces;
  const places = { served, own: [sluice.namespace], 'kube-system': ['kube-system'], cluster: [undefined] } as const;
  const limit = createLimiter(AT_ONCE);
  const wanted = permissionsFor(sluice.parts).flatMap((permission) =>
    places[permission.scope].map((place) => ({ permission, rights: rightsOf(permission, place) })),
  );
  const answers = await Promise.all(
    wanted.map(async ({ permission, rights }) => {
      const allowed = await Promise.all(rights.map((right) => limit(() => ask(right))));
      const [first, ...more] = rights.filter((_, i) => allowed[i] !== true);
      return first === undefined ? [] : [{ permission, missing: [first, ...more] as const }];
    }),
  );
  const refused = answers.flat();
  if (refused.length === 0) {
    const count = wanted.reduce((sum, { rights }) => sum + rights.length, 0);
    yield tell.ok(`ServiceAccount ${namespace}/${name} has all ${count} that are used`);
  } else if (refused.length > MANY) {
    const what = refused.map(({ missing }) => describeAll(missing)).join('; ');
    yield tell.problem(
      `${user} lacks the rights of the chart, as if a binding were missing: ${what}`,
      installCommand(sluice),
    );
  } else yield* refused.map(({ permission, missing }) => findingOf(permission, missing, { user, sluice }));
}

function rightsOf(
  { group, resource, resourceName, verbs }: Permission,
  namespace: string | undefined,
): readonly Right[] {
  return verbs.map((verb) => ({ verb, group, resource, namespace, resourceName }));
}

function findingOf(
  { needed, without, resource }: Permission,
  missing: Missing,
  { user, sluice }: { readonly user: string; readonly sluice: Installation },
): Finding {
  const message = `${user} may not ${describeAll(missing)}: ${without}`;
  // kubectl creates roles only for kinds that there are.
  const mend = resource.includes('*')
    ? `${installCommand(sluice)} --set rbac.enabledCustomScaledRefKinds=true`
    : grantCommand(user, missing);
  return needed === 'always' ? tell.problem(message, mend) : tell.warning(message, mend);
}

function describeAll(missing: Missing): string {
  return describeRight({ ...missing[0], verb: missing.map(({ verb }) => verb).join(', ') });
}

/** Somebody who may not ask about others may still ask about themselves. */
async function askerFor(client: KubeClient, user: string, signal: AbortSignal): Promise<Ask | undefined> {
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${user.split(':')[2]}`, 'system:authenticated'];
  const aboutUser = askBy(client, 'SubjectAccessReview', { user, groups }, signal);
  const isRefused = await aboutUser({ verb: 'get', group: '', resource: 'pods' }).then(
    () => false,
    (error: unknown) => {
      if (error instanceof KubeError && error.code === 'KUBE_FORBIDDEN') return true;
      throw error;
    },
  );
  if (!isRefused) return aboutUser;
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
  const me = await client.request<WhoAmI>('POST', path, review, { signal }).catch(() => undefined);
  return me?.status?.userInfo?.username === user ? askBy(client, 'SelfSubjectAccessReview', {}, signal) : undefined;
}

function askBy(
  client: KubeClient,
  kind: 'SubjectAccessReview' | 'SelfSubjectAccessReview',
  who: object,
  signal: AbortSignal,
): Ask {
  const path = `/apis/authorization.k8s.io/v1/${kind.toLowerCase()}s`;
  return async ({ verb, group, resource, namespace, resourceName }) => {
    const [plural, subresource] = resource.split('/');
    const resourceAttributes = { verb, group, resource: plural, subresource, namespace, name: resourceName };
    const review = { apiVersion: 'authorization.k8s.io/v1', kind, spec: { ...who, resourceAttributes } };
    const { status } = await client.request<Review>('POST', path, review, { signal });
    return status?.allowed === true;
  };
}
