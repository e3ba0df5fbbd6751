// A worker on an external scaler: two metrics that the scaler names itself, over TLS with certificates on both sides.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../src/kube/client.ts';
import { systemClock } from '../../src/async.ts';
import { createAuthority, issueCertificate } from '../../src/pki.ts';
import { eventually } from '../support/eventually.ts';
import { type ExternalScalerServer, type Spec, startExternalScaler } from '../support/external-scaler.ts';
import { aScaledWorker, aSecret } from '../support/queue-worker.ts';
import { startWorld, type World } from '../support/world.ts';

describe('a worker on an external scaler', () => {
  let world: World;
  let scaler: ExternalScalerServer;
  let specs: readonly Spec[] = [
    { metricName: 'waiting', targetSize: 10 },
    { metricName: 'Slots.used', targetSizeFloat: 2.5 },
  ];
  beforeAll(async () => {
    const now = systemClock.now();
    const authority = await createAuthority({ commonName: 'story', now, days: 1 });
    const issue = (commonName: string, usage: 'server' | 'client') =>
      issueCertificate(authority, { commonName, ipAddresses: ['127.0.0.1'], usages: [usage], now, days: 1 });
    const [server, visitor] = [await issue('scaler', 'server'), await issue('sluice', 'client')];
    const clients = { ca: authority.certPem, commonName: 'sluice' };
    scaler = await startExternalScaler({ cert: server.certPem, key: server.keyPem, clients });
    scaler.answers = {
      specs: () => specs,
      values: ({ scalerMetadata: { queueName = '' } }, metricName) => [
        { metricName, metricValue: metricName === 'Slots.used' ? 1 : (scaler.queues.get(queueName) ?? 0) },
      ],
    };
    scaler.queues.set('orders', 0);
    world = await startWorld();
    const parameters = { caCert: authority.certPem, tlsClientCert: visitor.certPem, tlsClientKey: visitor.keyPem };
    await world.apply(aSecret('scaler', parameters), {
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'TriggerAuthentication',
      metadata: { name: 'scaler' },
      spec: {
        secretTargetRef: Object.keys(parameters).map((parameter) => ({ parameter, name: 'scaler', key: parameter })),
      },
    } as KubeObject);
    const trigger = {
      type: 'external',
      metadata: { scalerAddress: `127.0.0.1:${scaler.port}`, queueName: 'orders' },
      authenticationRef: { name: 'scaler' },
    };
    await world.apply(...aScaledWorker('packer', { spec: { triggers: [trigger] } }));
  });
  afterAll(async () => {
    await world.stop();
    await scaler.stop();
  });

  const ready = async (): Promise<string | undefined> => (await world.condition('packer', 'Ready')).status;
  const metrics = async (): Promise<readonly unknown[]> => {
    const hpa = await world.hpa('keda-hpa-packer');
    return (hpa?.spec.metrics ?? []).map((m) =>
      m.type === 'External' ? [m.external.metric.name, m.external.target] : m,
    );
  };
  const both = [
    ['s0-waiting', { type: 'AverageValue', averageValue: '10' }],
    ['s0-Slots.used', { type: 'AverageValue', averageValue: '2500m' }],
  ];

  it('has an HPA with the metrics that the scaler names, as it spells them', async () => {
    await eventually('it is in order', async () => (await ready()) === 'True');
    await eventually('both are there', async () => expect(await metrics()).toEqual(both));
    expect((await world.scaledObject('packer')).status?.externalMetricNames).toEqual(['s0-waiting', 's0-Slots.used']);
  });

  it('wakes to the size that the larger of them asks for, and tells the HPA their values', async () => {
    scaler.queues.set('orders', 35);
    await eventually('it is awake', async () => (await world.replicas('packer')) === 4);
    expect(await world.metric('packer', 's0-waiting')).toMatchObject([{ metricName: 's0-waiting', value: '35' }]);
    expect(await world.metric('packer', 's0-Slots.used')).toMatchObject([{ value: '1' }]);
  });

  it('follows when the scaler names other targets', async () => {
    specs = [
      { metricName: 'waiting', targetSize: 5 },
      { metricName: 'Slots.used', targetSizeFloat: 2.5 },
    ];
    await eventually('the HPA knows', async () =>
      expect(await metrics()).toMatchObject([['s0-waiting', { averageValue: '5' }], both[1]]),
    );
    await eventually('it has grown', async () => (await world.replicas('packer')) === 7);
  });

  it('keeps HPA and size while the scaler is away, though the program starts anew meanwhile, and goes on by itself', async () => {
    const before = await metrics();
    await scaler.stop();
    await eventually('it is told', async () => (await ready()) !== 'True');
    await world.stopProgram();
    await world.start();
    await eventually('the new program tells it', async () => {
      const { status, message } = await world.condition('packer', 'Ready');
      expect([status, message]).toEqual(['False', expect.stringContaining('the connection was refused')]);
    });
    await world.looks('packer', 2);
    expect(await metrics()).toEqual(before);
    expect(await world.replicas('packer')).toBe(7);
    await scaler.restart();
    await eventually('it is in order again', async () => (await ready()) === 'True');
  });

  it('sleeps when the scaler is not active, whatever its values', async () => {
    scaler.answers = { ...scaler.answers, isActive: () => false };
    await eventually('it sleeps', async () => (await world.replicas('packer')) === 0);
  });
});
