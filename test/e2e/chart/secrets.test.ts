import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createKubeLookups } from '../../../src/controller/auth/kube-lookup.ts';
import { createCredentialWatch } from '../../../src/controller/credential-watch.ts';
import { systemClock } from '../../../src/async.ts';
import type { KubeClient, KubeObject } from '../../../src/kube/client.ts';
import { loadConnection } from '../../../src/kube/connection.ts';
import { createKubeClient } from '../../../src/kube/http-client.ts';
import { NAMESPACES, SECRETS } from '../../../src/kube/resources.ts';
import { silentLogger } from '../../../src/log.ts';
import { eventually } from '../../support/eventually.ts';
import { whereBuildable } from '../control-plane/available.ts';
import { type ControlPlane, controlPlane } from '../control-plane/control-plane.ts';
import { CHART, helm, set } from './helm.ts';

jest.setTimeout(1_200_000);

const { signal } = new AbortController();
const account = { namespace: 'sluice', name: 'sluice' };
const nothing = { get: () => undefined, list: () => [], synced: () => true, subscribe: () => () => {} };

whereBuildable(
  describe,
  'kubernetes-1.36',
  'etcd',
  'helm',
)('an account that may read named Secrets only', () => {
  let cluster: ControlPlane;
  let client: KubeClient;
  let close: () => Promise<void>;
  beforeAll(async () => {
    cluster = await controlPlane({ nodes: 'none' });
    await cluster.client.create(NAMESPACES, namespace('shop'), { signal });
    for (const name of ['rabbit', 'other']) await cluster.client.create(SECRETS, secret(name), { signal });
    const restrict = { secret: true, namespacesAllowList: ['shop'], namesAllowList: ['rabbit'] };
    const flags = ['-n', 'sluice', '--create-namespace', ...set({ 'permissions.operator.restrict': restrict })];
    expect(await helm(['install', 'sluice', CHART, ...flags], cluster.kubeconfig)).toMatchObject({ code: 0 });
    const kubeconfig = await cluster.kubeconfigOf(account);
    const connection = await loadConnection({ kubeconfig, env: {}, clock: systemClock });
    close = connection.close;
    client = createKubeClient(connection, { clock: systemClock, log: silentLogger, userAgent: 'sluice/test' });
  });
  afterAll(async () => {
    await close?.();
    await cluster?.stop();
  });

  const refusals = async () =>
    (await cluster.audit()).filter((event) => event.userAgent === 'sluice/test' && event.responseStatus?.code === 403);

  it('hears of changes of these, and tries nothing that is forbidden', async () => {
    const told: string[] = [];
    const changed = (reference: string): void => void told.push(reference);
    const shared = { client, clock: systemClock, random: Math.random, log: silentLogger };
    const watch = createCredentialWatch({ ...shared, changed });
    for (const name of ['rabbit', 'other']) watch.gained(`Secret/shop/${name}`);
    await eventually('it is seen', () => told.length > 0);
    const body = { data: { password: 'bmV3' } };
    await cluster.client.patch(SECRETS, { namespace: 'shop', name: 'rabbit' }, { type: 'merge', body }, { signal });
    await eventually('its change is seen', () => told.length > 1);
    await watch.stop();
    expect(told).toEqual(['Secret/shop/rabbit', 'Secret/shop/rabbit']);
    expect(await refusals()).toEqual([]);
  });

  it('reads these, and says how to allow another', async () => {
    const lookups = createKubeLookups({
      client,
      clock: systemClock,
      triggerAuthentications: nothing,
      clusterTriggerAuthentications: nothing,
      podTemplate: async () => undefined,
    });
    const lookup = lookups.lookup(() => {}, signal);
    expect(await lookup.secret('shop', 'rabbit')).toEqual({ password: 'new' });
    await expect(lookup.secret('shop', 'other')).rejects.toThrow(
      'to allow it: kubectl create role sluice-get-list-watch-secrets-other --namespace=shop --verb=get,list,watch --resource=secrets --resource-name=other && kubectl create rolebinding',
    );
    lookups.clear();
  });
});

function namespace(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

function secret(name: string): KubeObject & { readonly data: Readonly<Record<string, string>> } {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'shop', name }, data: { password: 'b2xk' } };
}
