// The ValidatingWebhookConfiguration that sends the API server to us: it has to trust the CA of the certificate that we serve.
import { ConfigError, KubeError } from '../errors.ts';
import type { KubeClient, KubeObject } from './client.ts';
import { VALIDATING_WEBHOOK_CONFIGURATIONS } from './resources.ts';

export interface WebhookTrust {
  /**
   * Writes the CA into every entry that names our Service, unless it is there already. Rejects with a ConfigError when there is no
   * configuration, or none of its entries is ours: those of others are left alone.
   */
  publish(caPem: string, signal: AbortSignal): Promise<void>;
}

export interface WebhookTrustOptions {
  readonly client: KubeClient;
  /** Name of the ValidatingWebhookConfiguration. */
  readonly configuration: string;
  readonly service: { readonly namespace: string; readonly name: string };
}

interface WebhookConfiguration extends KubeObject {
  readonly webhooks?: readonly {
    readonly clientConfig: {
      readonly caBundle?: string;
      readonly service?: { readonly namespace: string; readonly name: string };
    };
  }[];
}

export function createWebhookTrust({ client, configuration, service }: WebhookTrustOptions): WebhookTrust {
  const key = { name: configuration };
  const wrong = (message: string): ConfigError =>
    new ConfigError(`ValidatingWebhookConfiguration ${configuration}`, [{ field: '', message }]);

  async function read(signal: AbortSignal): Promise<WebhookConfiguration> {
    try {
      return await client.get<WebhookConfiguration>(VALIDATING_WEBHOOK_CONFIGURATIONS, key, { signal });
    } catch (error) {
      if (!(error instanceof KubeError) || error.code !== 'KUBE_NOT_FOUND') throw error;
      throw wrong(
        'expected one, found none, so nothing is validated: install it with the chart: helm upgrade --install',
      );
    }
  }

  return {
    async publish(caPem, signal) {
      const caBundle = Buffer.from(caPem).toString('base64');
      const { metadata, webhooks = [] } = await read(signal);
      const ours = webhooks.flatMap(({ clientConfig }, index) =>
        clientConfig.service?.namespace === service.namespace && clientConfig.service.name === service.name
          ? [{ index, isCurrent: clientConfig.caBundle === caBundle }]
          : [],
      );
      if (ours.length === 0)
        throw wrong(
          `expected webhooks whose clientConfig.service is ${service.namespace}/${service.name}, found none: name that Service there, or set --webhook-service-name`,
        );
      const writes = ours
        .filter(({ isCurrent }) => !isCurrent)
        .map(({ index }) => ({ op: 'add', path: `/webhooks/${index}/clientConfig/caBundle`, value: caBundle }));
      if (writes.length === 0) return;
      // Places in a list: only as long as the list is the one that was read.
      const asRead = { op: 'test', path: '/metadata/resourceVersion', value: metadata.resourceVersion };
      await client.patch(
        VALIDATING_WEBHOOK_CONFIGURATIONS,
        key,
        { type: 'json', body: [asRead, ...writes] },
        { signal },
      );
    },
  };
}
