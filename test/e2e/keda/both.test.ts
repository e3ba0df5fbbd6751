// KEDA and Sluice at once, by mistake: what becomes of the workloads, and who says so.
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { freePort } from '../../../src/sandbox/free-port.ts';
import { hasRedis, whereInstalled } from '../../support/brokers.ts';
import { eventually } from '../../support/eventually.ts';
import { runSluiceCommand, type SluiceProcess, spawnSluice } from '../../support/sluice-process.ts';
import { whereBuildable } from '../control-plane/available.ts';
import { type ControlPlane, controlPlane } from '../control-plane/control-plane.ts';
import { type Keda, startKeda } from './keda.ts';
import { createShop, type Shop } from './shop.ts';

jest.setTimeout(1_200_000); // the first time it is built

const where = whereBuildable(describe, 'kubernetes-1.36', 'etcd', 'kwok', 'keda');
const ADMINISTRATOR = 'admin';

(where === describe ? whereInstalled(hasRedis, 'redis-server', describe) : where)('KEDA and Sluice at once', () => {
  let plane: ControlPlane;
  let keda: Keda;
  let shop: Shop;
  let sluice: SluiceProcess;
  let since: number;
  beforeAll(async () => {
    plane = await controlPlane({ hpaSyncMs: 2_000 });
    keda = await startKeda(plane);
    shop = await createShop(plane);
    await shop.settled();
    since = await shop.mark();
    const [metrics, diagnostics] = [await freePort(), await freePort()];
    sluice = spawnSluice(
      ['run', '--bind-address=127.0.0.1', '--pod-namespace=default', '--log-format=json'].concat(
        `--secure-port=${metrics}`,
        `--diagnostics-address=127.0.0.1:${diagnostics}`,
      ),
      { env: { KUBECONFIG: plane.kubeconfig } },
    );
    await eventually('it notices', () => sluice.stderr().includes('somebody else rewrites our HPAs'), 60_000);
  });
  afterAll(async () => {
    await sluice?.kill('SIGTERM');
    await keda?.stop();
    await shop?.stop();
    await plane?.stop();
  });

  it('leaves every size alone', async () => {
    await shop.livesOn();
    expect(await shop.scaleWrites(since)).toEqual([]);
  });

  it('does not answer every write of the HPA by another one', async () => {
    await shop.livesOn();
    const writes = (await plane.audit(since)).filter(
      ({ stage, verb, objectRef, user, userAgent = '' }) =>
        stage === 'ResponseComplete' &&
        ['update', 'patch'].includes(verb) &&
        objectRef?.resource === 'horizontalpodautoscalers' &&
        objectRef.subresource === undefined &&
        user.username === ADMINISTRATOR &&
        userAgent.startsWith('sluice/'),
    );
    // Four HPAs; taking one over takes two writes.
    expect(writes.length).toBeLessThanOrEqual(16);
  });

  it('leaves the metrics API to KEDA, and says how to take it', () => {
    expect(sluice.stderr()).toContain('it belongs to KEDA');
    expect(sluice.stderr()).toContain('kubectl patch apiservice');
  });

  it('is found by the doctor', async () => {
    const { stdout, code } = await runSluiceCommand(['doctor', '--namespace=default'], {
      env: { KUBECONFIG: plane.kubeconfig },
    });
    expect(stdout).toContain('KEDA');
    expect(stdout).toContain('keda/operator.keda.sh');
    expect(code).toBe(1);
  });
});
