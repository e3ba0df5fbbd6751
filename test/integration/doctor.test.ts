// `sluice doctor` against a cluster: what it says when all is well, and one line with a command for each thing that is not.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import type { Finding } from '../../src/cli/doctor/finding.ts';
import type { KubeObject } from '../../src/kube/client.ts';
import { API_SERVICES, CUSTOM_RESOURCE_DEFINITIONS, DEPLOYMENTS } from '../../src/kube/resources.ts';
import { createAuthority } from '../../src/pki.ts';
import { runCommand } from '../support/command.ts';
import { eventually } from '../support/eventually.ts';
import { createJumpingClock } from '../support/jumping-clock.ts';
import { aScaledWorker, brokerAccess } from '../support/queue-worker.ts';
import { startWorld, type World } from '../support/world.ts';

const API_SERVICE = 'v1beta1.external.metrics.k8s.io';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await world.apply(...(await grants()));
  await world.send('orders', 42);
  await world.apply(...brokerAccess(world.broker.connectionString()), ...aScaledWorker('orders'));
  await eventually('it is served', async () => (await world.metric('orders', 's0-azure-servicebus-orders')).length > 0);
});
afterAll(() => world.stop());

async function examine(
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly findings: readonly Finding[] }> {
  const { code, stdout } = await runCommand([
    'doctor',
    '--kubeconfig',
    world.cluster.kubeconfig,
    '-o',
    'json',
    ...args,
  ]);
  return { code, findings: (JSON.parse(stdout) as { findings: readonly Finding[] }).findings };
}
const about = async (check: string): Promise<readonly Finding[]> =>
  (await examine()).findings.filter((finding) => finding.check === check);

