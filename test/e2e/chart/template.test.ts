import { describe, expect, it, jest } from '@jest/globals';
import { parse } from 'yaml';
import { read } from '../../support/source-tree.ts';
import { whereBuildable } from '../control-plane/available.ts';
import { CRD_NAMES } from './crd-names.ts';
import { CHART, helm, render, template, type Values } from './helm.ts';
import { manifests } from './manifests.ts';
import { argsOf, objects, only, podOf, type Rendered } from './rendered.ts';

jest.setTimeout(300_000);

const restrict = 'permissions.operator.restrict';

whereBuildable(describe, 'helm')('the chart', () => {
  it('passes helm lint', async () => {
    expect(await helm(['lint', CHART, '--strict'])).toMatchObject({ code: 0 });
  });

  it('runs one replica that shares nothing', async () => {
    const all = await objects();
    expect(only(all, 'Deployment').spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
    expect(argsOf(all)).not.toContain('--membership=true');
    expect(all.filter(({ kind }) => kind === 'PodDisruptionBudget')).toEqual([]);
    expect(JSON.stringify(all)).not.toContain('leases');
  });

  it.each<[string, Values]>([
    ['more replicas', { 'operator.replicaCount': 3 }],
    ['a rolling upgrade, during which there are two', { 'upgradeStrategy.operator.type': 'RollingUpdate' }],
  ])('shares objects out with %s', async (_name, values) => {
    const all = await objects(values);
    expect(only(all, 'Deployment').spec?.strategy?.type).toBe('RollingUpdate');
    expect(argsOf(all)).toContain('--membership=true');
    expect(JSON.stringify(all)).toContain('leases');
  });

  it('asks for no right that a pod does not need', async () => {
    const pod = podOf(await objects());
    expect(pod?.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(pod?.containers[0]?.securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  it('asks for a verdict at every path that the webhook serves', async () => {
    const hooks = only(await objects(), 'ValidatingWebhookConfiguration').webhooks ?? [];
    const kinds = ['scaledobject', 'scaledjob', 'triggerauthentication', 'clustertriggerauthentication'];
    expect(hooks.map(({ clientConfig }) => clientConfig.service.path)).toEqual([
      ...kinds.map((kind) => `/validate-keda-sh-v1alpha1-${kind}`),
      ...['cloudeventsource', 'clustercloudeventsource'].map((kind) => `/validate-eventing-keda-sh-v1alpha1-${kind}`),
    ]);
  });

  it('keeps the CRDs when it goes, with the schemas of crds/', async () => {
    const crds = (await render<Rendered>()).filter(({ kind }) => kind === 'CustomResourceDefinition');
    expect(crds.map(({ metadata }) => metadata.name).toSorted()).toEqual(CRD_NAMES);
    for (const { metadata, spec } of crds) {
      expect(metadata.annotations).toMatchObject({ 'helm.sh/resource-policy': 'keep' });
      const [plural, ...group] = metadata.name.split('.');
      expect(spec).toEqual((parse(read(`crds/${group.join('.')}_${plural}.yaml`)) as Rendered).spec);
    }
  });

  it('has every optional part, each in the release', async () => {
    const parts = {
      'operator.replicaCount': 2,
      'networkPolicy.enabled': true,
      'networkPolicy.kubernetes.operator.extraEgressRules': [{ ports: [{ port: 5672 }] }],
      'prometheus.operator': {
        enabled: true,
        serviceMonitor: { enabled: true, interval: '30s' },
        podMonitor: { enabled: true },
        prometheusRules: { enabled: true, alerts: [{ alert: 'Mine', expr: '1' }] },
      },
      'rbac.aggregateToDefaultRoles': true,
      'certificates.certManager.enabled': true,
      extraObjects: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: '{{ .Release.Name }}-more' } }],
    };
    const all = await objects(parts);
    const kinds = all.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    for (const expected of [
      'NetworkPolicy/sluice',
      'PodDisruptionBudget/sluice',
      'ServiceMonitor/sluice',
      'PodMonitor/sluice',
      'PrometheusRule/sluice',
      'Certificate/sluice-tls',
      'Issuer/sluice-ca',
      'ClusterRole/sluice-edit',
      'ConfigMap/sluice-more',
    ]) {
      expect(kinds).toContain(expected);
    }
    expect(only(all, 'NetworkPolicy').spec?.policyTypes).toEqual(['Ingress', 'Egress']);
    expect(argsOf(all)).toContain('--tls-cert-file=/certs/tls.crt');
    // Whoever selects pods selects Sluice's.
    for (const { spec } of all.filter(({ kind }) => kind === 'Service')) {
      expect(only(all, 'Deployment').spec?.template?.metadata.labels).toMatchObject(spec?.selector ?? {});
    }
  });

  it.each<[string, Values, readonly string[]]>([
    ['the metrics API', { 'metricsServer.enabled': false }, ['APIService', 'RoleBinding/sluice-auth-reader']],
    ['admission', { 'webhooks.enabled': false }, ['ValidatingWebhookConfiguration', 'sluice-admission']],
    ['RBAC', { 'rbac.create': false }, ['ClusterRole', 'RoleBinding']],
    ['the account', { 'serviceAccount.operator': { create: false, name: 'mine' } }, ['ServiceAccount/']],
  ])('leaves out %s when told so', async (_name, values, absent) => {
    const all = await objects(values);
    const kinds = all.map(({ kind, metadata }) => `${kind}/${metadata.name}`).join(' ');
    for (const part of absent) expect(kinds).not.toContain(part);
  });

  it.each<[string, Values, string]>([
    ['a number out of range', { 'operator.replicaCount': 1000 }, "'/operator/replicaCount'"],
    ['a word of its own', { 'webhooks.failurePolicy': 'Maybe' }, "'Ignore', 'Fail'"],
    ['a timeout that Kubernetes refuses', { 'webhooks.timeoutSeconds': 31 }, "'/webhooks/timeoutSeconds'"],
    ['a key that nobody knows', { 'operator.replicas': 2 }, "'replicas' not allowed"],
    ['no namespace name', { watchNamespace: 'Shop!' }, "'/watchNamespace'"],
    ['two budgets', { 'podDisruptionBudget.operator': { minAvailable: 1, maxUnavailable: 1 } }, 'not both'],
    ['one port twice', { 'service.portHttpsTarget': 8080 }, 'have to differ: found 8080, 8080, 9443'],
    ['an account that is not named', { 'serviceAccount.operator.create': false }, 'serviceAccount.operator.name'],
    ['a list that restricts nothing', { [`${restrict}.namespacesAllowList`]: ['shop'] }, `${restrict}.secret`],
    [
      'an issuer that is not named',
      { 'certificates.certManager': { enabled: true, issuer: { generate: false } } },
      'issuer.name',
    ],
    ['a role that is not named', { 'podIdentity.aws.irsa.enabled': true }, 'podIdentity.aws.irsa.roleArn'],
    ['a host with a scheme', { 'podIdentity.hosts': ['https://a.example'] }, "'/podIdentity/hosts/0'"],
    ['no host at all', { 'podIdentity.hosts': [] }, "'/podIdentity/hosts'"],
    ['a flag of the chart', { 'extraArgs.sluice': { 'secure-port': 1 } }, 'use service.portHttpsTarget'],
  ])('refuses %s by name', async (_name, values, message) => {
    const { code, stderr } = await template(values);
    expect(code).not.toBe(0);
    expect(stderr).toContain(message);
  });

  it('takes every value of the chart of KEDA that has no effect here', async () => {
    const values = parse(read('charts/sluice/files/keda-values.yaml')) as Values;
    const given = Object.fromEntries(Object.keys(values).map((path) => [path, { of: 'KEDA' }]));
    expect(await template(given)).toMatchObject({ code: 0 });
    expect(await objects(given)).toEqual(await objects());
  });

  it('does without what is set to null', async () => {
    const paths = ['env', 'additionalLabels', 'additionalAnnotations', 'podLabels.keda', 'podAnnotations.keda'];
    const more = ['crds.additionalAnnotations', 'tolerations', 'image.tag', 'imagePullSecrets', 'extraObjects'];
    const given = Object.fromEntries([...paths, ...more].map((path) => [path, null]));
    expect(await render(given)).toEqual(await render());
  });

  it('names every problem at once', async () => {
    const { stderr } = await template({ 'service.portHttpsTarget': 8080, 'serviceAccount.operator.create': false });
    expect(stderr).toMatch(/have to differ[\s\S]*serviceAccount\.operator\.name/);
  });

  it('names the hosts that its identity may be shown to, where that is not every host', async () => {
    expect(argsOf(await objects()).join(' ')).not.toContain('--identity-hosts');
    const hosts = ['*.servicebus.windows.net', 'rabbit.shop.svc'];
    expect(argsOf(await objects({ 'podIdentity.hosts': hosts }))).toContain(`--identity-hosts=${hosts.join(',')}`);
  });

  it('runs an image by its digest, from another registry', async () => {
    const digest = `sha256:${'0'.repeat(64)}`;
    const pod = podOf(await objects({ 'image.digest': digest, 'global.image.registry': 'mirror.example' }));
    expect(pod?.containers[0]?.image).toBe(`mirror.example/sluice-autoscaler/sluice@${digest}`);
  });

  it.each(['deploy/sluice.yaml', 'deploy/crds.yaml'])('is what %s was made from', async (path) => {
    expect(read(path)).toBe((await manifests()).get(path));
  });
});
