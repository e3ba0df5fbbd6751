// A real control plane as stories use it, without nodes: they bring their own kubelet.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { systemClock } from '../../src/async.ts';
import type { CertificatePair } from '../../src/pki.ts';
import { issueClient } from '../../src/sandbox/api-server/authorities.ts';
import { kubeconfigText } from '../../src/sandbox/api-server/kubeconfig.ts';
import { createAccount } from '../e2e/chart/account.ts';
import { ACCOUNT, EVERY_PERMISSION, EVERYTHING, USER } from '../e2e/chart/granted.ts';
import { addStoryRights } from '../e2e/chart/story-rights.ts';
import { type Audited, auditRights } from '../e2e/chart/used-rights.ts';
import { type ControlPlane, controlPlane } from '../e2e/control-plane/control-plane.ts';
import { tokenKubeconfig } from '../e2e/control-plane/service-account.ts';
import type { AccountOptions, ClusterServer, ClusterServerOptions } from './cluster-server.ts';
import { type KubeletServer, startKubeletServer } from './kubelet-server.ts';
import { kubernetesVersion } from './kubernetes-version.ts';
import { startRecordingProxy } from './recording-proxy.ts';

const ADMIN = { user: 'admin', groups: ['system:masters'] } as const;
/** Nobody renews the Lease of a node that a test plays. */
const PATIENT_WITH_NODES = ['--node-monitor-grace-period=1h'];
/** As OpenShift does it: who makes an object block the deletion of its owner needs a right to the owner. */
const OWNERS_ARE_GUARDED = ['--enable-admission-plugins=OwnerReferencesPermissionEnforcement'];

export async function startRealServer({ hpaSyncMs, account }: ClusterServerOptions): Promise<ClusterServer> {
  const plane = await controlPlane({
    version: kubernetesVersion(),
    nodes: 'none',
    flags: { 'kube-apiserver': OWNERS_ARE_GUARDED, 'kube-controller-manager': PATIENT_WITH_NODES },
    ...(hpaSyncMs === undefined ? {} : { hpaSyncMs }),
  });
  const pair = async (name: string): Promise<CertificatePair> => ({
    certPem: await readFile(join(plane.keys, `${name}.crt`), 'utf8'),
    keyPem: await readFile(join(plane.keys, `${name}.key`), 'utf8'),
    notAfter: 0,
  });
  const now = systemClock.now();
  const authority = await pair('ca');
  const proxy = await startRecordingProxy({
    upstreamPort: Number(new URL(plane.url).port),
    authority,
    frontProxyClient: await pair('front-proxy-client'),
    now,
  });
  const kubelets: KubeletServer[] = [];
  const url = `https://127.0.0.1:${proxy.port}`;
  const admin = await issueClient(authority, ADMIN.user, ADMIN.groups, now);
  const program = await accountKubeconfig(plane, url, authority.certPem, account?.chart).catch(
    async (error: unknown) => {
      await proxy.close();
      await plane.stop();
      throw error;
    },
  );
  return {
    url,
    port: proxy.port,
    caPem: authority.certPem,
    frontProxyCaPem: (await pair('front-proxy-ca')).certPem,
    adminKubeconfig: () => kubeconfigText({ url, caPem: authority.certPem, user: ADMIN.user, pair: admin }),
    programKubeconfig: () => program,
    credentials: (user, groups) => issueClient(authority, user, groups, systemClock.now()),
    inject: proxy.inject,
    compact: () => plane.compact(),
    restart: (meanwhile) =>
      proxy.away(() => plane.restart('kube-apiserver', meanwhile === undefined ? {} : { meanwhile })),
    controllers: () => [],
    async setPodLogs(nodeName, logs) {
      kubelets.push(await startKubeletServer(plane.client, nodeName, logs));
    },
    async stop() {
      await Promise.all(kubelets.map((kubelet) => kubelet.close()));
      await proxy.close();
      let audited: Audited;
      try {
        audited = auditRights(await plane.audit(), USER, EVERY_PERMISSION);
      } finally {
        await plane.stop();
      }
      const { testPath } = expect.getState();
      if (testPath !== undefined) await addStoryRights(testPath, audited.used);
      expect({ forbidden: audited.forbidden }).toEqual({ forbidden: account?.refused ?? [] });
    },
  };
}

async function accountKubeconfig(
  { client, directory }: ControlPlane,
  url: string,
  caPem: string,
  chart: AccountOptions['chart'] = EVERYTHING,
): Promise<string> {
  const { signal } = new AbortController();
  await createAccount(client, chart, signal);
  return readFile(await tokenKubeconfig(client, ACCOUNT, { url, caPem, directory }, signal), 'utf8');
}
