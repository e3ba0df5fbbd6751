import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../src/async.ts';
import type { Connection } from '../../../src/kube/connection.ts';
import { createDelegatedAuth, type DelegatedAuth } from '../../../src/kube/delegated-auth.ts';
import { createKubeClient } from '../../../src/kube/http-client.ts';
import { silentLogger } from '../../../src/log.ts';
import { eventually } from '../../support/eventually.ts';
import { plainConnection } from '../../support/kube-connection.ts';
import { type KubeStub, startKubeStub } from '../../support/kube-stub.ts';

const MAPS = '/api/v1/configmaps';
const TOKENS = '/apis/authentication.k8s.io/v1/tokenreviews';
const ACCESS = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
const theMap = (data: Record<string, string>): never =>
  ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: 'kube-system', name: 'extension-apiserver-authentication' },
    data,
  }) as never;
const FULL = {
  'client-ca-file': 'CLIENT CA',
  'requestheader-client-ca-file': 'PROXY CA',
  'requestheader-allowed-names': '["front-proxy-client"]',
  'requestheader-username-headers': '["X-Remote-User"]',
  'requestheader-group-headers': '["X-Remote-Group"]',
  'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
};

let stub: KubeStub;
let connection: Connection;
let auth: DelegatedAuth;
let stop: AbortController;
let running: Promise<void>;
const { signal } = new AbortController();

beforeEach(async () => {
  stub = await startKubeStub();
  connection = plainConnection(stub.url);
  stop = new AbortController();
  const client = createKubeClient(connection, { clock: systemClock, log: silentLogger, userAgent: 'sluice/test' });
  auth = createDelegatedAuth({ client, clock: systemClock, random: () => 0, log: silentLogger });
  running = auth.run(stop.signal);
});
afterEach(async () => {
  stop.abort();
  await running;
  await connection.close();
  await stub.close();
});

describe('src/kube/delegated-auth', () => {
  it('reads whom to believe, and reads it again when it changes', async () => {
    await eventually('the first list', () => auth.ready());
    expect([auth.frontProxy(), auth.clientCaPem()]).toEqual([undefined, undefined]);
    stub.put(MAPS, theMap(FULL));
    await eventually('the trust', () => auth.clientCaPem() === 'CLIENT CA');
    expect(auth.frontProxy()).toEqual({
      caPem: 'PROXY CA',
      allowedNames: ['front-proxy-client'],
      usernameHeaders: ['x-remote-user'],
      uidHeaders: [],
      groupHeaders: ['x-remote-group'],
      extraPrefixes: ['x-remote-extra-'],
    });
    stub.put(MAPS, theMap({ ...FULL, 'requestheader-client-ca-file': 'NEW CA' }));
    await eventually('the new CA', () => auth.frontProxy()?.caPem === 'NEW CA');
    stub.remove(MAPS, { namespace: 'kube-system', name: 'extension-apiserver-authentication' });
    await eventually('no trust', () => auth.frontProxy() === undefined);
  });

  it('asks for its one ConfigMap only', async () => {
    await eventually('the first list', () => auth.ready());
    expect(stub.requests[0]!.path).toBe('/api/v1/namespaces/kube-system/configmaps');
    expect(stub.requests[0]!.query.get('fieldSelector')).toBe('metadata.name=extension-apiserver-authentication');
  });

  it('believes nobody on the word of a list that cannot be read', async () => {
    stub.put(MAPS, theMap({ ...FULL, 'requestheader-username-headers': 'X-Remote-User' }));
    await eventually('the trust', () => auth.frontProxy() !== undefined);
    expect(auth.frontProxy()?.usernameHeaders).toEqual([]);
  });

  it.each<[string, object, unknown]>([
    [
      'a user',
      { authenticated: true, user: { username: 'bob', uid: '1', groups: ['a'], extra: { k: ['v'] } } },
      { name: 'bob', uid: '1', groups: ['a'], extra: { k: ['v'] } },
    ],
    ['a user without more', { authenticated: true, user: { username: 'bob' } }, { name: 'bob', groups: [], extra: {} }],
    ['nobody', { authenticated: false, user: { username: 'bob' } }, undefined],
    ['nothing', {}, undefined],
  ])('takes a token for that of %s', async (_, status, user) => {
    stub.serve(TOKENS, { status });
    expect(await auth.reviewToken('abc', signal)).toEqual(user);
    expect(stub.requests.find((r) => r.path === TOKENS)?.body).toMatchObject({ spec: { token: 'abc' } });
  });

  it.each<[object, boolean]>([
    [{ allowed: true }, true],
    [{ allowed: false }, false],
    [{ allowed: true, denied: true }, false],
    [{}, false],
  ])('takes %j for %s', async (status, allowed) => {
    stub.serve(ACCESS, { status });
    const user = { name: 'bob', groups: ['a'], extra: { k: ['v'] } };
    const what = { group: 'external.metrics.k8s.io', version: 'v1beta1', resource: 'q', namespace: 'shop' };
    expect(await auth.mayList(user, what, signal)).toBe(allowed);
    expect(stub.requests.find((r) => r.path === ACCESS)?.body).toMatchObject({
      spec: { user: 'bob', groups: ['a'], extra: { k: ['v'] }, resourceAttributes: { ...what, verb: 'list' } },
    });
  });
});
