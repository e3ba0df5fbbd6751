// Somebody's validating webhook takes its time, or never answers: whoever it does not ask about goes on as if nothing was.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { systemClock } from '../../../src/async.ts';
import type { KubeObject } from '../../../src/kube/client.ts';
import { DEPLOYMENTS, VALIDATING_WEBHOOK_CONFIGURATIONS } from '../../../src/kube/resources.ts';
import { createAuthority } from '../../../src/pki.ts';
import { eventually } from '../../support/eventually.ts';
import { aWorker } from '../../support/queue-worker.ts';
import { NAMESPACE } from '../../support/world.ts';
import { describeFaults } from './fault-world.ts';
import { startWebhook, type Webhook } from './webhook.ts';

const A_POLL_AND_A_BIT_MS = 5_000;
const TIMEOUT_S = 5;
const { signal } = new AbortController();

describeFaults('a validating webhook', {}, (world) => {
  let webhook: Webhook;
  beforeAll(async () => {
    const authority = await createAuthority({ commonName: 'webhook', now: systemClock.now(), days: 1 });
    webhook = await startWebhook(authority, systemClock.now());
  });
  afterAll(() => webhook?.close());

  /** Asks about every write that Sluice makes about an object, and waits for the answer as long as it may. */
  async function configure(failurePolicy: 'Fail' | 'Ignore'): Promise<void> {
    const rule = { operations: ['CREATE', 'UPDATE'], apiVersions: ['*'], scope: 'Namespaced' };
    await world.apply({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'slow' },
      webhooks: [
        {
          name: 'slow.example.com',
          clientConfig: { url: webhook.url, caBundle: Buffer.from(webhook.caPem).toString('base64') },
          rules: [
            { ...rule, apiGroups: ['keda.sh'], resources: ['scaledobjects', 'scaledobjects/status'] },
            { ...rule, apiGroups: ['apps'], resources: ['deployments', 'deployments/scale'] },
            { ...rule, apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'] },
          ],
          failurePolicy,
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
          timeoutSeconds: TIMEOUT_S,
        },
      ],
    } as KubeObject);
  }
  const unconfigure = (): Promise<void> =>
    world.cluster.client.delete(VALIDATING_WEBHOOK_CONFIGURATIONS, { name: 'slow' }, { signal });

  /** Holds up everything about `name` from now on. */
  async function holdUp(name: string, failurePolicy: 'Fail' | 'Ignore', delayMs: number): Promise<void> {
    await world.aSleeper(name);
    webhook.hold((asked) => asked.endsWith(name), delayMs);
    const canary = `${name}-canary`;
    await world.apply({ ...aWorker(canary, 0) });
    await configure(failurePolicy);
    await eventually('the webhook is asked', async () => {
      const body = { metadata: { annotations: { touched: 'yes' } } };
      await world.cluster.client.patch(
        DEPLOYMENTS,
        { namespace: NAMESPACE, name: canary },
        { type: 'merge', body },
        { signal, dryRun: true },
      );
      return webhook.asked().some((line) => line.endsWith(canary));
    });
  }

  it('that takes four seconds delays the object that it is asked about, and nobody else', async () => {
    await world.aSleeper('quick');
    await holdUp('slow', 'Fail', 4_000);
    const slow = world.wakes('slow', 35, 4, 30_000);
    expect(await world.wakes('quick', 35, 4)).toBeLessThan(A_POLL_AND_A_BIT_MS);
    expect(await slow).toBeGreaterThan(4_000);
    await world.hasHad('slow', 0, 4);
    await unconfigure();
  });

  it('that never answers and must not be ignored keeps the object asleep, says so, and lets go of it within a poll', async () => {
    await world.aSleeper('other');
    await holdUp('stuck', 'Fail', Number.POSITIVE_INFINITY);
    await world.send('stuck', 35);
    expect(await world.wakes('other', 35, 4)).toBeLessThan(A_POLL_AND_A_BIT_MS);
    await eventually('it is told', async () =>
      world.log.some((line) => line.includes('shop/stuck') && line.includes('failed calling webhook')),
    );
    expect(await world.replicas('stuck')).toBe(0);
    await unconfigure();
    await eventually('it is awake', async () => (await world.replicas('stuck')) === 4, 10_000);
    await world.hasHad('stuck', 0, 4);
  });

  it('that never answers and may be ignored costs its time limit for each write', async () => {
    await world.aSleeper('another');
    await holdUp('ignored', 'Ignore', Number.POSITIVE_INFINITY);
    const ignored = world.wakes('ignored', 35, 4, 30_000);
    expect(await world.wakes('another', 35, 4)).toBeLessThan(A_POLL_AND_A_BIT_MS);
    expect(await ignored).toBeGreaterThan(TIMEOUT_S * 1_000);
    await world.hasHad('ignored', 0, 4);
    await unconfigure();
  });
});
