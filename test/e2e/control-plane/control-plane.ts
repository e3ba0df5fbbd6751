// A real Kubernetes control plane on loopback: etcd, kube-apiserver, kube-controller-manager, kube-scheduler, and KWOK for its nodes.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../../src/async.ts';
import type { KubeClient, KubeObject, ObjectKey } from '../../../src/kube/client.ts';
import { loadConnection } from '../../../src/kube/connection.ts';
import { createKubeClient } from '../../../src/kube/http-client.ts';
import { CONFIG_MAPS, SERVICE_ACCOUNTS } from '../../../src/kube/resources.ts';
import { silentLogger } from '../../../src/log.ts';
import { freePort } from '../../../src/sandbox/free-port.ts';
import { eventually } from '../../support/eventually.ts';
import { tlsGet } from '../../support/tls-request.ts';
import { type AuditEvent, AUDIT_POLICY, parseAuditLog } from './audit.ts';
import { build } from './build.ts';
import { type Component, commandOf, type Flags } from './commands.ts';
import { writeKeys } from './keys.ts';
import { addKwokNodes, kwokStages } from './kwok.ts';
import { type Program, startProgram } from './program.ts';
import { tokenKubeconfig } from './service-account.ts';
import type { KubernetesVersion } from './tools.ts';
import { scratchDirectory } from '../../support/scratch.ts';

export interface ControlPlaneOptions {
  /** 1.36 when not given. */
  readonly version?: KubernetesVersion;
  readonly flags?: Flags;
  /** `kwok`, the default: two large nodes whose pods become Ready and run nothing. `none`: somebody else brings nodes. */
  readonly nodes?: 'kwok' | 'none';
  /** How often the HPA looks; Kubernetes' 15 s when not given. */
  readonly hpaSyncMs?: number;
}

export interface ControlPlane {
  readonly version: KubernetesVersion;
  readonly url: string;
  /** Scratch space, gone with the control plane; holds `logs/COMPONENT.log`. */
  readonly directory: string;
  /** The administrator's: path, and a client by it. */
  readonly kubeconfig: string;
  readonly client: KubeClient;
  /** Path of the kubectl of this version. */
  readonly kubectl: string;
  /** Path of the certificates and keys; see keys.ts for the names. */
  readonly keys: string;
  /** A kubeconfig with a fresh token of the ServiceAccount; its path. */
  kubeconfigOf(account: Required<ObjectKey>): Promise<string>;
  /** What the server's audit log says so far, from an index of an earlier answer on. */
  audit(since?: number): Promise<readonly AuditEvent[]>;
  /** Kills it (as `kill -9` does), and starts it again on the same ports and data once `meanwhile` is over. Resolves when it is ready. */
  restart(component: Component, options?: RestartOptions): Promise<void>;
  /** Makes etcd forget every revision before the newest. */
  compact(): Promise<void>;
  /** Sends a signal to one of its programs, for example SIGSTOP. */
  signal(component: Component, signal: NodeJS.Signals): void;
  stop(): Promise<void>;
}

export interface RestartOptions {
  readonly meanwhile?: () => Promise<void>;
  /** Further flags from then on, which win over all others. */
  readonly flags?: readonly string[];
}

const MOST_ATTEMPTS = 3;

/** Resolves when the server is ready and a pod would be scheduled. Builds what isn't built yet, which takes minutes the first time. */
export async function controlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(options);
    } catch (error) {
      // A port that was free when it was chosen may have been taken meanwhile.
      if (attempt === MOST_ATTEMPTS || !String(error).includes('address already in use')) throw error;
    }
  }
}

