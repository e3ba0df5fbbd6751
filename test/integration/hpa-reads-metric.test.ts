// Between one and the maximum the HPA has its say: it reads the metric from us, through the aggregator, and scales by it.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { KubeObject } from '../../src/kube/client.ts';
import { eventually } from '../support/eventually.ts';
import { aScaledWorker, aTrigger, brokerAccess } from '../support/queue-worker.ts';
import { tlsGet } from '../support/tls-request.ts';
import { NAMESPACE, startWorld, type World } from '../support/world.ts';

const { signal } = new AbortController();
let world: World;
beforeAll(async () => {
  world = await startWorld({ hpaSyncMs: 500 });
  await world.apply(...brokerAccess(world.broker.connectionString()));
});
afterAll(() => world.stop());

const noWindow = { scaleDown: { stabilizationWindowSeconds: 0 } };
const advanced = { horizontalPodAutoscalerConfig: { behavior: noWindow } };

it('scales down by the HPA as the queue empties, and up by it when it was asked to do that alone', async () => {
  await world.send('orders', 50);
  const kedaWay = { ...advanced, sluice: { scaleUp: 'HPA' as const } };
  await world.apply(...aScaledWorker('orders', { spec: { cooldownPeriod: 60, advanced: kedaWay } }));
  await eventually('the HPA has raised it', async () => (await world.replicas('orders')) === 5);
  expect(world.scaleWrites('orders')).toHaveLength(1);
  await eventually('the Event tells of the first step', async () =>
    (await world.events('orders')).includes(
      'Normal KEDAScaleTargetActivated: Scaled Deployment shop/orders from 0 to 1, triggered by s0-azure-servicebus-orders',
    ),
  );
  await eventually('the HPA shows what it read', async () => {
    expect(await world.hpa('keda-hpa-orders')).toMatchObject({
      status: {
        desiredReplicas: 5,
        currentMetrics: [
          {
            type: 'External',
            external: { metric: { name: 's0-azure-servicebus-orders' }, current: { averageValue: '10' } },
          },
        ],
      },
    });
  });
  await eventually('the condition says so', async () => {
    expect(await world.condition('orders', 'HPAActive')).toMatchObject({
      status: 'True',
      message: 'the HPA computes recommendations',
    });
  });

  await world.drain('orders');
  await world.send('orders', 20);
  await eventually('the HPA has lowered it', async () => (await world.replicas('orders')) === 2);
  expect(world.scaleWrites('orders')).toHaveLength(1);
});

it('scales several triggers by the greatest of them', async () => {
  await Promise.all([world.send('left', 20), world.send('right', 30)]);
  const trigger = (queueName: string, metricType: 'AverageValue' | 'Value') => ({
    type: 'azure-servicebus',
    metricType,
    metadata: { queueName, messageCount: '10' },
    authenticationRef: { name: 'broker' },
  });
  const triggers = [trigger('left', 'AverageValue'), trigger('right', 'AverageValue')];
  await world.apply(...aScaledWorker('both', { spec: { triggers, advanced } }));
  await eventually('the right one counts', async () => (await world.replicas('both')) === 3);
  await world.drain('right');
  await eventually('the left one counts', async () => (await world.replicas('both')) === 2);
});

it('reads metrics whose names have characters of any alphabet, and those without the ones that KEDA replaces', async () => {
  const server = createServer((_request, response) => response.end('{"Aufträge":{"東京":30}}'));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const api = { type: 'metrics-api', metadata: { url, valueLocation: 'Aufträge.東京', targetValue: '10' } };
  await world.send('shop/orders.v2', 20);
  try {
    const kedaWay = { ...advanced, sluice: { scaleUp: 'HPA' as const } };
    const spec = { cooldownPeriod: 60, advanced: kedaWay, triggers: [api, aTrigger('shop/orders.v2')] };
    await world.apply(...aScaledWorker('named', { spec }));
    await eventually('the HPA has raised it', async () => (await world.replicas('named')) === 3);
    const names = ['s0-metric-api-Aufträge-東京', 's1-azure-servicebus-shop-orders-v2'];
    expect((await world.scaledObject('named')).status?.externalMetricNames).toEqual(names);
    for (const [index, value] of ['30', '20'].entries()) {
      const metricName = names[index] ?? '';
      // KEDA does not mind the case.
      const [found] = await world.metric('named', encodeURIComponent(metricName.toUpperCase()));
      expect(found).toMatchObject({ metricName, value });
    }
  } finally {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
});

it('tells the HPA that it has no value rather than a zero, and the HPA leaves the size alone', async () => {
  await world.send('broken', 40);
  await world.apply(...aScaledWorker('broken', { spec: { advanced } }));
  await eventually('it is awake', async () => (await world.replicas('broken')) === 4);
  await world.stopProgram();
  await eventually('the HPA has no metrics', async () => {
    const scaling = (await world.hpa('keda-hpa-broken'))?.status?.conditions?.find(
      ({ type }) => type === 'ScalingActive',
    );
    expect(scaling).toMatchObject({ status: 'False', reason: 'FailedGetExternalMetric' });
  });
  expect(await world.replicas('broken')).toBe(4);
  await world.start();
  await eventually('it has them again', async () => (await world.condition('broken', 'HPAActive')).status === 'True');
});

it('answers who asks it directly by a token of the API server, when a role says that they may', async () => {
  const account = { namespace: NAMESPACE, name: 'reader' };
  const group = 'rbac.authorization.k8s.io';
  const rules = [{ apiGroups: ['external.metrics.k8s.io'], resources: ['*'], verbs: ['list'] }];
  await world.apply(
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: account },
    { apiVersion: `${group}/v1`, kind: 'Role', metadata: account, rules } as KubeObject,
    {
      apiVersion: `${group}/v1`,
      kind: 'RoleBinding',
      metadata: account,
      roleRef: { apiGroup: group, kind: 'Role', name: account.name },
      subjects: [{ kind: 'ServiceAccount', ...account }],
    } as KubeObject,
  );
  const { status } = await world.cluster.client.request<{ status: { token: string } }>(
    'POST',
    `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/${account.name}/token`,
    { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
    { signal },
  );
  const selector = encodeURIComponent('scaledobject.keda.sh/name=orders');
  const path = `/apis/external.metrics.k8s.io/v1beta1/namespaces/${NAMESPACE}/s0-azure-servicebus-orders?labelSelector=${selector}`;
  const ask = (token: string): Promise<{ readonly status: number }> =>
    tlsGet(world.metricsPort, path, {
      rejectUnauthorized: false,
      agent: false,
      headers: { authorization: `Bearer ${token}` },
    });
  await eventually('the role is in force', async () => (await ask(status.token)).status === 200);
  expect((await ask('a.made-up.token')).status).toBe(401);
});
