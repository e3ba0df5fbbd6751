import { beforeEach, describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../src/kube/client.ts';
import { VALIDATING_WEBHOOK_CONFIGURATIONS } from '../../../src/kube/resources.ts';
import { createWebhookTrust, type WebhookTrust } from '../../../src/kube/webhook-configuration.ts';
import { createMemoryKube, type MemoryKube } from '../../support/memory-kube.ts';

interface Entry {
  readonly name: string;
  readonly clientConfig: object;
}

const { signal } = new AbortController();
const KEY = { name: 'sluice-admission' };

let kube: MemoryKube;
beforeEach(() => {
  kube = createMemoryKube();
});

const aTrust = (): WebhookTrust =>
  createWebhookTrust({ client: kube, configuration: KEY.name, service: { namespace: 'sluice', name: 'webhooks' } });
const encoded = (pem: string): string => Buffer.from(pem).toString('base64');
const anEntry = (name: string, ca?: string): Entry => ({
  name,
  clientConfig: { service: { namespace: 'sluice', name }, ...(ca === undefined ? {} : { caBundle: encoded(ca) }) },
});

async function given(...webhooks: readonly Entry[]): Promise<void> {
  const object = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingWebhookConfiguration' };
  await kube.create(VALIDATING_WEBHOOK_CONFIGURATIONS, { ...object, metadata: KEY, webhooks } as KubeObject, {
    signal,
  });
  kube.history.length = 0;
}

const entries = (): readonly Entry[] =>
  kube.peek<KubeObject & { webhooks: readonly Entry[] }>(VALIDATING_WEBHOOK_CONFIGURATIONS, KEY)?.webhooks ?? [];

describe('src/kube/webhook-configuration', () => {
  it('writes the CA into every entry of ours, and into nobody else’s', async () => {
    await given(anEntry('webhooks'), anEntry('others'), anEntry('webhooks', 'old'));
    await aTrust().publish('ca', signal);
    expect(entries()).toEqual([anEntry('webhooks', 'ca'), anEntry('others'), anEntry('webhooks', 'ca')]);
  });

  it('writes nothing when everybody knows', async () => {
    await given(anEntry('webhooks', 'ca'), anEntry('others'));
    await aTrust().publish('ca', signal);
    expect(kube.writes()).toEqual([]);
  });

  it('writes nothing into a list that is not the one that it read', async () => {
    await given(anEntry('webhooks'), anEntry('others'));
    kube.intercept = async ({ verb }) => {
      if (verb !== 'patch') return;
      kube.intercept = () => {};
      const webhooks = [anEntry('others'), anEntry('webhooks')];
      await kube.patch(VALIDATING_WEBHOOK_CONFIGURATIONS, KEY, { type: 'merge', body: { webhooks } }, { signal });
    };
    await expect(aTrust().publish('ca', signal)).rejects.toThrow('test of /metadata/resourceVersion failed');
    expect(entries()).toEqual([anEntry('others'), anEntry('webhooks')]);
  });

  it.each<[string, readonly Entry[] | undefined, string]>([
    ['there is none', undefined, 'expected one, found none'],
    [
      'it sends nobody to us',
      [anEntry('others'), { name: 'x', clientConfig: { url: 'https://x' } }],
      'is sluice/webhooks',
    ],
    ['it is empty', [], 'is sluice/webhooks'],
  ])('says so when %s', async (_, webhooks, message) => {
    if (webhooks !== undefined) await given(...webhooks);
    await expect(aTrust().publish('ca', signal)).rejects.toThrow(message);
    expect(kube.writes()).toEqual([]);
  });
});
