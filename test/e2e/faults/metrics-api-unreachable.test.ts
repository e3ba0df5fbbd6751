// The aggregator cannot reach the metrics API, so the HPA knows nothing. The controller reads the broker itself: waking, growing in
// one step and going to zero work all the same.
import { expect, it } from '@jest/globals';
import { API_SERVICES } from '../../../src/kube/resources.ts';
import { freePort } from '../../../src/sandbox/free-port.ts';
import { eventually } from '../../support/eventually.ts';
import { describeFaults } from './fault-world.ts';

const API_SERVICE = 'v1beta1.external.metrics.k8s.io';
const A_POLL_AND_A_BIT_MS = 5_000;

/** How long it is unreachable: a few syncs of the HPA, or what the variable says. */
const OUTAGE_MS = Number(process.env['METRICS_OUTAGE_MS'] ?? 8_000);

describeFaults('a metrics API that nobody reaches', { hpaSyncMs: 1_000 }, (world) => {
  const served = async (name: string): Promise<string | undefined> =>
    (await world.metric(name, `s0-azure-servicebus-${name}`))[0]?.value;
  const pointTo = async (port: number): Promise<void> => {
    await world.change(API_SERVICES, API_SERVICE, { spec: { service: { port } } });
  };

  it(
    'keeps nobody asleep, small or awake',
    async () => {
      for (const name of ['woken', 'grown', 'rested']) await world.aSleeper(name);
      await world.wakes('grown', 20, 2);
      await world.wakes('rested', 20, 2);
      await eventually('the metric is served', async () => (await served('grown')) === '20');

      await pointTo(await freePort());
      const since = performance.now();
      await eventually('the HPA has noticed', async () => {
        expect(await world.condition('grown', 'HPAActive')).toMatchObject({ status: 'False' });
      });
      await eventually('it has lasted', () => performance.now() - since >= OUTAGE_MS, OUTAGE_MS + 1_000);
      expect(await world.wakes('woken', 35, 4)).toBeLessThan(A_POLL_AND_A_BIT_MS);
      expect(await world.wakes('grown', 60, 8)).toBeLessThan(A_POLL_AND_A_BIT_MS);
      await world.sleeps('rested', A_POLL_AND_A_BIT_MS);
      expect(await world.wakes('rested', 15, 2)).toBeLessThan(A_POLL_AND_A_BIT_MS);
      await world.hasHad('woken', 0, 4);
      await world.hasHad('grown', 0, 2, 8);
      await world.hasHad('rested', 0, 2, 0, 2);

      await pointTo(world.metricsPort);
      await eventually('the metric is served again', async () => (await served('grown')) === '80');
      await eventually('the HPA knows it', async () => {
        expect(await world.condition('grown', 'HPAActive')).toMatchObject({ status: 'True' });
      });
    },
    OUTAGE_MS + 60_000,
  );
});
