import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { repositoryRoot } from '../../support/source-tree.ts';
import { whereBuildable } from '../control-plane/available.ts';
import { type ControlPlane, controlPlane } from '../control-plane/control-plane.ts';
import { CRD_NAMES } from './crd-names.ts';
import type { Values } from './helm.ts';
import { createRelease, type Release } from './release.ts';

jest.setTimeout(1_200_000);

const run = promisify(execFile);
const KINDS = [
  'deployments,services,serviceaccounts,roles,rolebindings,poddisruptionbudgets,networkpolicies,secrets',
  'clusterroles,clusterrolebindings,apiservices,validatingwebhookconfigurations,customresourcedefinitions',
].join(',');

whereBuildable(
  describe,
  'kubernetes-1.36',
  'etcd',
  'helm',
)('the chart on a real API server', () => {
  let cluster: ControlPlane;
  let release: Release;
  beforeAll(async () => {
    cluster = await controlPlane({ nodes: 'none' });
    release = createRelease(cluster);
    await kubectl('create', 'namespace', 'shop');
  });
  afterAll(() => cluster?.stop());

  const kubectl: Release['kubectl'] = (...args) => release.kubectl(...args);
  const chart = (verb: 'install' | 'upgrade', values: Values = {}, ...flags: readonly string[]) =>
    release[verb](values, ...flags);
  const uninstall = () => release.uninstall();
  const ours = async (): Promise<readonly string[]> => {
    const text = await kubectl('get', KINDS, '-A', '-o', 'name', '-l', 'app.kubernetes.io/instance=sluice');
    return text === '' ? [] : text.split('\n').toSorted();
  };
  const mayI = (verb: string, resource: string, ...flags: string[]): Promise<string> =>
    kubectl('auth', 'can-i', verb, resource, '--as=system:serviceaccount:sluice:sluice', ...flags);

  const CRDS = CRD_NAMES.map((name) => `customresourcedefinition.apiextensions.k8s.io/${name}`);

  it('installs, upgrades to more replicas, and leaves nothing but the CRDs', async () => {
    const installed = await chart('install');
    expect(installed).toMatchObject({ code: 0, stderr: '' });
    expect(installed.stdout).toContain('serves every ScaledObject');
    expect(await mayI('get', 'secrets', '-A')).toBe('yes');
    const upgraded = await chart('upgrade', { 'operator.replicaCount': 2 });
    expect(upgraded).toMatchObject({ code: 0, stderr: '' });
    expect(await ours()).toContain('poddisruptionbudget.policy/sluice');
    await uninstall();
    expect(await ours()).toEqual(CRDS);
  });

  it('names the values of KEDA that have no effect', async () => {
    const { code, stdout } = await chart('install', { 'webhooks.replicaCount': 2, 'image.keda.tag': '2.20.0' });
    expect(code).toBe(0);
    expect(stdout).toContain('webhooks.replicaCount (one process, operator.replicaCount)');
    expect(stdout).toContain('image.keda (Sluice has an image of its own');
    expect(stdout).not.toContain('metricsServer.replicaCount');
    await uninstall();
  });

  it('comes without Helm as well, again and again', async () => {
    const file = join(repositoryRoot, 'deploy/sluice.yaml');
    for (const flags of [
      ['--server-side', '--force-conflicts'],
      ['--server-side', '--warnings-as-errors'],
    ]) {
      await kubectl('apply', ...flags, '-f', file);
    }
    expect(await ours()).toContain('deployment.apps/sluice');
    await kubectl('delete', '-f', file, '--wait', '--ignore-not-found');
    expect(await ours()).toEqual([]);
  });

  it('keeps what Sluice wrote into caBundle across an upgrade', async () => {
    await chart('install');
    const service = ['apiservice', 'v1beta1.external.metrics.k8s.io'];
    const webhook = ['validatingwebhookconfiguration', 'sluice-admission'];
    await kubectl('patch', ...service, '--type=merge', '-p', '{"spec":{"caBundle":"b3Vycw=="}}');
    await kubectl(
      'patch',
      ...webhook,
      '--type=json',
      '-p',
      '[{"op":"add","path":"/webhooks/0/clientConfig/caBundle","value":"b3Vycw=="}]',
    );
    expect(await chart('upgrade', { 'webhooks.timeoutSeconds': 5, 'service.portHttps': 8443 })).toMatchObject({
      code: 0,
    });
    expect(await kubectl('get', ...service, '-o', 'jsonpath={.spec.caBundle} {.spec.service.port}')).toBe(
      'b3Vycw== 8443',
    );
    expect(
      await kubectl(
        'get',
        ...webhook,
        '-o',
        'jsonpath={.webhooks[0].clientConfig.caBundle} {.webhooks[0].timeoutSeconds}',
      ),
    ).toBe('b3Vycw== 5');
    await uninstall();
  });

  it('changes the CRDs at an upgrade', async () => {
    await chart('install');
    await chart('upgrade', { 'crds.additionalAnnotations': { 'example.com/owner': 'platform' } });
    const owner = await kubectl(
      'get',
      'crd',
      'scaledobjects.keda.sh',
      '-o',
      'jsonpath={.metadata.annotations.example\\.com/owner}',
    );
    expect(owner).toBe('platform');
    await uninstall();
  });

  it('grants no Secret beyond the named ones when told so', async () => {
    const restricted = {
      'permissions.operator.restrict': { secret: true, namesAllowList: ['rabbit'], namespacesAllowList: ['shop'] },
    };
    expect(await chart('install', restricted)).toMatchObject({ code: 0 });
    expect(await mayI('get', 'secrets', '-A')).toBe('no');
    expect(await mayI('get', 'secrets', '-n', 'shop')).toBe('no');
    expect(await mayI('watch', 'secrets/rabbit', '-n', 'shop')).toBe('yes');
    expect(await mayI('get', 'secrets/rabbit', '-n', 'default')).toBe('no');
    expect(await mayI('patch', 'scaledobjects', '-n', 'shop')).toBe('yes');
    await uninstall();
  });

  it('stays within the namespaces that it serves', async () => {
    expect(await chart('install', { watchNamespace: 'shop' })).toMatchObject({ code: 0 });
    expect(await mayI('list', 'scaledobjects', '-n', 'shop')).toBe('yes');
    expect(await mayI('list', 'scaledobjects', '-n', 'default')).toBe('no');
    expect(await mayI('get', 'secrets', '-n', 'default')).toBe('no');
    expect(await mayI('patch', 'deployments/scale', '-n', 'default')).toBe('no');
    expect(await mayI('list', 'clustertriggerauthentications')).toBe('yes');
    await uninstall();
  });

  it('refuses to take what belongs to somebody else, and takes it when told so', async () => {
    await chart('install');
    await uninstall();
    for (const crd of ['scaledobjects.keda.sh', 'scaledjobs.keda.sh']) {
      await kubectl(
        'annotate',
        'crd',
        crd,
        '--overwrite',
        'meta.helm.sh/release-name=keda',
        'meta.helm.sh/release-namespace=keda',
      );
    }
    const keda = JSON.stringify({
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: 'v1beta1.external.metrics.k8s.io' },
      spec: {
        group: 'external.metrics.k8s.io',
        version: 'v1beta1',
        groupPriorityMinimum: 100,
        versionPriority: 100,
        insecureSkipTLSVerify: true,
        service: { name: 'keda-operator-metrics-apiserver', namespace: 'keda' },
      },
    });
    const child = run(cluster.kubectl, [`--kubeconfig=${cluster.kubeconfig}`, 'apply', '-f', '-']);
    child.child.stdin?.end(keda);
    await child;
    const refused = await chart('install');
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain('CustomResourceDefinitions scaledjobs.keda.sh, scaledobjects.keda.sh are there');
    expect(refused.stderr).toContain('belongs to Service keda/keda-operator-metrics-apiserver');
    await kubectl('create', 'secret', 'generic', 'sluice-certs', '-n', 'sluice');
    const occupied = await chart('install', { 'crds.install': false, 'metricsServer.enabled': false });
    expect(occupied.stderr).toContain('name another one in certificates.secretName');
    await kubectl('delete', 'secret', 'sluice-certs', '-n', 'sluice');
    const beside = await chart('install', { 'crds.install': false, 'metricsServer.enabled': false });
    expect(beside).toMatchObject({ code: 0 });
    expect(beside.stdout).toContain('external metrics are served by Service keda/keda-operator-metrics-apiserver');
    await uninstall();
    expect(await kubectl('get', 'crd,apiservice', '-o', 'name')).toMatch(/scaledobjects[\s\S]*external\.metrics/);
    const taken = await chart('install', { takeOwnership: true }, '--take-ownership');
    expect(taken).toMatchObject({ code: 0 });
    expect(taken.stdout).toContain('were served by Service keda/keda-operator-metrics-apiserver');
    expect(
      await kubectl(
        'get',
        'apiservice',
        'v1beta1.external.metrics.k8s.io',
        '-o',
        'jsonpath={.spec.service.name} {.spec.insecureSkipTLSVerify}',
      ),
    ).toBe('sluice-metrics-apiserver true');
    await uninstall();
  });
});
