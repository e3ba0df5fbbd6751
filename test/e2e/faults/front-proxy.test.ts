// The API server comes back with another front-proxy CA and client certificate: Sluice believes it without a restart.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../src/async.ts';
import { createAuthorities, issueClient } from '../../../src/sandbox/api-server/authorities.ts';
import { freePort } from '../../../src/sandbox/free-port.ts';
import { installKinds } from '../../../src/sandbox/sandbox.ts';
import { eventually } from '../../support/eventually.ts';
import { kubernetesVersion } from '../../support/kubernetes-version.ts';
import { type SluiceProcess, spawnSluice } from '../../support/sluice-process.ts';
import { whereBuildable } from '../control-plane/available.ts';
import { type ControlPlane, controlPlane } from '../control-plane/control-plane.ts';

const NEW_NAME = 'front-proxy-of-next-year';
const METRICS = '/apis/external.metrics.k8s.io/v1beta1';
const { signal } = new AbortController();

whereBuildable(
  describe,
  `kubernetes-${kubernetesVersion()}`,
  'etcd',
)('a front proxy that shows itself anew', () => {
  let plane: ControlPlane;
  let sluice: SluiceProcess;
  beforeAll(async () => {
    plane = await controlPlane({ version: kubernetesVersion(), nodes: 'none' });
    const port = await freePort();
    await installKinds(plane.client, port, signal);
    const options = [`--secure-port=${port}`, '--bind-address=127.0.0.1', '--diagnostics-address='];
    sluice = spawnSluice(['run', `--kubeconfig=${plane.kubeconfig}`, ...options]);
    await eventually('the metrics API is served', isServed);
  }, 120_000);
  afterAll(async () => {
    await sluice?.kill('SIGKILL');
    await plane?.stop();
  });

  /** As the aggregator sees it: who may not list metrics is told so, and who is not believed is nobody. */
  const isServed = async (): Promise<boolean> => {
    const path = `${METRICS}/namespaces/default/none?labelSelector=scaledobject.keda.sh%2Fname%3Dnone`;
    const answer = await plane.client.request('GET', path, undefined, { signal }).catch((error: unknown) => error);
    // Only a caller who is believed gets to hear that there is no such object.
    return answer instanceof Error && answer.message.includes('there is no ScaledObject default/none');
  };

  it('is believed by a Sluice that goes on running', async () => {
    const { pid } = sluice;
    const now = systemClock.now();
    const { frontProxy } = await createAuthorities(now);
    const client = await issueClient(frontProxy, NEW_NAME, [], now);
    const key = (name: string): string => join(plane.keys, name);
    await writeFile(key('new-front-proxy-ca.crt'), frontProxy.certPem);
    await writeFile(key('new-front-proxy-client.crt'), client.certPem);
    await writeFile(key('new-front-proxy-client.key'), client.keyPem, { mode: 0o600 });
    await plane.restart('kube-apiserver', {
      flags: [
        `--requestheader-client-ca-file=${key('new-front-proxy-ca.crt')}`,
        `--requestheader-allowed-names=${NEW_NAME}`,
        `--proxy-client-cert-file=${key('new-front-proxy-client.crt')}`,
        `--proxy-client-key-file=${key('new-front-proxy-client.key')}`,
      ],
    });
    await eventually('the new one is believed', isServed, 30_000);
    expect(sluice.pid).toBe(pid);
    expect(sluice.stderr()).not.toContain('sluice has stopped');
  }, 90_000);
});
