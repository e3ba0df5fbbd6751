import { describe, expect, it } from '@jest/globals';
import { describeRight, grantCommand, missingRightOf } from '../../../src/kube/missing-right.ts';

describe('src/kube/missing-right', () => {
  it.each<[string, ReturnType<typeof missingRightOf>]>([
    [
      'list scaledobjects.keda.sh: scaledobjects.keda.sh is forbidden: User "system:serviceaccount:sluice:sluice" cannot list resource "scaledobjects" in API group "keda.sh" at the cluster scope (HTTP 403)',
      { user: 'system:serviceaccount:sluice:sluice', verb: 'list', resource: 'scaledobjects', group: 'keda.sh' },
    ],
    [
      'deployments.apps "web" is forbidden: User "ann" cannot patch resource "deployments/scale" in API group "apps" in the namespace "shop": RBAC: clusterrole "x" not found',
      { user: 'ann', verb: 'patch', resource: 'deployments/scale', group: 'apps', namespace: 'shop' },
    ],
    ['admission webhook "deny.example.com" denied the request: no', undefined],
    [
      'secrets "rabbit" is forbidden: User "ann" cannot get resource "secrets" in API group "" in the namespace "shop"',
      { user: 'ann', verb: 'get', resource: 'secrets', group: '', namespace: 'shop', resourceName: 'rabbit' },
    ],
    ['pods "a" is forbidden: exceeded quota: small, requested: pods=1, used: pods=1, limited: pods=1', undefined],
  ])('reads %s', (message, expected) => {
    expect(missingRightOf(message)).toEqual(expected);
  });

  it('grants in the cluster to a service account', () => {
    const right = { verb: 'list', group: 'keda.sh', resource: 'scaledobjects' };
    expect(grantCommand('system:serviceaccount:sluice:runner', [right, { ...right, verb: 'watch' }])).toBe(
      'kubectl create clusterrole sluice-list-watch-scaledobjects --verb=list,watch --resource=scaledobjects.keda.sh && kubectl create clusterrolebinding sluice-list-watch-scaledobjects --clusterrole=sluice-list-watch-scaledobjects --serviceaccount=sluice:runner',
    );
  });

  it('grants in one namespace, for one object, to a user', () => {
    const right = { verb: 'get', group: '', resource: 'secrets', namespace: 'shop', resourceName: 'broker' };
    expect(grantCommand('ann', [right])).toBe(
      'kubectl create role sluice-get-secrets-broker --namespace=shop --verb=get --resource=secrets --resource-name=broker && kubectl create rolebinding sluice-get-secrets-broker --namespace=shop --role=sluice-get-secrets-broker --user=ann',
    );
  });

  it('writes a subresource as kubectl does', () => {
    expect(describeRight({ verb: 'patch', group: 'apps', resource: 'deployments/scale', namespace: 'shop' })).toBe(
      'patch deployments.apps/scale in namespace shop',
    );
  });
});