it('finds nothing wrong where all is well, and ends with 0', async () => {
  const { code, stdout, stderr } = await runCommand(['doctor', '--kubeconfig', world.cluster.kubeconfig]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  for (const line of [
    /^ok +API server: https:\/\/127\.0\.0\.1:\d+ answers$/m,
    /^ok +clock: this machine and the API server have the same time$/m,
    /^ok +CRD: scaledobjects\.keda\.sh serves v1alpha1$/m,
    /^ok +metrics API: APIService v1beta1\.external\.metrics\.k8s\.io is ours and available$/m,
    /^ok +metrics API: it answers through the API server$/m,
    /^ok +metrics API: the serving certificate in Secret sluice\/sluice-certs is good until \d{4}-/m,
    /^ok +ScaledObjects: 1, of which 1 ready$/m,
    /^ok +HPAs: 1 made for ScaledObjects, all with their metrics$/m,
    /^\d+ ok, \d+ warnings?, 0 problems, \d+ not checked$/m,
  ]) {
    expect(stdout).toMatch(line);
  }
});

it('writes nothing', async () => {
  const from = world.cluster.requests.length;
  await examine();
  const writes = world.cluster.requests
    .slice(from)
    .filter(({ userAgent, method }) => userAgent.startsWith('sluice-doctor/') && method !== 'GET');
  expect(writes.filter(({ path }) => !/(accessreviews|selfsubjectreviews)/.test(path))).toEqual([]);
});

it('names the owner of the metrics API, and the command that takes it over', async () => {
  const { spec } = await world.get<KubeObject & { spec: { service: object } }>(API_SERVICES, API_SERVICE);
  const foreign = { namespace: 'datadog', name: 'datadog-custom-metrics-server' };
  await world.change(API_SERVICES, API_SERVICE, { spec: { service: foreign } });
  const { code, findings } = await examine();
  expect(code).toBe(1);
  expect(findings.filter(({ verdict }) => verdict === 'problem')).toEqual([
    {
      check: 'metrics API',
      verdict: 'problem',
      message: `APIService ${API_SERVICE} belongs to the Datadog adapter (Service datadog/datadog-custom-metrics-server), not to Service sluice/sluice-metrics-apiserver: HPAs get no metrics from Sluice`,
      mend: expect.stringMatching(
        /^kubectl patch apiservice .* --type=merge -p '.*"name":"sluice-metrics-apiserver".*'$/,
      ),
    },
  ]);
  await world.change(API_SERVICES, API_SERVICE, { spec: { service: spec.service } });
});

it('sees a CA that is not the one of the certificate', async () => {
  const { spec } = await world.get<KubeObject & { spec: { caBundle: string } }>(API_SERVICES, API_SERVICE);
  const other = await createAuthority({ commonName: 'other', now: Date.now(), days: 1 });
  await world.change(API_SERVICES, API_SERVICE, { spec: { caBundle: Buffer.from(other.certPem).toString('base64') } });
  const problems = (await about('metrics API')).filter(({ verdict }) => verdict === 'problem');
  expect(problems.map(({ message }) => message)).toContainEqual(
    'the CA of the APIService did not sign the certificate in Secret sluice/sluice-certs',
  );
  await world.change(API_SERVICES, API_SERVICE, { spec: { caBundle: spec.caBundle } });
});

it('sees what is missing of the definitions', async () => {
  const name = 'scaledobjects.keda.sh';
  type Definition = KubeObject & { spec: { versions: { schema: unknown }[] } };
  const definition = await world.get<Definition>(CUSTOM_RESOURCE_DEFINITIONS, name);
  const older = JSON.stringify(definition.spec).replaceAll('"cooldownPeriod"', '"formerly"');
  const { apiVersion, kind, spec } = definition;
  await world.apply({ apiVersion, kind, metadata: { name }, spec: JSON.parse(older) as unknown } as KubeObject);
  expect(await about('CRD')).toContainEqual({
    check: 'CRD',
    verdict: 'warning',
    message:
      'scaledobjects.keda.sh does not know spec.cooldownPeriod: the API server drops these fields when an object is written',
    mend: 'sluice crds | kubectl apply --server-side --force-conflicts -f -',
  });
  await world.apply({ apiVersion, kind, metadata: { name }, spec } as KubeObject);
});

it('sees KEDA act on the same objects', async () => {
  const metadata = { name: 'keda-operator', labels: { 'app.kubernetes.io/name': 'keda-operator' } };
  const template = {
    metadata: { labels: { app: 'keda' } },
    spec: { containers: [{ name: 'keda-operator', image: 'ghcr.io/kedacore/keda:2.20.2' }] },
  };
  const spec = { replicas: 1, selector: { matchLabels: { app: 'keda' } }, template };
  await world.apply({ apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec } as never);
  await eventually('its pod is ready', async () => {
    const { status } = await world.get<KubeObject & { status?: { readyReplicas?: number } }>(
      DEPLOYMENTS,
      metadata.name,
    );
    return (status?.readyReplicas ?? 0) > 0;
  });
  expect(await about('KEDA')).toEqual([
    {
      check: 'KEDA',
      verdict: 'problem',
      message:
        "KEDA's operator runs as Deployment shop/keda-operator and acts on the same objects: two autoscalers undo each other's work",
      mend: 'kubectl -n shop scale deployment keda-operator --replicas=0',
    },
  ]);
  await world.remove(DEPLOYMENTS, metadata.name);
});

it('lists objects that are not ready, with what they say', async () => {
  await world.apply(...aScaledWorker('broken', { spec: { triggers: [{ type: 'azure-servicebus', metadata: {} }] } }));
  await eventually('it is refused', async () => (await world.condition('broken', 'Ready')).status === 'False');
  const { code, findings } = await examine();
  expect(code).toBe(0);
  expect(findings).toContainEqual({
    check: 'ScaledObjects',
    verdict: 'warning',
    message: expect.stringMatching(/^shop\/broken is not ready: .*queueName: is required/),
    mend: 'kubectl -n shop describe scaledobject broken',
  });
});

it('says what it may not see, and goes on', async () => {
  const end = world.cluster.server.inject(({ userAgent, path }) =>
    userAgent.startsWith('sluice-doctor/') && path.includes('/customresourcedefinitions')
      ? forbidden('ann', 'list', 'customresourcedefinitions', 'apiextensions.k8s.io')
      : undefined,
  );
  const { code, findings } = await examine();
  end();
  expect(code).toBe(0);
  expect(findings.filter(({ check }) => check === 'CRD')).toEqual([
    {
      check: 'CRD',
      verdict: 'not checked',
      message: 'ann may not list customresourcedefinitions.apiextensions.k8s.io',
      mend: expect.stringContaining('--verb=list --resource=customresourcedefinitions.apiextensions.k8s.io'),
    },
  ]);
  expect(findings.at(-1)?.check).toBe('HPAs');
});

it.each<[string, (text: string) => string, RegExp, RegExp]>([
  [
    'points nowhere',
    (text) => text.replace(/server: .*/, 'server: https://127.0.0.1:1'),
    /no answer from the API server https:\/\/127\.0\.0\.1:1: .*ECONNREFUSED/,
    /nothing listens there/,
  ],
  [
    'trusts another CA',
    (text) => text.replace(/certificate-authority-data: .*/, ''),
    /no answer from the API server .*certificate/,
    /not signed by the certificate-authority of the kubeconfig/,
  ],
  [
    'carries no credentials',
    (text) => text.replace(/client-(certificate|key)-data: .*/g, ''),
    /\(HTTP 40[13]\)/,
    /renew them, then kubectl auth whoami/,
  ],
])('has one line for a kubeconfig that %s', async (what, change, message, mend) => {
  const file = join(world.cluster.directory, `${what.replaceAll(' ', '-')}.yaml`);
  await writeFile(file, change(await readFile(world.cluster.kubeconfig, 'utf8')));
  const { code, findings } = await examine('--kubeconfig', file);
  expect(code).toBe(1);
  expect(findings).toEqual([
    {
      check: 'API server',
      verdict: 'problem',
      message: expect.stringMatching(message),
      mend: expect.stringMatching(mend),
    },
  ]);
});

it('says that there is no such kubeconfig, context or account', async () => {
  const kubeconfig = ['--kubeconfig', world.cluster.kubeconfig];
  expect(await runCommand(['doctor', '--kubeconfig', '/nowhere/config'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('/nowhere/config'),
  });
  expect(await runCommand(['doctor', ...kubeconfig, '--context', 'other'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('expected a context named "other"'),
  });
  expect(await runCommand(['doctor', ...kubeconfig, '--as-service-account', 'sluice'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--as-service-account: expected NAMESPACE/NAME, found "sluice"'),
  });
});

it('notices that the clocks differ', async () => {
  const clock = createJumpingClock();
  clock.jump(120_000);
  const { stdout } = await runCommand(['doctor', '--kubeconfig', world.cluster.kubeconfig], clock);
  expect(stdout).toMatch(/^warning +clock: this machine is (119|120|121) s ahead of the API server/m);
});

/** What the manifests grant to Sluice's account; a server that checks rights finds that it is all that is used. */
async function grants(): Promise<readonly KubeObject[]> {
  const kinds = new Set(['ServiceAccount', 'ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding']);
  const documents = parseAllDocuments(await readFile('deploy/sluice.yaml', 'utf8'));
  return documents.map((document) => document.toJS() as KubeObject).filter((object) => kinds.has(object?.kind));
}

function forbidden(user: string, verb: string, resource: string, group: string) {
  const message = `${resource}.${group} is forbidden: User "${user}" cannot ${verb} resource "${resource}" in API group "${group}" at the cluster scope`;
  const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'Forbidden', code: 403, message };
  return { status: 403, body: JSON.stringify(status) };
}
