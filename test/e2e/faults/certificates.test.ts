// The certificate of the metrics API has expired, or was made by a Sluice whose clock is wrong.
import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { afterEach, expect, it } from '@jest/globals';
import { API_SERVICES, SECRETS } from '../../../src/kube/resources.ts';
import { createAuthority, issueCertificate } from '../../../src/pki.ts';
import { eventually } from '../../support/eventually.ts';
import { describeFaults } from './fault-world.ts';
import { createSteppedClock } from './stepped-clock.ts';

const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;
const A_POLL_AND_A_BIT_MS = 5_000;
const { signal } = new AbortController();
const clock = createSteppedClock();

describeFaults('a serving certificate', { program: 'none', programClock: clock }, (world) => {
  afterEach(() => world.stopProgram());
  const isServed = async (name: string, value: string): Promise<boolean> =>
    (await world.metric(name, `s0-azure-servicebus-${name}`))[0]?.value === value;

  it('that has expired keeps the HPA from its metrics and nobody asleep, until another one is supplied', async () => {
    const now = clock.now();
    const authority = await createAuthority({ commonName: 'supplied', now: now - 2 * YEAR_MS, days: 3_650 });
    const tlsCertFile = join(world.cluster.directory, 'tls.crt');
    const tlsPrivateKeyFile = join(world.cluster.directory, 'tls.key');
    const supply = async (issuedAt: number): Promise<void> => {
      const name = 'sluice-metrics-apiserver.sluice.svc';
      const request = { commonName: name, dnsNames: [name], usages: ['server'], now: issuedAt, days: 365 } as const;
      const { certPem, keyPem } = await issueCertificate(authority, request);
      await writeFile(tlsCertFile, certPem);
      await writeFile(tlsPrivateKeyFile, keyPem);
    };
    await supply(now - YEAR_MS - HOUR_MS);
    await world.change(API_SERVICES, 'v1beta1.external.metrics.k8s.io', {
      spec: { caBundle: Buffer.from(authority.certPem).toString('base64') },
    });
    await world.start({ tlsCertFile, tlsPrivateKeyFile });
    await world.aSleeper('expired');
    expect(await world.wakes('expired', 35, 4)).toBeLessThan(A_POLL_AND_A_BIT_MS);
    await expect(isServed('expired', '35')).rejects.toMatchObject({ status: 503 });
    const told = world.log.filter((line) => line.includes('serving certificate has expired'));
    expect(told).toHaveLength(1);
    expect(told[0]).toContain(tlsCertFile);

    await supply(now);
    // The aggregator looks at an APIService that was not available every half minute.
    await eventually('the metric is served', () => isServed('expired', '35'), 60_000);
    await world.hasHad('expired', 0, 4);
  }, 90_000);

  it.each([
    ['ahead', HOUR_MS],
    ['behind', -HOUR_MS],
  ])('that was made by a clock an hour %s is trusted all the same', async (how, aheadMs) => {
    clock.setAhead(aheadMs);
    await world.cluster.client.delete(SECRETS, { namespace: 'sluice', name: 'sluice-certs' }, { signal });
    await world.start();
    await world.aSleeper(how);
    await world.wakes(how, 35, 4);
    await eventually('the metric is served', () => isServed(how, '35'));
  });
});
