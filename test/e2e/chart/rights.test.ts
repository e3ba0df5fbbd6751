import { describe, expect, it, jest } from '@jest/globals';
import { permissionsFor } from '../../../src/kube/permissions.ts';
import { whereBuildable } from '../control-plane/available.ts';
import { EVERY_PART, EVERYTHING } from './granted.ts';
import type { Values } from './helm.ts';
import { objects, only, type Rendered } from './rendered.ts';

jest.setTimeout(300_000);

/** Where Secrets other than Sluice's own may be read: `*` for every namespace, each with the names or `*`. */
function secretRights(all: readonly Rendered[]): readonly string[] {
  return all
    .flatMap(({ metadata, rules = [] }) => rules.map((rule) => ({ where: metadata.namespace ?? '*', rule })))
    .filter(({ rule }) => ['', '*'].some((group) => rule.apiGroups.includes(group)))
    .filter(({ rule }) => ['secrets', '*'].some((resource) => rule.resources.includes(resource)))
    .filter(({ rule }) => rule.verbs.includes('list') || rule.resources.includes('*'))
    .map(({ where, rule }) => `${where}/${rule.resourceNames?.join(',') ?? '*'}`)
    .toSorted();
}

const restrict = 'permissions.operator.restrict';

whereBuildable(describe, 'helm')("the account's rights", () => {
  it.each<[string, Values, readonly string[]]>([
    ['nothing is restricted', {}, ['*/*']],
    ['names are given', { [`${restrict}.namesAllowList`]: ['a', 'b'] }, ['*/a,b']],
    ['namespaces are served', { watchNamespace: 'shop, web' }, ['shop/*', 'sluice/*', 'web/*']],
    ['both', { watchNamespace: 'shop', [`${restrict}.namesAllowList`]: ['a'] }, ['shop/a', 'sluice/a']],
    ['access is restricted', { [`${restrict}.secret`]: true }, ['sluice/*']],
    [
      'access is restricted to namespaces',
      { [restrict]: { secret: true, namespacesAllowList: ['shop'] } },
      ['shop/*', 'sluice/*'],
    ],
    ['access is restricted to names', { [restrict]: { secret: true, namesAllowList: ['a'] } }, ['*/a']],
    [
      'access is restricted to names of namespaces',
      { [restrict]: { secret: true, namesAllowList: ['a'], namespacesAllowList: ['shop'] } },
      ['shop/a', 'sluice/a'],
    ],
    [
      'access is restricted and every kind of a group may be scaled',
      { [`${restrict}.secret`]: true, 'rbac.scaledRefKinds': [{ apiGroup: 'argoproj.io', kind: '*' }] },
      ['sluice/*'],
    ],
  ])('lets Secrets be read nowhere else when %s', async (_name, values, expected) => {
    expect(secretRights(await objects(values))).toEqual(expected);
  });

  it.each<[string, Values, readonly string[]]>([
    ['nobody', {}, []],
    [
      'those that are named',
      { [`${restrict}.serviceAccountTokenCreationRoles`]: [{ name: 'reader', namespace: 'shop' }] },
      ['shop/reader'],
    ],
    ['everybody', { [`${restrict}.allowAllServiceAccountTokenCreation`]: true }, ['*/*']],
    [
      'everybody of the namespaces that are served',
      { watchNamespace: 'shop', [`${restrict}.allowAllServiceAccountTokenCreation`]: true },
      ['shop/*', 'sluice/*'],
    ],
  ])('lets tokens be issued for %s', async (_name, values, expected) => {
    const rights = (await objects(values)).flatMap(({ metadata, rules = [] }) =>
      rules
        .filter(({ resources }) => resources.includes('serviceaccounts/token'))
        .map(({ resourceNames, verbs }) => {
          expect(verbs).toEqual(['create']);
          return `${metadata.namespace ?? '*'}/${resourceNames?.join(',') ?? '*'}`;
        }),
    );
    expect(rights.toSorted()).toEqual(expected);
  });

  it('grants nothing but cluster-scoped kinds in the whole cluster when namespaces are served', async () => {
    const all = await objects({ watchNamespace: 'shop' });
    const resources = (only(all, 'ClusterRole').rules ?? []).flatMap((rule) => rule.resources);
    expect(resources.toSorted()).toEqual([
      'apiservices',
      'clustercloudeventsources',
      'clustertriggerauthentications',
      'validatingwebhookconfigurations',
    ]);
    const hooks = only(all, 'ValidatingWebhookConfiguration').webhooks ?? [];
    // What is in no namespace cannot be selected by one.
    for (const { clientConfig, namespaceSelector } of hooks.filter(
      (h) => !h.clientConfig.service.path.includes('-cluster'),
    )) {
      expect([clientConfig.service.path, namespaceSelector?.matchExpressions[0]?.values]).toEqual([
        expect.anything(),
        ['shop'],
      ]);
    }
  });

  it.each<[string, Values, readonly string[]]>([
    ['everything is served', {}, []],
    ['a namespace is served', { watchNamespace: 'shop' }, ['shop']],
  ])(
    'grants what the program says that it uses, and nothing else, where %s',
    async (_name, values, watchNamespaces) => {
      // Granted by roles that every cluster has.
      const builtIn = ['authentication.k8s.io', 'authorization.k8s.io'];
      const places = { served: watchNamespaces[0] ?? '*', own: 'sluice', cluster: '*', 'kube-system': 'kube-system' };
      const wanted = permissionsFor({ ...EVERY_PART, watchNamespaces })
        .filter(({ scope, group }) => scope !== 'kube-system' && !builtIn.includes(group))
        .flatMap(({ scope, group, resource, resourceName = '*', verbs }) =>
          verbs.map((verb) => `${verb} ${resource}.${group}/${resourceName} in ${places[scope]}`),
        );
      const granted = (await objects({ ...EVERYTHING, ...values })).flatMap(({ metadata, rules = [] }) =>
        rules.flatMap(({ apiGroups: [group], resources, resourceNames: [name = '*'] = [], verbs }) =>
          resources.flatMap((resource) =>
            verbs.map((verb) => `${verb} ${resource}.${group}/${name} in ${metadata.namespace ?? '*'}`),
          ),
        ),
      );
      expect(granted.toSorted()).toEqual(wanted.toSorted());
    },
  );

  it('never uses a verb for everything', async () => {
    for (const { rules = [] } of await objects({ 'operator.replicaCount': 2 })) {
      for (const rule of rules) expect(rule.verbs).not.toContain('*');
    }
  });
});
