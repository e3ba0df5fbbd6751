// `sluice run`: puts everything together that is switched on, and keeps it running. The composition root; no logic.
import { Command } from 'commander';
import type { Component } from '../component.ts';
import { type Config, OPTIONS, readConfig } from '../config.ts';
import { createController } from '../controller/controller.ts';
import { createDiagnostics } from '../diagnostics.ts';
import { ConfigError } from '../errors.ts';
import { preferSmallHeap } from '../heap.ts';
import { loadConnection } from '../kube/connection.ts';
import { createEventRecorder } from '../kube/events.ts';
import { createAccessTrouble } from '../kube/access-trouble.ts';
import { createKubeClient } from '../kube/http-client.ts';
import { createLogger } from '../log.ts';
import { parseTrigger, triggerSource } from '../scalers/registry.ts';
import { createSourcePool } from '../scalers/sources.ts';
import { supervise } from '../supervisor.ts';
import { createTelemetry } from '../telemetry.ts';
import { version } from '../version.ts';
import type { CliContext } from './context.ts';
import { addOptions } from './options.ts';
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
  const telemetry = createTelemetry();
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
  const events = createEventRecorder({
    client,
    reportingController: 'keda-operator',
    reportingInstance: config.podNamespace,
    clock,
    log,
  });
  const controller = createController({
    client: ring ? createKubeClient(connection, { ...transport, beforeWrite: ring.checkWrite }) : client,
    ...(ring ? { ownership: ring } : {}),
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
    // Left after everything that acts has ended.
    ...(config.controller && ring ? [ring] : []),
    ...(config.controller ? [controller] : []),
    ...createServing(config, { client, log, telemetry, clock, random, controller }),
  ];
  const address = parseAddress(config.diagnosticsAddress);
  if (address) {
    const notReady = (): readonly string[] => parts.filter((part) => !part.ready()).map((part) => part.name);
    const decisions = decisionsOf(controller, ring);
    parts.push(createDiagnostics({ ...address, notReady, metrics: telemetry, decisions }));
  }
  log.info('sluice starts', { version, server: connection.server, namespaces: config.watchNamespaces });
  const failure = await supervise(parts, { signal: context.signal, log });
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
