// The validating webhook as a component: HTTPS, the index of who scales what, and the judges behind it.
import type { Component } from '../component.ts';
import { createHttpsServer, type HttpsServerOptions } from '../serving/https-server.ts';
import { createAdmissionHandler } from './handler.ts';
import { createJudges } from './judges.ts';
import { createNeighbours, type NeighbourFeeds } from './neighbours.ts';
import type { ClusterReader, SecretStoreRules, TriggerTypes } from './ports.ts';
import { type AdmissionTelemetry, createReviewer } from './reviewer.ts';

export interface AdmissionWebhookOptions
  extends Pick<
    HttpsServerOptions,
    'certificates' | 'tls' | 'host' | 'port' | 'clock' | 'log' | 'lingerMs' | 'graceMs'
  > {
  readonly feeds: NeighbourFeeds;
  readonly cluster: ClusterReader;
  readonly types: TriggerTypes;
  readonly stores: SecretStoreRules;
  /** Empty: all. */
  readonly namespaces: readonly string[];
  readonly telemetry?: AdmissionTelemetry;
}

export interface AdmissionWebhook extends Component {
  /** The port it listens on, once it does. */
  port(): number | undefined;
}

export function createAdmissionWebhook(options: AdmissionWebhookOptions): AdmissionWebhook {
  const log = options.log.child({ component: 'admission' });
  const neighbours = createNeighbours(options.feeds);
  const handle = createAdmissionHandler({
    judges: createJudges({ ...options, neighbours }),
    review: createReviewer({ ...options, log }),
    ready: () => neighbours.known(),
    clock: options.clock,
    log,
  });
  const server = createHttpsServer({
    ...options,
    name: 'admission',
    what: 'admission webhook',
    portOption: '--webhook-port',
    clientCertificates: 'ignored',
    handle,
    answered: (answer) => options.telemetry?.webhookRequest(answer),
  });
  return {
    name: server.name,
    port: () => server.port(),
    ready: () => server.ready() && neighbours.known(),
    async run(signal) {
      const end = neighbours.listen();
      try {
        await server.run(signal);
      } finally {
        end();
      }
    },
  };
}
