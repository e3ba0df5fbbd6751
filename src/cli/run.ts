// `sluice run`: puts controller and metrics adapter together and keeps them running. The composition root; no logic.
import { Command } from 'commander';
import type { Component } from '../component.ts';
import { type Config, type Environment, OPTIONS, readConfig } from '../config.ts';
import { createController } from '../controller/controller.ts';
import { createDiagnostics } from '../diagnostics.ts';
import { ConfigError } from '../errors.ts';
import { preferSmallHeap } from '../heap.ts';
import { loadConnection } from '../kube/connection.ts';
import { createDelegatedAuth } from '../kube/delegated-auth.ts';
import { createEventRecorder } from '../kube/events.ts';
import { createKubeClient } from '../kube/http-client.ts';
import { createServingCertificateStore } from '../kube/serving-certificates.ts';
import type { KubeClient } from '../kube/client.ts';
import { createLogger, type Logger } from '../log.ts';
import {
  type CertificateSource,
  createSelfMadeCertificates,
  createSuppliedCertificates,
} from '../metrics-adapter/certificates.ts';
import type { MetricsProvider } from '../metrics-adapter/provider.ts';
import { createMetricsAdapter } from '../metrics-adapter/server.ts';
import { parseTrigger, triggerSource } from '../scalers/registry.ts';
import { createSourcePool } from '../scalers/sources.ts';
import { supervise } from '../supervisor.ts';
import { createTelemetry, type Telemetry } from '../telemetry.ts';
import { version } from '../version.ts';
import type { CliContext } from './context.ts';
import { addOptions } from './options.ts';

const API_SERVICE = 'v1beta1.external.metrics.k8s.io';

export function runCommand(context: CliContext): Command {
  const command = new Command('run').description(
    'Run the controller and the metrics adapter, in a cluster or beside it',
  );
  return addOptions(command, OPTIONS).action(async (flags: Record<string, string | boolean | undefined>) => {
    preferSmallHeap();
    await runSluice(readConfig(flags, context.env), context);
  });
}

/** Runs until the context's signal aborts and everything is stopped; rejects with what ended it before that. */
export async function runSluice(config: Config, context: CliContext): Promise<void> {
  const { clock, random, env } = context;
  const format = config.logFormat === 'auto' ? (context.stderr.isTTY ? 'pretty' : 'json') : config.logFormat;
  const log = createLogger({ level: config.logLevel, format, stream: context.stderr });
  const telemetry = createTelemetry();
  const connection = await loadConnection({ ...access(config), env, clock });
  const client = createKubeClient(connection, {
    clock,
    log,
    userAgent: `sluice/${version}`,
    onCall: telemetry.kubeCall,
  });
  const clients = createSourcePool({ clock });
  const events = createEventRecorder({
    client,
    reportingController: 'keda-operator',
    reportingInstance: config.podNamespace,
    clock,
    log,
  });
  const controller = createController({
    client,
    clock,
    random,
    log,
    events,
    types: { triggerSource, parseTrigger },
    clients,
    version,
    namespaces: config.watchNamespaces,
    clusterObjectNamespace: config.clusterObjectNamespace || config.podNamespace,
    readTimeoutMs: config.readTimeoutMs,
    telemetry,
  });
  const parts: Component[] = [
    events,
    ...(config.controller ? [controller] : []),
    ...(config.metricsAdapter ? adapter(config, { client, log, telemetry, env }, controller.metrics, context) : []),
  ];
  const address = parseAddress(config.diagnosticsAddress);
  if (address) {
    const notReady = (): readonly string[] => parts.filter((part) => !part.ready()).map((part) => part.name);
    const decisions = (key?: { readonly namespace: string; readonly name: string }): unknown =>
      key ? controller.decisions.get(key) : controller.decisions.list();
    parts.push(createDiagnostics({ ...address, notReady, metrics: telemetry, decisions }));
  }
  log.info('sluice starts', { version, server: connection.server, namespaces: config.watchNamespaces });
  const failure = await supervise(parts, { signal: context.signal, log });
  await clients.close();
  await connection.close();
  if (failure !== undefined) throw failure;
  log.info('sluice has stopped');
}

function access(config: Config): { kubeconfig?: string; context?: string } {
  return {
    ...(config.kubeconfig === '' ? {} : { kubeconfig: config.kubeconfig }),
    ...(config.context === '' ? {} : { context: config.context }),
  };
}

function adapter(
  config: Config,
  shared: {
    readonly client: KubeClient;
    readonly log: Logger;
    readonly telemetry: Telemetry;
    readonly env: Environment;
  },
  provider: MetricsProvider,
  { clock, random }: CliContext,
): readonly Component[] {
  const { client, log, telemetry } = shared;
  const delegated = createDelegatedAuth({ client, clock, random, log });
  const server = createMetricsAdapter({
    provider,
    certificates: certificates(config, client, log, clock),
    authentication: delegated,
    access: delegated,
    host: config.bindAddress,
    port: config.securePort,
    clock,
    log,
    telemetry,
    lingerMs: config.shutdownDelayMs,
  });
  return [delegated, server];
}

function certificates(config: Config, client: KubeClient, log: Logger, clock: CliContext['clock']): CertificateSource {
  if (config.tlsCertFile !== '') {
    return createSuppliedCertificates({ certFile: config.tlsCertFile, keyFile: config.tlsPrivateKeyFile, clock, log });
  }
  const { podNamespace: namespace, serviceName } = config;
  const store = createServingCertificateStore({
    client,
    namespace,
    secretName: config.certSecretName,
    apiService: API_SERVICE,
  });
  const service = `${serviceName}.${namespace}.svc`;
  return createSelfMadeCertificates({
    store: config.apiservicePatching ? store : { ...store, publish: async () => {} },
    dnsNames: [service, `${service}.cluster.local`, 'localhost'],
    clock,
    log,
  });
}

function parseAddress(text: string): { readonly host: string; readonly port: number } | undefined {
  if (text === '') return undefined;
  const found = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(text);
  if (!found || Number(found[3]) > 65_535) {
    throw new ConfigError('sluice run', [
      { field: '--diagnostics-address', message: `expected HOST:PORT, :PORT or nothing, found "${text}"` },
    ]);
  }
  return { host: found[1] ?? found[2] ?? '', port: Number(found[3]) };
}
