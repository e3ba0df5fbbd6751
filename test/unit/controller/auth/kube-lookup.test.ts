import { describe, expect, it } from '@jest/globals';
import { createKubeLookups } from '../../../../src/controller/auth/kube-lookup.ts';
import { KubeError } from '../../../../src/errors.ts';
import type { KubeObject } from '../../../../src/kube/client.ts';
import type { Store } from '../../../../src/kube/store.ts';
import { createFakeClock } from '../../../support/clock.ts';
import { createMemoryKube } from '../../../support/memory-kube.ts';

const nothing: Store<KubeObject> = {
  get: () => undefined,
  list: () => [],
  synced: () => true,
  subscribe: () => () => {},
};

function lookupThat(refuses: string) {
  const client = createMemoryKube();
  client.intercept = () => {
    throw new KubeError(refuses, { code: 'KUBE_FORBIDDEN', retry: 'backoff', status: 403, reason: 'Forbidden' });
  };
  const lookups = createKubeLookups({
    client,
    clock: createFakeClock(),
    triggerAuthentications: nothing,
    clusterTriggerAuthentications: nothing,
    podTemplate: async () => undefined,
  });
  return lookups.lookup(() => {}, new AbortController().signal);
}

describe('controller/auth/kube-lookup', () => {
  it('says how to allow the one Secret that may not be read', async () => {
    const lookup = lookupThat(
      'get secrets "shop/rabbit": secrets "rabbit" is forbidden: User "system:serviceaccount:sluice:sluice" cannot get resource "secrets" in API group "" in the namespace "shop" (HTTP 403)',
    );
    const refused = lookup.secret('shop', 'rabbit');
    await expect(refused).rejects.toMatchObject({ code: 'KUBE_FORBIDDEN', status: 403, reason: 'Forbidden' });
    await expect(refused).rejects.toThrow(
      /cannot get resource "secrets".* to allow it: kubectl create role \S+ --namespace=shop --verb=get,list,watch --resource=secrets --resource-name=rabbit && kubectl create rolebinding .* --serviceaccount=sluice:sluice$/,
    );
  });

  it('leaves a refusal that no Role can mend as it is', async () => {
    const lookup = lookupThat('get secrets "shop/rabbit": the policy says no (HTTP 403)');
    await expect(lookup.secret('shop', 'rabbit')).rejects.toThrow(/the policy says no \(HTTP 403\)$/);
  });
});
