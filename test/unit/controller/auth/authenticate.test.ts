// The parameters of an authentication that something else than a trigger refers to.
import { describe, expect, it } from '@jest/globals';
import { createAuthenticate } from '../../../../src/controller/auth/authenticate.ts';
import { createKubeLookups } from '../../../../src/controller/auth/kube-lookup.ts';
import { clusterTriggerAuthentications, triggerAuthentications } from '../../../../src/api/names.ts';
import type { KubeObject } from '../../../../src/kube/client.ts';
import { createObjectStore } from '../../../../src/kube/object-store.ts';
import { SECRETS } from '../../../../src/kube/resources.ts';
import { silentLogger } from '../../../../src/log.ts';
import { createFakeClock } from '../../../support/clock.ts';
import { createMemoryKube } from '../../../support/memory-kube.ts';

const { signal } = new AbortController();
const anAuthentication = (kind: string, spec: unknown, namespace?: string): KubeObject => {
  const metadata = { name: 'grid', ...(namespace === undefined ? {} : { namespace }) };
  const object = { apiVersion: 'keda.sh/v1alpha1', kind, metadata, spec };
  return object;
};
const aSecret = (namespace: string, accessKey: string): KubeObject => {
  const data = { key: Buffer.from(accessKey).toString('base64') };
  const object = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'grid', namespace }, data };
  return object;
};
const fromSecret = { secretTargetRef: [{ parameter: 'accessKey', name: 'grid', key: 'key' }] };
const from = { namespace: 'shop', parameters: ['accessKey'] };

async function given(...objects: readonly KubeObject[]) {
  const clock = createFakeClock();
  const kube = createMemoryKube(() => clock.now());
  const resources = { Secret: SECRETS, TriggerAuthentication: triggerAuthentications } as const;
  for (const object of objects) {
    const resource = resources[object.kind as keyof typeof resources] ?? clusterTriggerAuthentications;
    await kube.create(resource, object, { signal });
  }
  const unsynced = createObjectStore<KubeObject>(silentLogger);
  const stores = { triggerAuthentications: unsynced, clusterTriggerAuthentications: unsynced };
  const lookups = createKubeLookups({ client: kube, clock, ...stores, podTemplate: async () => undefined });
  return createAuthenticate({ lookups, clusterObjectNamespace: 'keda', restrictSecretAccess: false });
}

describe('authenticate', () => {
  it('reads a TriggerAuthentication and the Secrets of its namespace', async () => {
    const authenticate = await given(
      anAuthentication('TriggerAuthentication', fromSecret, 'shop'),
      aSecret('shop', 'ours'),
      aSecret('keda', 'theirs'),
    );
    expect(await authenticate({ name: 'grid' }, from, signal)).toEqual({ auth: { accessKey: 'ours' } });
  });

  it('reads a ClusterTriggerAuthentication and the Secrets of the cluster object namespace', async () => {
    const authenticate = await given(
      anAuthentication('ClusterTriggerAuthentication', fromSecret),
      aSecret('shop', 'ours'),
      aSecret('keda', 'theirs'),
    );
    const ref = { name: 'grid', kind: 'ClusterTriggerAuthentication' } as const;
    expect(await authenticate(ref, from, signal)).toEqual({ auth: { accessKey: 'theirs' } });
  });

  it('gives a pod identity', async () => {
    const podIdentity = { provider: 'azure-workload', identityId: 'id' };
    const authenticate = await given(anAuthentication('TriggerAuthentication', { podIdentity }, 'shop'));
    expect(await authenticate({ name: 'grid' }, from, signal)).toEqual({ auth: {}, podIdentity });
  });

  it('says what is missing, unless nobody needs it', async () => {
    const spec = { ...fromSecret, env: [{ parameter: 'other', name: 'VARIABLE' }] };
    const authenticate = await given(anAuthentication('TriggerAuthentication', spec, 'shop'));
    await expect(authenticate({ name: 'grid' }, from, signal)).rejects.toThrow(
      'authenticationRef: TriggerAuthentication "shop/grid" gives accessKey, but Secret "shop/grid" does not exist',
    );
    await expect(authenticate({ name: 'nobody' }, from, signal)).rejects.toThrow(
      'authenticationRef: TriggerAuthentication "shop/nobody" does not exist',
    );
    expect(await authenticate({ name: 'grid' }, { ...from, parameters: [] }, signal)).toEqual({ auth: {} });
  });
});
