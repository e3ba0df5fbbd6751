// What the API server asks us: the metrics API and the admission webhook, as far as they are switched on, under one certificate.
import type { Component } from '../../component.ts';
import type { Config } from '../../config.ts';
import { createDelegatedAuth } from '../../kube/delegated-auth.ts';
import { createMetricsAdapter } from '../../metrics-adapter/server.ts';
import { type AdmissionParts, createAdmission } from './admission.ts';
import { createCertificates, serverTls } from './certificates.ts';

type ServingParts = Omit<AdmissionParts, 'certificates'>;

export function createServing(config: Config, parts: ServingParts): readonly Component[] {
  const shared = { ...parts, certificates: createCertificates(config, parts) };
  return [
    ...(config.metricsAdapter ? createAdapter(config, shared) : []),
    ...(config.admissionWebhook ? createAdmission(config, shared) : []),
  ];
}

function createAdapter(config: Config, parts: AdmissionParts): readonly Component[] {
  const delegated = createDelegatedAuth(parts);
  const server = createMetricsAdapter({
    provider: parts.controller.metrics,
    certificates: parts.certificates,
    authentication: delegated,
    access: delegated,
    tls: serverTls(config),
    host: config.bindAddress,
    port: config.securePort,
    clock: parts.clock,
    log: parts.log,
    telemetry: parts.telemetry,
    lingerMs: config.shutdownDelayMs,
  });
  return [delegated, server];
}
