// The serving certificate of `sluice run`: one for the metrics API and the admission webhook, made by ourselves or supplied.
import type { Clock } from '../../async.ts';
import type { Config } from '../../config.ts';
import { EXTERNAL_METRICS } from '../../kube/api-service.ts';
import type { KubeClient } from '../../kube/client.ts';
import { createServingCertificateStore } from '../../kube/serving-certificates.ts';
import { createWebhookTrust } from '../../kube/webhook-configuration.ts';
import type { Logger } from '../../log.ts';
import {
  type CertificateSource,
  type CertificateStore,
  createSelfMadeCertificates,
  createSuppliedCertificates,
} from '../../serving/certificates.ts';
import type { HttpsServerOptions } from '../../serving/https-server.ts';
import { shareCertificates } from '../../serving/shared-certificates.ts';
import { NODE_VERSIONS } from '../../tls-names.ts';

export interface CertificateParts {
  readonly client: KubeClient;
  readonly log: Logger;
  readonly clock: Clock;
}

export function createCertificates(config: Config, { client, log, clock }: CertificateParts): CertificateSource {
  if (config.tlsCertFile !== '') {
    const files = { certFile: config.tlsCertFile, keyFile: config.tlsPrivateKeyFile };
    return shareCertificates(createSuppliedCertificates({ ...files, clock, log }));
  }
  const { podNamespace: namespace, serviceName, webhookServiceName } = config;
  const store = createServingCertificateStore({
    client,
    namespace,
    secretName: config.certSecretName,
    apiService: EXTERNAL_METRICS,
    serviceName,
  });
  const webhook = createWebhookTrust({
    client,
    configuration: config.webhookConfigurationName,
    service: { namespace, name: webhookServiceName },
  });
  const publishers = [
    ...(config.metricsAdapter && config.apiservicePatching ? [store] : []),
    ...(config.admissionWebhook && config.webhookPatching ? [webhook] : []),
  ];
  // Both names whatever runs here: replicas that serve the one and replicas that serve the other share the Secret.
  const services = [serviceName, webhookServiceName].map((name) => `${name}.${namespace}.svc`);
  const dnsNames = [...services.flatMap((service) => [service, `${service}.${config.clusterDomain}`]), 'localhost'];
  return shareCertificates(
    createSelfMadeCertificates({ store: { ...store, publish: publishTo(publishers) }, dnsNames, clock, log }),
  );
}

/** What the metrics API and the webhook speak. */
export function serverTls({ serverMinTls, serverCiphers }: Config): NonNullable<HttpsServerOptions['tls']> {
  return { minVersion: NODE_VERSIONS[serverMinTls], ...(serverCiphers === '' ? {} : { ciphers: serverCiphers }) };
}

/** To everybody, even if somebody cannot be told; rejects with what kept those from being told. */
function publishTo(publishers: readonly Pick<CertificateStore, 'publish'>[]): CertificateStore['publish'] {
  return async (caPem, signal) => {
    const told = await Promise.allSettled(publishers.map((publisher) => publisher.publish(caPem, signal)));
    const errors = told.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
    if (errors.length > 1) throw new AggregateError(errors, errors.map(messageOf).join('; '));
    if (errors.length === 1) throw errors[0];
  };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
