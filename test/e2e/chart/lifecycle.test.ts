// The chart from its install to its end, on every Kubernetes that we have: what it changes, takes back and leaves.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { KubeObject } from '../../../src/kube/client.ts';
import { CUSTOM_RESOURCE_DEFINITIONS, NAMESPACES } from '../../../src/kube/resources.ts';
import { freePort } from '../../../src/sandbox/free-port.ts';
import { eventually } from '../../support/eventually.ts';
import { type SluiceProcess, spawnSluice } from '../../support/sluice-process.ts';
import { repositoryRoot } from '../../support/source-tree.ts';
import { whereBuildable } from '../control-plane/available.ts';
import { build } from '../control-plane/build.ts';
import { type ControlPlane, controlPlane } from '../control-plane/control-plane.ts';
import { KUBERNETES_VERSIONS } from '../control-plane/tools.ts';
import { kedaCrds } from '../keda/objects.ts';
import { CRD_NAMES } from './crd-names.ts';
import { ACCOUNT, USER } from './granted.ts';
import { createRelease, type Release } from './release.ts';

jest.setTimeout(1_200_000);

const { signal } = new AbortController();
const CRDS = CRD_NAMES.map((name) => `CustomResourceDefinition /${name}`);

describe.each(KUBERNETES_VERSIONS)('the chart on Kubernetes %s', (version) => {
  whereBuildable(
    describe,
    `kubernetes-${version}`,
    'etcd',
    'helm',
    'keda',
  )('from install to uninstall', () => {
    let cluster: ControlPlane;
    let release: Release;
    beforeAll(async () => {
      cluster = await controlPlane({ version, nodes: 'none' });
      release = createRelease(cluster);
      for (const name of [ACCOUNT.namespace, 'shop']) {
        const namespace: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
        await cluster.client.create(NAMESPACES, namespace, { signal });
      }
    });
    afterAll(() => cluster?.stop());

    const value = (kind: string, name: string, path: string): Promise<string> =>
      release.kubectl('get', kind, name, '-n', ACCOUNT.namespace, '-o', `jsonpath={${path}}`);
    const sluiceField =
      '.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.advanced.properties.sluice.type';
    /** What was there before, and nothing more. */
    const leaves = async (before: readonly string[]): Promise<void> => {
      await eventually('only the CRDs are left', async () => {
        const now = await release.inventory();
        expect(now.filter((object) => !before.includes(object))).toEqual(CRDS.filter((crd) => !before.includes(crd)));
        expect(before.filter((object) => !now.includes(object))).toEqual([]);
      });
    };

    it('leaves nothing but the CRDs of what it and the program made', async () => {
      const before = await release.inventory();
      expect(await release.install({ 'operator.replicaCount': 2 })).toMatchObject({ code: 0, stderr: '' });
      const program = await runAsInstalled(cluster, release);
      expect(await value('secret', 'sluice-certs', '.data.ca\\.crt')).not.toBe('');
      expect(await value('apiservice', 'v1beta1.external.metrics.k8s.io', '.spec.caBundle')).not.toBe('');
      expect(await program.kill('SIGTERM')).toBe(0);
      const refused = (await cluster.audit()).filter(
        ({ user, annotations }) =>
          user.username === USER && annotations?.['authorization.k8s.io/decision'] === 'forbid',
      );
      expect(refused).toEqual([]);
      await release.uninstall();
      await leaves(before);
    });

    it('is upgraded and rolled back, and the CRDs with it', async () => {
      const before = await release.inventory();
      await release.install();
      const shown = async (): Promise<readonly string[]> => [
        await value('deployment', 'sluice', '.spec.replicas'),
        await value('validatingwebhookconfiguration', 'sluice-admission', '.webhooks[0].failurePolicy'),
        await value('crd', 'scaledobjects.keda.sh', '.metadata.annotations.example\\.com/owner'),
        await release.kubectl('auth', 'can-i', 'patch', 'leases', `--as=${USER}`, '-n', ACCOUNT.namespace),
        await release.kubectl('auth', 'can-i', 'get', 'secrets', '-A', `--as=${USER}`),
      ];
      const first = ['1', 'Ignore', '', 'no', 'yes'];
      expect(await shown()).toEqual(first);
      const upgraded = await release.upgrade({
        'operator.replicaCount': 3,
        'webhooks.failurePolicy': 'Fail',
        'crds.additionalAnnotations': { 'example.com/owner': 'platform' },
        'permissions.operator.restrict.secret': true,
      });
      expect(upgraded).toMatchObject({ code: 0, stderr: '' });
      expect(await shown()).toEqual(['3', 'Fail', 'platform', 'yes', 'no']);
      expect(await release.rollback()).toMatchObject({ code: 0 });
      expect(await shown()).toEqual(first);
      await release.uninstall();
      await leaves(before);
    });

    it('brings a field back to the CRDs that an older version did not have', async () => {
      const before = await release.inventory();
      await release.install();
      const crd = { name: 'scaledobjects.keda.sh' };
      const path = `/${sluiceField.replace('[0]', '.0').slice(1, -'.type'.length).replaceAll('.', '/')}`;
      const without = { type: 'json', body: [{ op: 'remove', path }] } as const;
      await cluster.client.patch(CUSTOM_RESOURCE_DEFINITIONS, crd, without, { signal });
      expect(await value('crd', crd.name, sluiceField)).toBe('');
      expect(await release.upgrade({ 'crds.additionalAnnotations': { changed: 'yes' } })).toMatchObject({ code: 0 });
      expect(await value('crd', crd.name, sluiceField)).toBe('object');
      await release.uninstall();
      await leaves(before);
    });

    it('comes to CRDs that KEDA brought: beside them, and over them when told so', async () => {
      await release.kubectl('delete', 'crd', ...CRDS.map((crd) => crd.slice(crd.indexOf('/') + 1)));
      for (const crd of await kedaCrds(await build('keda', () => {}))) {
        await cluster.client.create(CUSTOM_RESOURCE_DEFINITIONS, crd, { signal });
      }
      const before = await release.inventory();
      const name = 'scaledobjects.keda.sh';
      const refused = await release.install();
      expect(refused.code).not.toBe(0);
      expect(refused.stderr).toContain(name);
      expect(await release.inventory()).toEqual(before);
      expect(await release.install({ 'crds.install': false })).toMatchObject({ code: 0 });
      expect(await value('crd', name, sluiceField)).toBe('');
      await release.uninstall();
      await leaves(before);
      expect(await release.install({ takeOwnership: true }, '--take-ownership')).toMatchObject({ code: 0 });
      expect(await value('crd', name, sluiceField)).toBe('object');
      await release.uninstall();
      await leaves(before);
    });

    it('comes without Helm as well, and goes', async () => {
      await release.kubectl('delete', 'namespace', ACCOUNT.namespace, '--wait');
      const before = await release.inventory();
      const file = join(repositoryRoot, 'deploy/sluice.yaml');
      await release.kubectl('apply', '--server-side', '--force-conflicts', '-f', file);
      expect(await value('deployment', 'sluice', '.spec.replicas')).toBe('1');
      const program = await runAsInstalled(cluster, release);
      expect(await program.kill('SIGTERM')).toBe(0);
      // The namespace is the file's first object, and may have taken others along by the time that kubectl gets to them.
      await release.kubectl('delete', '-f', file, '--wait', '--ignore-not-found');
      await eventually('all of it is gone', async () => {
        expect(await release.inventory()).toEqual(before.filter((object) => !CRDS.includes(object)));
      });
    });
  });
});

/** The program with the account and the arguments that its pod would have, but for ports that are free on this host. */
async function runAsInstalled(cluster: ControlPlane, release: Release): Promise<SluiceProcess> {
  const pod = ['-n', ACCOUNT.namespace, 'deployment', 'sluice', '-o'];
  const args = await release.kubectl('get', ...pod, 'jsonpath={.spec.template.spec.containers[0].args}');
  const diagnostics = `127.0.0.1:${await freePort()}`;
  const here = [
    `--kubeconfig=${await cluster.kubeconfigOf(ACCOUNT)}`,
    '--bind-address=127.0.0.1',
    '--secure-port=0',
    '--webhook-port=0',
    '--shutdown-delay=0',
    `--diagnostics-address=${diagnostics}`,
  ];
  const env = { POD_NAME: 'sluice-0', POD_NAMESPACE: ACCOUNT.namespace };
  const child = spawnSluice([...(JSON.parse(args) as string[]), ...here], { env });
  await eventually('it is ready', async () => (await fetch(`http://${diagnostics}/readyz`)).ok, 60_000);
  return child;
}