async function start(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { version = '1.36', flags = {}, nodes = 'kwok', hpaSyncMs = 15_000 } = options;
  const binaries = await findBinaries(version, nodes);
  const directory = await scratchDirectory('control-plane');
  await mkdir(join(directory, 'logs'));
  const [etcd, peer, server, manager, scheduler, kwok] = await Promise.all(Array.from({ length: 6 }, freePort));
  const ports = {
    etcd: etcd as number,
    'etcd-peer': peer as number,
    'kube-apiserver': server as number,
    'kube-controller-manager': manager as number,
    'kube-scheduler': scheduler as number,
    kwok: kwok as number,
  };
  const url = `https://127.0.0.1:${ports['kube-apiserver']}`;
  const keys = await writeKeys(join(directory, 'keys'), url, systemClock.now());
  await writeFile(join(directory, 'audit-policy.yaml'), AUDIT_POLICY);
  if (nodes === 'kwok') await writeFile(join(directory, 'kwok-stages.yaml'), await kwokStages(binaries.of('kwok')));
  const connection = await loadConnection({ kubeconfig: keys.admin, env: {}, clock: systemClock });
  const client = createKubeClient(connection, {
    clock: systemClock,
    log: silentLogger,
    userAgent: 'test-administrator',
  });
  const { signal } = new AbortController();
  const programs = new Map<Component, Program>();
  const lastFlags = new Map<Component, readonly string[]>();
  const launch = (component: Component): void => {
    const base = commandOf(component, { directory, keys, ports, hpaSyncMs });
    const args = [...base, ...(flags[component] ?? []), ...(lastFlags.get(component) ?? [])];
    const path = join(binaries.of(component), component);
    programs.set(component, startProgram(path, args, join(directory, 'logs', `${component}.log`)));
  };
  const serves = async (): Promise<boolean> =>
    (await tlsGet(ports['kube-apiserver'], '/readyz', { ca: keys.caPem })).status === 200;
  const untilReady = async (component: Component): Promise<void> => {
    const program = programs.get(component);
    const check = component === 'kube-apiserver' ? serves : () => true;
    await eventually(`${component} is ready`, () => program?.ended() || check(), 60_000);
    await checkAlive(component);
  };
  const checkAlive = async (component: Component): Promise<void> => {
    if (!programs.get(component)?.ended()) return;
    throw new Error(`${component} ended by itself:\n${await tail(directory, component)}`);
  };
  const stop = async (): Promise<void> => {
    await connection.close();
    await Promise.all([...programs.values()].map((program) => program.kill()));
    await rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };

  try {
    launch('etcd');
    launch('kube-apiserver');
    await untilReady('kube-apiserver');
    launch('kube-controller-manager');
    launch('kube-scheduler');
    if (nodes === 'kwok') {
      await addKwokNodes(client, signal);
      launch('kwok');
    }
    const account = { namespace: 'default', name: 'default' };
    const authentication = { namespace: 'kube-system', name: 'extension-apiserver-authentication' };
    await eventually('the control plane has its first objects', async () => {
      await client.get(SERVICE_ACCOUNTS, account, { signal });
      await client.get<KubeObject>(CONFIG_MAPS, authentication, { signal });
      return true;
    });
    // An etcd that found its port taken has left the server to somebody else's.
    for (const component of programs.keys()) await checkAlive(component);
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    version,
    url,
    directory,
    kubeconfig: keys.admin,
    client,
    kubectl: join(binaries.of('kube-apiserver'), 'kubectl'),
    keys: keys.directory,
    kubeconfigOf: (account) => tokenKubeconfig(client, account, { url, caPem: keys.caPem, directory }, signal),
    audit: async (since = 0) => parseAuditLog(await readFile(join(directory, 'audit.log'), 'utf8')).slice(since),
    async restart(component, { meanwhile, flags: more } = {}) {
      await programs.get(component)?.kill();
      await meanwhile?.();
      if (more) lastFlags.set(component, more);
      launch(component);
      await untilReady(component);
    },
    compact: () => compact(`http://127.0.0.1:${ports.etcd}`),
    signal: (component, name) => programs.get(component)?.signal(name),
    stop,
  };
}

async function compact(etcd: string): Promise<void> {
  const ask = async (path: string, body: object): Promise<{ header: { revision: string } }> => {
    const answer = await fetch(`${etcd}/v3/kv/${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`etcd answered HTTP ${answer.status} to ${path}: ${await answer.text()}`);
    return (await answer.json()) as { header: { revision: string } };
  };
  const anyKey = Buffer.from('/').toString('base64');
  const { revision } = (await ask('range', { key: anyKey, limit: '1' })).header;
  await ask('compaction', { revision, physical: true });
}

async function findBinaries(
  version: KubernetesVersion,
  nodes: 'kwok' | 'none',
): Promise<{ of(component: Component): string }> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const kubernetes = await build(`kubernetes-${version}`, say);
  const etcd = await build('etcd', say);
  const kwok = nodes === 'kwok' ? await build('kwok', say) : '';
  const directories: Readonly<Record<Component, string>> = {
    etcd,
    kwok,
    'kube-apiserver': kubernetes,
    'kube-controller-manager': kubernetes,
    'kube-scheduler': kubernetes,
  };
  return { of: (component) => directories[component] };
}

async function tail(directory: string, component: Component): Promise<string> {
  const text = await readFile(join(directory, 'logs', `${component}.log`), 'utf8').catch(() => '');
  return text.slice(-3000);
}
