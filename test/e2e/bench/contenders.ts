// Sluice and KEDA, each as it is installed by default, on a control plane of its own.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { systemClock } from '../../../src/async.ts';
import { startSluice } from '../../../src/cli/demo/sluice-process.ts';
import type { KubeObject } from '../../../src/kube/client.ts';
import { freePort } from '../../../src/sandbox/free-port.ts';
import { installKinds } from '../../../src/sandbox/sandbox.ts';
import { plainEnvironment } from '../../bench/program.ts';
import { repositoryRoot } from '../../support/source-tree.ts';
import { eventually } from '../../support/eventually.ts';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import { versionOf } from '../control-plane/tools.ts';
import { applyAll } from '../keda/apply.ts';
import { isServing } from '../keda/metrics-api.ts';
import { startKeda } from '../keda/keda.ts';
import packageJson from '../../../package.json' with { type: 'json' };

export interface Contender {
  readonly name: string;
  readonly version: string;
  /** What is not a default, for the reader of the figures. */
  readonly remarks: string;
  /** Installs and starts it; resolves when it works. */
  start(plane: ControlPlane): Promise<Running>;
}

export interface Running {
  /** Of every process that it consists of. */
  readonly pids: readonly number[];
  /** Of its accounts, as the audit log names them. */
  readonly userPrefix: string;
  stop(): Promise<void>;
}

const run = promisify(execFile);
const { signal } = new AbortController();

const keda: Contender = {
  name: 'KEDA',
  version: versionOf('keda'),
  remarks:
    'operator (with --leader-elect, as installed), metrics adapter, webhooks; client limits 20/30 requests a second',
  async start(plane) {
    const peer = await startKeda(plane);
    const pids = Object.values(peer.pids()).filter((pid) => pid !== undefined);
    return { pids, userPrefix: 'system:serviceaccount:keda:', stop: peer.stop };
  },
};

const sluice: Contender = {
  name: 'Sluice',
  version: `v${packageJson.version}`,
  remarks: 'one process: controller, metrics adapter, webhooks',
  async start(plane) {
    const metadata = { name: 'sluice', namespace: 'sluice' };
    const [metricsPort, webhookPort, diagnosticsPort] = await Promise.all([freePort(), freePort(), freePort()]);
    await installKinds(plane.client, metricsPort, signal);
    await applyAll(plane.client, [{ apiVersion: 'v1', kind: 'ServiceAccount', metadata }, mayEverything]);
    const bundle = join(plane.directory, 'dist');
    await run(process.execPath, ['build.ts', `--outdir=${bundle}`, '--no-source-map'], { cwd: repositoryRoot });
    const program = await startSluice({
      command: [process.execPath, join(bundle, 'sluice.js')],
      args: [
        '--bind-address=127.0.0.1',
        `--secure-port=${metricsPort}`,
        '--admission-webhook=true',
        '--enable-webhook-patching=false',
        `--webhook-port=${webhookPort}`,
        `--diagnostics-address=127.0.0.1:${diagnosticsPort}`,
        '--log-format=json',
      ],
      diagnosticsPort,
      env: { ...plainEnvironment(), KUBECONFIG: await plane.kubeconfigOf(metadata) },
      logFile: join(plane.directory, 'logs', 'sluice.log'),
      clock: systemClock,
      signal,
    });
    await eventually('its metrics API is available', () => isServing(plane.client), 60_000);
    return {
      pids: [program.pid],
      userPrefix: 'system:serviceaccount:sluice:',
      stop: program.stop,
    };
  },
};

export const CONTENDERS: readonly Contender[] = [sluice, keda];

const mayEverything: KubeObject & Readonly<Record<string, unknown>> = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: 'sluice' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
  subjects: [{ kind: 'ServiceAccount', name: 'sluice', namespace: 'sluice' }],
};
