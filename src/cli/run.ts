// `sluice run`: puts everything together that is switched on, and keeps it running. The composition root; no logic.
import { Command } from 'commander';
import type { Component } from '../component.ts';
import { type Config, OPTIONS, readConfig } from '../config.ts';
import { createController } from '../controller/controller.ts';
import { preferSmallHeap } from '../heap.ts';
import { loadConnection } from '../kube/connection.ts';
import { createEventLog } from '../kube/event-log.ts';
import { createEventRecorder } from '../kube/events.ts';
import { createAccessTrouble } from '../kube/access-trouble.ts';
import { createKubeClient } from '../kube/http-client.ts';
import { setIdentityHosts } from '../identity-hosts.ts';
import { createLogger } from '../log.ts';
import { parseTrigger, triggerSource } from '../scalers/registry.ts';
import { createSourcePool } from '../scalers/sources.ts';
import { closeSecretStores, createSecretStores } from '../secret-stores/stores.ts';
import { supervise } from '../supervisor.ts';
import { createTelemetry } from '../telemetry.ts';
import { setTlsDefaults } from '../tls-defaults.ts';
import { version } from '../version.ts';
import type { CliContext } from './context.ts';
import { addOptions } from './options.ts';
import { createCloudEventParts } from './run/cloud-events.ts';
import { createLocalEndpoint } from './run/local-endpoint.ts';
import { createOpenTelemetry } from './run/opentelemetry.ts';
import { createServing } from './run/serving.ts';
import { createRing, decisionsOf, identityOf } from './run/membership.ts';

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
  await setTlsDefaults(config, log);
  setIdentityHosts(config.identityHosts);
  const telemetry = createTelemetry({ labels: labelsOf(config) });
  const connect = () => loadConnection({ ...access(config), env, clock });
  const connection = await connect();
  const userAgent = `sluice/${version}${config.membership ? ` (${identityOf(config)})` : ''}`;
  const trouble = createAccessTrouble({ server: connection.server, clock, log });
  const transport = { clock, log, userAgent, trouble, onCall: telemetry.kubeCall };
  const client = createKubeClient(connection, transport);
  const ringConnection = config.membership ? await connect() : undefined;
  const ring =
    ringConnection && createRing(config, { connection: ringConnection, transport, clock, random, log, telemetry });
  const clients = createSourcePool({ clock });
  const stores = createSecretStores({ clock, clients, env });
  telemetry.watchClients(clients.clients);
  const events = createEventRecorder({
    client,
    reportingController: 'keda-operator',
    reportingInstance: config.podNamespace,
    clock,
    log,
    warnings: createEventLog({ log, clock }),
  });
  const cloudEvents = createCloudEventParts(config, {
    client,
    clock,
    random,
    log,
    telemetry,
    ownership: ring,
    authenticate: (ref, from, signal) => controller.authenticate(ref, from, signal),
  });
  const controller = createController({
    client: ring ? createKubeClient(connection, { ...transport, beforeWrite: ring.checkWrite }) : client,
    ...(ring ? { ownership: ring } : {}),
    clock,
    random,
    log,
    events: cloudEvents.tee(events),
    types: { triggerSource, parseTrigger },
    clients,
    version,
    namespaces: config.watchNamespaces,
    labelSelector: config.labelSelector,
    authenticationLabelSelector: config.authenticationLabelSelector,
    clusterObjectNamespace: config.clusterObjectNamespace || config.podNamespace,
    restrictSecretAccess: config.restrictSecretAccess,
    outside: { ...config, stores },
    readTimeoutMs: config.readTimeoutMs,
    telemetry,
  });
  const parts: Component[] = [
    // Left last, when everything has been told.
    ...createOpenTelemetry(config, { env, clock, log, telemetry, instance: identityOf(config) }),
    events,
    ...(config.controller ? [cloudEvents] : []),
    // Left after everything that acts has ended.
    ...(config.controller && ring ? [ring] : []),
    ...(config.controller ? [controller] : []),
    ...createServing(config, { client, log, telemetry, clock, random, controller }),
  ];
  parts.push(
    ...createLocalEndpoint(config, { telemetry, parts: [...parts], decisions: decisionsOf(controller, ring) }),
  );
  log.info('sluice starts', { version, server: connection.server, namespaces: config.watchNamespaces });
  const failure = await supervise(parts, { signal: context.signal, log });
  await closeSecretStores(stores);
  await clients.close();
  await Promise.all([connection.close(), ringConnection?.close()]);
  if (failure !== undefined) throw failure;
  log.info('sluice has stopped');
}

function access(config: Config): { kubeconfig?: string; context?: string } {
  return {
    ...(config.kubeconfig === '' ? {} : { kubeconfig: config.kubeconfig }),
    ...(config.context === '' ? {} : { context: config.context }),
  };
}

function labelsOf({ highCardinalityLabels }: Config): 'high-cardinality' | 'low-cardinality' {
  return highCardinalityLabels ? 'high-cardinality' : 'low-cardinality';
}
