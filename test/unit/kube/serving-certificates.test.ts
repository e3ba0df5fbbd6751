import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../src/async.ts';
import type { Connection } from '../../../src/kube/connection.ts';
import { createKubeClient } from '../../../src/kube/http-client.ts';
import { createServingCertificateStore, type ServingCertificateStore } from '../../../src/kube/serving-certificates.ts';
import { silentLogger } from '../../../src/log.ts';
import { plainConnection } from '../../support/kube-connection.ts';
import { type KubeStub, startKubeStub } from '../../support/kube-stub.ts';

const SECRETS = '/api/v1/secrets';
const API_SERVICES = '/apis/apiregistration.k8s.io/v1/apiservices';
const API_SERVICE = 'v1beta1.external.metrics.k8s.io';
const aBundle = (mark = ''): Parameters<ServingCertificateStore['save']>[0] => ({
  caPem: `ca${mark}`,
  caKeyPem: `ca key${mark}`,
  certPem: `cert${mark}`,
  keyPem: `key${mark}`,
});
const theSecret = (data: Record<string, string>): never =>
  ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'sluice', name: 'sluice-certs', labels: { a: 'b' } },
    data,
  }) as never;

let stub: KubeStub;
let connection: Connection;
const { signal } = new AbortController();
beforeEach(async () => {
  stub = await startKubeStub();
  connection = plainConnection(stub.url);
});
afterEach(async () => {
  await connection.close();
  await stub.close();
});
const aStore = (): ServingCertificateStore =>
  createServingCertificateStore({
    client: createKubeClient(connection, { clock: systemClock, log: silentLogger, userAgent: 'sluice/test' }),
    namespace: 'sluice',
    apiService: API_SERVICE,
    serviceName: 'metrics',
  });

describe('src/kube/serving-certificates', () => {
  it('creates the Secret when there is none', async () => {
    const store = aStore();
    expect(await store.load(signal)).toBeUndefined();
    expect(await store.save(aBundle(), signal)).toBe(true);
    expect(await aStore().load(signal)).toEqual(aBundle());
  });

  it('fills an empty Secret and keeps what else it holds', async () => {
    stub.put(SECRETS, theSecret({ other: 'eA==' }));
    const store = aStore();
    expect(await store.load(signal)).toBeUndefined();
    await store.save(aBundle(), signal);
    expect(stub.requests.at(-1)).toMatchObject({
      method: 'PUT',
      body: {
        metadata: { labels: { a: 'b' } },
        data: { other: 'eA==', 'tls.crt': Buffer.from('cert').toString('base64') },
      },
    });
  });

  it.each<[string, () => void]>([
    ['created', () => {}],
    ['changed', () => stub.put(SECRETS, theSecret({}))],
  ])('says so when another replica %s it in between', async (_, before) => {
    before();
    const [one, two] = [aStore(), aStore()];
    await Promise.all([one.load(signal), two.load(signal)]);
    expect([await one.save(aBundle('1'), signal), await two.save(aBundle('2'), signal)]).toEqual([true, false]);
    expect(await two.load(signal)).toEqual(aBundle('1'));
  });

  const register = (service: object | undefined): void =>
    void stub.put(API_SERVICES, {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: API_SERVICE },
      spec: { insecureSkipTLSVerify: true, group: 'external.metrics.k8s.io', service },
    } as never);
  const patches = (): unknown[] => stub.requests.filter((r) => r.method === 'PATCH').map((r) => r.body);

  it('writes the CA into the APIService once', async () => {
    register({ namespace: 'sluice', name: 'metrics' });
    const store = aStore();
    await store.publish('ca', signal);
    await store.publish('ca', signal);
    expect(patches()).toEqual([
      {
        metadata: { resourceVersion: '101' },
        spec: { caBundle: Buffer.from('ca').toString('base64'), insecureSkipTLSVerify: null },
      },
    ]);
  });

  it.each<[string, object | undefined, string]>([
    [
      'KEDA',
      { namespace: 'keda', name: 'keda-operator-metrics-apiserver' },
      'KEDA (Service keda/keda-operator-metrics-apiserver)',
    ],
    [
      'the Datadog adapter',
      { namespace: 'monitoring', name: 'datadog-custom-metrics-server' },
      'the Datadog adapter (Service monitoring/datadog-custom-metrics-server)',
    ],
    ['a Sluice in another namespace', { namespace: 'other', name: 'metrics' }, 'Service other/metrics'],
    ['nobody', undefined, 'the API server itself (it names no Service)'],
  ])('leaves an APIService alone that belongs to %s', async (_who, service, owner) => {
    register(service);
    await expect(aStore().publish('ca', signal)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: `APIService ${API_SERVICE}: it belongs to ${owner}, so it is left alone, and HPAs get no metrics of ours; to take it over: kubectl patch apiservice ${API_SERVICE} --type=merge -p '{"spec":{"service":{"namespace":"sluice","name":"metrics","port":443},"caBundle":null,"insecureSkipTLSVerify":null}}'`,
    });
    expect(patches()).toEqual([]);
  });

  it('says that there is no APIService', async () => {
    await expect(aStore().publish('ca', signal)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: `APIService ${API_SERVICE}: expected one, found none: install it with the chart: helm upgrade --install`,
    });
  });
});
