import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { type Permission, permissionsFor, type UsedParts } from '../../../src/kube/permissions.ts';

const ALL: UsedParts = {
  controller: true,
  metricsAdapter: true,
  membership: false,
  certSecretName: 'sluice-certs',
  publishesCa: true,
  webhookConfiguration: 'sluice-admission',
  watchNamespaces: [],
};

interface Role {
  readonly kind: string;
  readonly rules?: readonly {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly resourceNames?: readonly string[];
    readonly verbs: readonly string[];
  }[];
}

/** `verb group/resource name`, for roles and for the table. */
const granted = (kind: string): readonly string[] =>
  parseAllDocuments(readFileSync('deploy/sluice.yaml', 'utf8'))
    .map((document) => document.toJS() as Role | null)
    .filter((role) => role?.kind === kind)
    .flatMap((role) => role?.rules ?? [])
    .flatMap(({ apiGroups, resources, resourceNames = [''], verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) =>
          resourceNames.flatMap((name) => verbs.map((verb) => `${verb} ${group}/${resource} ${name}`)),
        ),
      ),
    )
    .toSorted();
const used = (permissions: readonly Permission[]): readonly string[] =>
  permissions
    .flatMap(({ group, resource, resourceName = '', verbs }) =>
      verbs.map((verb) => `${verb} ${group}/${resource} ${resourceName}`),
    )
    .toSorted();
/** Kubernetes' own roles grant these: system:auth-delegator and extension-apiserver-authentication-reader. */
const isBuiltIn = ({ scope, resource }: Permission): boolean => scope === 'kube-system' || resource.endsWith('reviews');

describe('the table of permissions', () => {
  const own = permissionsFor(ALL).filter((permission) => !isBuiltIn(permission));

  it('is what the manifests grant in the cluster, neither more nor less', () => {
    expect(used(own.filter(({ scope }) => scope !== 'own'))).toEqual(granted('ClusterRole'));
  });

  it('is what the manifests grant in the namespace of Sluice, neither more nor less', () => {
    expect(used(own.filter(({ scope }) => scope === 'own'))).toEqual(granted('Role'));
  });

  it.each<[string, Partial<UsedParts>, RegExp]>([
    ['Leases without membership', { membership: false }, /leases/],
    ['reviews without the metrics API', { metricsAdapter: false }, /reviews|extension-apiserver|apiservices/],
    ['certificates where they are supplied', { certSecretName: undefined }, /sluice-certs|create \/secrets/],
    ['the webhook where there is none', { webhookConfiguration: undefined }, /webhook|limitranges/],
    [
      'what is in no namespace to be written where a few are served',
      { watchNamespaces: ['shop'] },
      /patch .*clustertrigger/,
    ],
  ])('wants no %s', (_what, parts, pattern) => {
    const wanted = permissionsFor({ ...ALL, ...parts });
    const texts = wanted.flatMap((p) => p.verbs.map((v) => `${v} ${p.group}/${p.resource} ${p.resourceName ?? ''}`));
    expect(texts.filter((text) => pattern.test(text))).toEqual([]);
  });
});
