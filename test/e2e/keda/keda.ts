// KEDA itself, as the peer: its operator, metrics adapter and webhooks as processes on free ports, beside a real control plane.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { API_VERSION, GROUP } from '../../../src/api/names.ts';
import { systemClock } from '../../../src/async.ts';
import { createAuthority, issueCertificate } from '../../../src/pki.ts';
import { freePort } from '../../../src/sandbox/free-port.ts';
import { eventually } from '../../support/eventually.ts';
import { build } from '../control-plane/build.ts';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import { type Program, startProgram } from '../control-plane/program.ts';
import { isServing } from './metrics-api.ts';
import { ACCOUNTS, kedaAccounts, kedaObjects, NAMESPACE } from './objects.ts';
import { applyAll } from './apply.ts';

export interface Keda {
  /** Of its three processes, by name. */
  pids(): Readonly<Record<string, number | undefined>>;
  /** SIGTERM to all, as scaling its Deployments to zero does; resolves when they are gone. */
  stop(): Promise<void>;
}

/** What stays the same over a stop and a start. */
export interface KedaSite {
  readonly ports: { readonly metricsApi: number; readonly webhook: number };
  readonly caPem: string;
  /** Path of the built module: `config/crd/bases` holds its CRDs. */
  readonly installed: string;
  /** Resolves when its operator leads and its metrics API is available. */
  start(): Promise<Keda>;
}

const { signal } = new AbortController();
const KINDS = ['ScaledObject', 'ScaledJob', 'TriggerAuthentication', 'ClusterTriggerAuthentication'];

/** A cluster with KEDA, as its manifests leave it; resolves when it works. */
export async function startKeda(plane: ControlPlane): Promise<Keda> {
  const site = await prepareKeda(plane);
  await applyAll(plane.client, await kedaObjects(site));
  return site.start();
}

/** Certificates, ports and accounts, so that it can be started; nothing of it is in the cluster yet but its namespace. */
export async function prepareKeda(plane: ControlPlane): Promise<KedaSite> {
  const installed = await build('keda', (line) => process.stderr.write(`${line}\n`));
  const directory = join(plane.directory, 'keda');
  const caPem = await writeCertificates(directory);
  const [metricsApi, webhook, rpc, health, ...others] = (await Promise.all(Array.from({ length: 8 }, freePort))) as [
    number,
    number,
    number,
    number,
    ...number[],
  ];
  const [operatorMetrics, adapterMetrics, webhookMetrics, webhookHealth] = others;
  await applyAll(plane.client, kedaAccounts());
  const [operatorConfig, adapterConfig, webhookConfig] = await Promise.all(
    ACCOUNTS.map((name) => plane.kubeconfigOf({ namespace: NAMESPACE, name })),
  );
  // What its own manifests give, but for addresses, and with certificates that it need not make.
  const commands: Readonly<Record<string, readonly string[]>> = {
    'keda-operator': [
      `--kubeconfig=${operatorConfig}`,
      '--leader-elect',
      `--cert-dir=${directory}`,
      `--metrics-bind-address=127.0.0.1:${operatorMetrics}`,
      `--health-probe-bind-address=127.0.0.1:${health}`,
      `--metrics-service-bind-address=127.0.0.1:${rpc}`,
      '--zap-log-level=info',
    ],
    'keda-adapter': [
      `--kubeconfig=${adapterConfig}`,
      `--authentication-kubeconfig=${adapterConfig}`,
      `--authorization-kubeconfig=${adapterConfig}`,
      `--lister-kubeconfig=${adapterConfig}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${metricsApi}`,
      `--metrics-service-address=localhost:${rpc}`,
      `--client-ca-file=${join(directory, 'ca.crt')}`,
      `--tls-cert-file=${join(directory, 'tls.crt')}`,
      `--tls-private-key-file=${join(directory, 'tls.key')}`,
      `--cert-dir=${directory}`,
      `--port=${adapterMetrics}`,
    ],
    'keda-webhooks': [
      `--kubeconfig=${webhookConfig}`,
      `--cert-dir=${directory}`,
      `--port=${webhook}`,
      `--metrics-bind-address=127.0.0.1:${webhookMetrics}`,
      `--health-probe-bind-address=127.0.0.1:${webhookHealth}`,
      '--zap-log-level=info',
    ],
  };
  const env = { KEDA_CLUSTER_OBJECT_NAMESPACE: NAMESPACE, POD_NAMESPACE: NAMESPACE, WATCH_NAMESPACE: '' };

  return {
    ports: { metricsApi, webhook },
    caPem,
    installed,
    async start() {
      // Without its kinds the webhooks end at once.
      await eventually('its kinds are served', () => servesKinds(plane));
      const programs = new Map<string, Program>();
      for (const [name, args] of Object.entries(commands)) {
        const log = join(plane.directory, 'logs', `${name}.log`);
        programs.set(name, startProgram(join(installed, name), args, log, env));
      }
      const dead = (): string | undefined => [...programs].find(([, program]) => program.ended())?.[0];
      const works = async (): Promise<boolean> =>
        (await isHealthy(health)) && (await isListening(rpc)) && (await isServing(plane.client));
      try {
        await eventually('KEDA works', () => dead() !== undefined || works(), 90_000);
        const name = dead();
        if (name !== undefined) throw new Error(`${name} ended by itself:\n${await tail(plane, name)}`);
      } catch (error) {
        await Promise.all([...programs.values()].map((program) => program.kill()));
        throw error;
      }
      return {
        pids: () => Object.fromEntries([...programs].map(([name, program]) => [name, program.pid()])),
        stop: async () => void (await Promise.all([...programs.values()].map((program) => program.terminate()))),
      };
    },
  };
}

