// A cluster in which something is missing or belongs to somebody else: the program says so in one message with what mends it,
// does what it still can, and goes on by itself once that is mended.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { scaledObjects } from '../../src/api/names.ts';
import type { KubeObject } from '../../src/kube/client.ts';
import { API_SERVICES, CUSTOM_RESOURCE_DEFINITIONS } from '../../src/kube/resources.ts';
import { runCommand } from '../support/command.ts';
import { eventually } from '../support/eventually.ts';
import { aScaledWorker, brokerAccess } from '../support/queue-worker.ts';
import { type SluiceProcess, spawnSluice } from '../support/sluice-process.ts';
import { startWorld, type World } from '../support/world.ts';

const API_SERVICE = 'v1beta1.external.metrics.k8s.io';

let world: World;
let children: SluiceProcess[];
beforeEach(async () => {
  children = [];
  world = await startWorld({ program: 'none' });
});
afterEach(async () => {
  await Promise.all(children.map((child) => child.kill('SIGKILL')));
  await world.stop();
});

type Line = Readonly<Record<string, unknown>>;

/** As its own process, which is not expected to become ready. */
function spawn(kubeconfig = world.cluster.programKubeconfig): {
  readonly child: SluiceProcess;
  lines(): readonly Line[];
} {
  const child = spawnSluice([
    'run',
    `--kubeconfig=${kubeconfig}`,
    '--secure-port=0',
    '--bind-address=127.0.0.1',
    '--diagnostics-address=',
    '--log-format=json',
    '--log-level=debug',
  ]);
  children.push(child);
  return { child, lines: () => parsed(child.stderr().split('\n')) };
}

const parsed = (lines: readonly string[]): readonly Line[] =>
  lines.flatMap((line) => (line.startsWith('{') && line.endsWith('}') ? [JSON.parse(line) as Line] : []));
const warnings = (lines: readonly Line[]): readonly Line[] => lines.filter(({ level }) => level === 'warn');
const worker = async (): Promise<void> => {
  await world.send('orders', 42);
  await world.apply(...brokerAccess(world.broker.connectionString()), ...aScaledWorker('orders'));
};

it('says once that the kubeconfig points nowhere, and stops when it is told to', async () => {
  const file = join(world.cluster.directory, 'nowhere.yaml');
  await writeFile(file, world.cluster.server.adminKubeconfig().replace(/server: .*/, 'server: https://127.0.0.1:1'));
  const { child, lines } = spawn(file);
  await eventually(
    'everybody has met it twice',
    () => lines().filter(({ msg }) => msg === 'watch is interrupted').length >= 14,
    40_000,
  );
  expect(warnings(lines())).toEqual([
    expect.objectContaining({
      msg: 'the API server does not answer',
      server: 'https://127.0.0.1:1',
      error: expect.stringContaining('ECONNREFUSED'),
      mend: expect.stringContaining('check the server address of the kubeconfig: kubectl config view --minify'),
    }),
  ]);
  expect(await child.kill('SIGTERM')).toBe(0);
});

it('ends at once when there is no kubeconfig', async () => {
  const { child } = spawn('/nowhere/config');
  expect(await child.ended).toBe(2);
  expect(child.stderr()).toContain('kubeconfig /nowhere/config:\n  cannot be used: ENOENT');
});

it('says once that a definition is missing, and works when it comes', async () => {
  const name = `${scaledObjects.plural}.${scaledObjects.group}`;
  await world.remove(CUSTOM_RESOURCE_DEFINITIONS, name);
  await eventually('it is gone', async () => (await world.find(CUSTOM_RESOURCE_DEFINITIONS, name)) === undefined);
  const { lines } = spawn();
  const missed = (): number => lines().filter(({ kind }) => kind === 'scaledobjects.keda.sh').length;
  await eventually('it was missed three times', () => missed() >= 3);
  expect(warnings(lines()).filter(({ kind }) => kind !== undefined)).toEqual([
    expect.objectContaining({
      msg: 'the API server does not serve this kind',
      kind: 'scaledobjects.keda.sh',
      mend: 'sluice crds | kubectl apply --server-side -f -',
    }),
  ]);
  const { stdout } = await runCommand(['crds']);
  await world.apply(...parseAllDocuments(stdout).map((document) => document.toJS() as KubeObject));
  await eventually('the definition is in force', worker);
  await eventually('the worker is awake', async () => (await world.replicas('orders')) > 0);
});

it('leaves a metrics API alone that belongs to somebody else, and still wakes, raises and puts to sleep', async () => {
  const service = { namespace: 'keda', name: 'keda-operator-metrics-apiserver' };
  await world.change(API_SERVICES, API_SERVICE, { spec: { service, caBundle: 'S0VEQQ==' } });
  await worker();
  await world.start();
  await eventually('the worker is awake', async () => (await world.replicas('orders')) > 0);
  const told = (): readonly Line[] => parsed(world.log).filter(({ msg }) => msg === 'CA is not published');
  await eventually('it was tried again', () => told().length >= 2);
  expect(warnings(told())).toEqual([
    expect.objectContaining({
      error: expect.stringMatching(
        /it belongs to KEDA \(Service keda\/keda-operator-metrics-apiserver\), so it is left alone.*to take it over: kubectl patch apiservice/,
      ),
    }),
  ]);
  expect(world.writes().filter((write) => write.includes('apiservices'))).toEqual([]);
  expect(await world.get(API_SERVICES, API_SERVICE)).toMatchObject({ spec: { service, caBundle: 'S0VEQQ==' } });
  await world.drain('orders');
  await eventually('the worker sleeps', async () => (await world.replicas('orders')) === 0);
});

it('says once that a right is missing, and scales when it is there', async () => {
  const end = world.cluster.server.inject(({ method, path, userAgent }) =>
    method === 'PATCH' && path.includes('/scale') && userAgent.startsWith('sluice/') ? noRightToScale : undefined,
  );
  await worker();
  await world.start();
  const told = (): readonly Line[] => parsed(world.log).filter(({ error }) => String(error).includes('cannot patch'));
  await eventually('it was tried three times', () => told().length >= 3);
  expect(warnings(told())).toEqual([
    expect.objectContaining({
      msg: 'a right is missing',
      mend: 'kubectl create role sluice-patch-deployments-scale --namespace=shop --verb=patch --resource=deployments.apps/scale && kubectl create rolebinding sluice-patch-deployments-scale --namespace=shop --role=sluice-patch-deployments-scale --serviceaccount=sluice:sluice',
    }),
  ]);
  end();
  await eventually('the worker is awake', async () => (await world.replicas('orders')) > 0);
  expect(parsed(world.log).map(({ msg }) => msg)).toContain('the right is there now');
});

const noRightToScale = {
  status: 403,
  body: JSON.stringify({
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    reason: 'Forbidden',
    code: 403,
    message:
      'deployments.apps "orders" is forbidden: User "system:serviceaccount:sluice:sluice" cannot patch resource "deployments/scale" in API group "apps" in the namespace "shop"',
  }),
};
