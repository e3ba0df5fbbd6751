import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import { aDeployment } from '../../support/workload-world.ts';
import type { KubeObject } from '../../../src/kube/client.ts';
import { DEPLOYMENTS } from '../../../src/kube/resources.ts';
import { whereBuildable } from './available.ts';
import { type ControlPlane, controlPlane } from './control-plane.ts';
import { KUBERNETES_VERSIONS, versionOf } from './tools.ts';

jest.setTimeout(1_200_000); // the first time it is built

const { signal } = new AbortController();

describe.each(KUBERNETES_VERSIONS)('a real control plane, Kubernetes %s', (version) => {
  whereBuildable(
    describe,
    `kubernetes-${version}`,
    'etcd',
    'kwok',
  )('on KWOK', () => {
    let cluster: ControlPlane;
    beforeAll(async () => {
      cluster = await controlPlane({ version });
    });
    afterAll(() => cluster?.stop());

    it('is what it says it is', async () => {
      const { gitVersion } = await cluster.client.request<{ gitVersion: string }>('GET', '/version', undefined, {
        signal,
      });
      expect(gitVersion).toBe(versionOf(`kubernetes-${version}`));
    });

    const key = { namespace: 'default', name: 'web' };
    const web = { ...aDeployment('web', { replicas: 3 }), metadata: key };

    it('runs a Deployment, and keeps it across a kill of the API server', async () => {
      await cluster.client.create(DEPLOYMENTS, web, { signal });
      const ready = async (): Promise<boolean> => {
        const { status } = await cluster.client.get<KubeObject & { status: { readyReplicas?: number } }>(
          DEPLOYMENTS,
          key,
          { signal },
        );
        return status.readyReplicas === 3;
      };
      await eventually('three pods are ready', ready, 30_000);
      await cluster.restart('kube-apiserver');
      expect(await ready()).toBe(true);
    });

    it('tells who did what', async () => {
      const events = await cluster.audit();
      const created = events.find(({ verb, objectRef }) => verb === 'create' && objectRef?.name === 'web');
      expect(created).toMatchObject({ userAgent: 'test-administrator', responseStatus: { code: 201 } });
    });
  });
});