/** `ca.crt`, `tls.crt` and `tls.key` as its operator would make them, for servers and for the call from adapter to operator. */
async function writeCertificates(directory: string): Promise<string> {
  await mkdir(directory, { mode: 0o700 });
  const now = systemClock.now();
  const authority = await createAuthority({ commonName: 'keda', now, days: 30 });
  const services = ['keda-operator', 'keda-operator-metrics-apiserver', 'keda-admission-webhooks'];
  const pair = await issueCertificate(authority, {
    commonName: 'keda-operator',
    dnsNames: ['localhost', ...services.map((name) => `${name}.${NAMESPACE}.svc`)],
    ipAddresses: ['127.0.0.1'],
    usages: ['server', 'client'],
    now,
    days: 30,
  });
  await writeFile(join(directory, 'ca.crt'), authority.certPem);
  await writeFile(join(directory, 'tls.crt'), pair.certPem);
  await writeFile(join(directory, 'tls.key'), pair.keyPem, { mode: 0o600 });
  return authority.certPem;
}

async function isHealthy(port: number): Promise<boolean> {
  return (await fetch(`http://127.0.0.1:${port}/readyz`)).ok;
}

/** The operator serves metrics to its adapter only while it leads. */
async function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** In every form of discovery that its programs ask for. */
async function servesKinds({ client }: ControlPlane): Promise<boolean> {
  const ask = <T>(path: string): Promise<T> => client.request<T>('GET', path, undefined, { signal });
  const { groups } = await ask<{ groups: readonly { name: string }[] }>('/apis');
  const { resources } = await ask<{ resources: readonly { kind: string }[] }>(`/apis/${API_VERSION}`);
  const kinds = new Set(resources.map(({ kind }) => kind));
  return groups.some(({ name }) => name === GROUP) && KINDS.every((kind) => kinds.has(kind));
}

async function tail(plane: ControlPlane, name: string): Promise<string> {
  return (await readFile(join(plane.directory, 'logs', `${name}.log`), 'utf8')).slice(-2000);
}
