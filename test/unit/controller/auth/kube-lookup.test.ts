import { describe, expect, it } from '@jest/globals';
import { triggerAuthentications } from '../../../../src/api/names.ts';
import { createKubeLookups } from '../../../../src/controller/auth/kube-lookup.ts';
import { KubeError } from '../../../../src/errors.ts';
import type { KubeObject } from '../../../../src/kube/client.ts';
import { SERVICE_ACCOUNTS } from '../../../../src/kube/resources.ts';
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

  describe('an authentication that the watch does not show', () => {
    const authentication = {
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'TriggerAuthentication',
      metadata: { name: 'broker', namespace: 'shop' },
      spec: { secretTargetRef: [] },
    };
    async function lookupOf(more: { readonly authenticationLabelSelector?: string }) {
      const client = createMemoryKube();
      const { signal } = new AbortController();
      await client.create(triggerAuthentications, authentication, { signal });
      const stores = { triggerAuthentications: nothing, clusterTriggerAuthentications: nothing };
      const options = { client, clock: createFakeClock(), ...stores, podTemplate: async () => undefined, ...more };
      return createKubeLookups(options).lookup(() => {}, signal);
    }

    it('is read, because it may have come a moment ago with what uses it', async () => {
      const lookup = await lookupOf({});
      expect(await lookup.triggerAuthentication('shop', 'broker')).toMatchObject({ spec: { secretTargetRef: [] } });
      expect(await lookup.triggerAuthentication('shop', 'another')).toBeUndefined();
    });

    it('stays out of sight where only those with certain labels are known', async () => {
      const lookup = await lookupOf({ authenticationLabelSelector: 'team=payments' });
      expect(await lookup.triggerAuthentication('shop', 'broker')).toBeUndefined();
    });
  });

  it('leaves a refusal that no Role can mend as it is', async () => {
    const lookup = lookupThat('get secrets "shop/rabbit": the policy says no (HTTP 403)');
    await expect(lookup.secret('shop', 'rabbit')).rejects.toThrow(/the policy says no \(HTTP 403\)$/);
  });

  describe('gives a token of a ServiceAccount', () => {
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'reader', namespace: 'shop' } };
    const issued = (atMs: number) => ({
      status: { token: 'jwt', expirationTimestamp: new Date(atMs + 3_600_000).toISOString() },
    });

    async function world(answer: (nowMs: number) => unknown) {
      const clock = createFakeClock();
      const client = createMemoryKube(clock.now);
      const { signal } = new AbortController();
      await client.create(SERVICE_ACCOUNTS, account, { signal });
      const requests: unknown[] = [];
      const lookups = createKubeLookups({
        client: {
          ...client,
          async request(method, path, body) {
            requests.push([method, path, body]);
            return answer(clock.now()) as never;
          },
        },
        clock,
        triggerAuthentications: nothing,
        clusterTriggerAuthentications: nothing,
        podTemplate: async () => undefined,
        outside: { stores: {}, storeRefreshMs: 1_000, filePathRoot: '', boundTokenLifeMs: 7_200_000 },
      });
      const referred: string[] = [];
      const renewals: number[] = [];
      const lookup = lookups.lookup(
        (reference) => referred.push(reference),
        signal,
        (ms) => renewals.push(ms),
      );
      return { requests, referred, renewals, lookups, lookup };
    }

    it('once for all who ask together, and says when another one is due', async () => {
      const { lookup, requests, referred, renewals } = await world(issued);
      const [one, two] = await Promise.all([
        lookup.serviceAccountToken('shop', 'reader'),
        lookup.serviceAccountToken('shop', 'reader'),
      ]);
      expect([one, two]).toEqual([expect.objectContaining({ token: 'jwt' }), one]);
      expect(requests).toEqual([
        [
          'POST',
          '/api/v1/namespaces/shop/serviceaccounts/reader/token',
          { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 7_200 } },
        ],
      ]);
      // The API server gave half of it, and what it gave counts.
      expect(renewals).toEqual([2_880_000, 2_880_000]);
      expect(referred).toEqual(['ServiceAccount/shop/reader', 'ServiceAccount/shop/reader']);
    });

    it('anew for an account that was made anew', async () => {
      const { lookup, lookups, requests } = await world(issued);
      await lookup.serviceAccountToken('shop', 'reader');
      lookups.forget('ServiceAccount/shop/reader');
      await lookup.serviceAccountToken('shop', 'reader');
      expect(requests).toHaveLength(2);
    });

    it('never for an account that there is none of', async () => {
      const { lookup, requests } = await world(issued);
      expect(await lookup.serviceAccountToken('shop', 'gone')).toBeUndefined();
      expect(requests).toEqual([]);
    });

    it('or says how to allow it', async () => {
      const refusal =
        'create serviceaccounts/token "shop/reader": serviceaccounts "reader" is forbidden: User "system:serviceaccount:sluice:sluice" cannot create resource "serviceaccounts/token" in API group "" in the namespace "shop" (HTTP 403)';
      const { lookup } = await world(() => {
        throw new KubeError(refusal, { code: 'KUBE_FORBIDDEN', retry: 'backoff', status: 403 });
      });
      await expect(lookup.serviceAccountToken('shop', 'reader')).rejects.toThrow(
        /to allow it: kubectl create role \S+ --namespace=shop --verb=create --resource=serviceaccounts\/token --resource-name=reader && kubectl create rolebinding/,
      );
    });

    it('that is one', async () => {
      const { lookup } = await world(() => ({ status: {} }));
      await expect(lookup.serviceAccountToken('shop', 'reader')).rejects.toMatchObject({ code: 'KUBE_BAD_REQUEST' });
    });
  });
});
