// `sluice explain` about live objects: the sentence follows what happens, from the running program or, without it, from the status.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Explanation } from '../../src/cli/explain/explanation.ts';
import { scaledObjects } from '../../src/api/names.ts';
import type { KubeObject } from '../../src/kube/client.ts';
import { runCommand } from '../support/command.ts';
import { eventually } from '../support/eventually.ts';
import { aScaledWorker, brokerAccess } from '../support/queue-worker.ts';
import { NAMESPACE, startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  world.broker.createQueue('orders');
  await world.apply(...brokerAccess(world.broker.connectionString()), ...aScaledWorker('orders'));
});
afterAll(() => world.stop());

async function explained(...more: readonly string[]): Promise<Explanation> {
  const args = ['explain', `${NAMESPACE}/orders`, '--kubeconfig', world.cluster.kubeconfig, '-o', 'json', ...more];
  const { code, stdout, stderr } = await runCommand(args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Explanation;
}
const live = (): Promise<Explanation> => explained('--address', world.diagnostics());
const annotate = (annotations: Readonly<Record<string, string | null>>): Promise<void> =>
  world.change(scaledObjects, 'orders', { metadata: { annotations } });

it('asleep: nothing waits', async () => {
  await eventually('it is explained', async () => expect(await live()).toMatchObject({ reason: 'Idle' }));
  expect((await live()).summary).toBe('Deployment "orders" has 0 replicas and nothing waits.');
});

it('awake: which metric asks for how much, and what happens next', async () => {
  await world.send('orders', 12);
  const explanation = await eventually('it is awake', async () => {
    const now = await live();
    expect(now.replicas?.current).toBeGreaterThan(0);
    return now;
  });
  expect(explanation.summary).toMatch(/s0-azure-servicebus-orders says 12, at \d+ a replica, and asks for \d+/);
  expect(explanation.triggers).toMatchObject([{ metric: 's0-azure-servicebus-orders', value: 12, active: true }]);
  expect(explanation.timers.map(({ what }) => what)).toContain('the next look at the triggers');
  expect(explanation.lastStep).toMatch(/from 0 to \d+ \(Activated, s0-azure-servicebus-orders\)$/);
  expect(explanation.hpa).toMatch(/^HPA "keda-hpa-orders" /);
});

it('as text it is the same', async () => {
  const { stdout } = await runCommand([
    'explain',
    `${NAMESPACE}/orders`,
    '--kubeconfig',
    world.cluster.kubeconfig,
    '--address',
    world.diagnostics(),
  ]);
  expect(stdout).toMatch(/^ScaledObject \S+\/orders\nDeployment "orders" has \d+ replicas?: s0-/);
  expect(stdout).toMatch(/^metric +value +target +asks for +active +read$/m);
});

it('without a Sluice that can be asked it tells the status, and that it does', async () => {
  const dead = await explained('--address', 'http://127.0.0.1:1');
  expect(dead.source).toMatch(/^nobody answers at http:\/\/127\.0\.0\.1:1/);
  expect(dead.summary).toBe('Deployment "orders": at least one trigger is active.');
  const podless = await explained();
  expect(podless.source).toMatch(/^no pod is labelled app\.kubernetes\.io\/name=sluice/);
});

it('paused', async () => {
  await annotate({ 'autoscaling.keda.sh/paused-replicas': '2' });
  expect((await live()).summary).toMatch(
    /^Deployment "orders" is held at 2 replicas by the annotation paused-replicas\./,
  );
  await annotate({ 'autoscaling.keda.sh/paused-replicas': null });
  await eventually('it is in force again', async () => expect((await live()).reason).toMatch(/Active|Raised/));
});

it('unknown: there is no such queue', async () => {
  const [trigger] = (await world.scaledObject('orders')).spec.triggers;
  const triggers = [{ ...trigger, metadata: { ...trigger?.metadata, queueName: 'nowhere' } }];
  await world.change(scaledObjects, 'orders', { spec: { triggers } });
  const explanation = await eventually('it cannot be read', async () => {
    const now = await live();
    expect(now.reason).toBe('SourceUnknown');
    return now;
  });
  expect(explanation.summary).toMatch(
    /^Deployment "orders" keeps \d+ replicas?, because s0-azure-servicebus-nowhere cannot be read: /,
  );
  expect(explanation.triggers).toMatchObject([{ state: 'failing', message: expect.stringContaining('nowhere') }]);
});

it('fallback: the same, with a size for that case', async () => {
  await world.change(scaledObjects, 'orders', { spec: { fallback: { failureThreshold: 0, replicas: 3 } } });
  await eventually('the fallback is in force, and the status says so', async () => {
    const now = await live();
    expect(now.triggers).toMatchObject([{ state: 'fallback', wants: 3 }]);
    expect(now.troubles.join()).toMatch(/Fallback is True \(FallbackExists\)/);
  });
});

it('takes the namespace as kubectl does', async () => {
  const ask = (...args: readonly string[]) =>
    runCommand(['explain', ...args, '--kubeconfig', world.cluster.kubeconfig, '--address', world.diagnostics()]);
  expect(await ask('orders', '-n', NAMESPACE)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(`ScaledObject ${NAMESPACE}/orders`),
  });
  expect(await ask(`${NAMESPACE}/orders`, '-n', 'elsewhere')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('but --namespace says elsewhere: leave one of them out'),
  });
});

it('tells of another HPA on the same target', async () => {
  const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'orders' };
  const resource = {
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
  };
  const hpa: KubeObject & { readonly spec: object } = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'by-cpu', namespace: NAMESPACE },
    spec: { scaleTargetRef: target, minReplicas: 1, maxReplicas: 2, metrics: [resource] },
  };
  await world.apply(hpa);
  expect((await live()).warnings).toEqual([expect.stringMatching(/^HPA "by-cpu" scales the same target: /)]);
});

it('says what it expected when there is no such object, or no such name', async () => {
  const ask = (name: string) => runCommand(['explain', name, '--kubeconfig', world.cluster.kubeconfig]);
  expect(await ask(`${NAMESPACE}/nobody`)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('there is no ScaledObject'),
  });
  expect(await ask('a/b/c')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('namespace and name with a slash between them, found "a/b/c"'),
  });
  expect(await ask('orders')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('there is no ScaledObject or ScaledJob "orders" in namespace "default"'),
  });
});
