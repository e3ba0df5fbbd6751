// A password that changes at the broker, and then in the Secret: nothing is scaled on what is not known, and nobody waits for an interval.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { triggerAuthentications } from '../../src/api/names.ts';
import { SECRETS } from '../../src/kube/resources.ts';
import { eventually } from '../support/eventually.ts';
import { aScaledWorker, aSecret, aTrigger, brokerAccess } from '../support/queue-worker.ts';
import { startWorld, type World } from '../support/world.ts';

const NEW_KEY = 'bmV3LWtleQ==';
const REFUSED = (port: number): string =>
  `azure-servicebus:localhost:${port}: the namespace refused our credentials (HTTP 401); they need the right Manage`;

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await world.apply(...brokerAccess(world.broker.connectionString()));
});
afterAll(() => world.stop());

it('holds the replicas while the password is wrong, and recovers as soon as the Secret is right', async () => {
  const { broker } = world;
  await Promise.all([world.send('awake', 30), world.send('patient', 30)]);
  await world.apply(
    ...aScaledWorker('awake'),
    // Looks every five minutes: what it does in between, it does because the Secret changed.
    ...aScaledWorker('patient', { replicas: 1, spec: { pollingInterval: 300 } }),
  );
  for (const name of ['awake', 'patient']) {
    await eventually(`${name} is awake`, async () => (await world.replicas(name)) === 3);
  }
  const since = world.cluster.requests.length;
  const former = /SharedAccessKey=([^;]+)/.exec(broker.connectionString())?.[1] ?? '';

  broker.setKey(NEW_KEY);
  await eventually('the condition says so', async () => {
    expect(await world.condition('awake', 'Ready')).toEqual({
      type: 'Ready',
      status: 'False',
      reason: 'TriggerError',
      message: REFUSED(broker.port),
    });
  });
  expect(await world.condition('awake', 'Active')).toMatchObject({ status: 'Unknown', reason: 'UnknownState' });
  await eventually('the Event is written', async () =>
    (await world.events('awake')).includes(
      `Warning KEDAScalerFailed: s0-azure-servicebus-awake: ${REFUSED(broker.port)} [AUTH_FAILED]`,
    ),
  );
  await world.looks('awake');
  expect(await world.replicas('awake')).toBe(3);

  await world.send('patient', 50);
  await world.apply(aSecret('broker', { connection: broker.connectionString() }));
  await eventually('the one that looks every five minutes has noticed', async () => {
    expect(await world.replicas('patient')).toBe(8);
  });
  await eventually('the other is in order', async () => (await world.condition('awake', 'Ready')).status === 'True');
  expect(world.scaleWrites('awake', since)).toEqual([]);

  const told = JSON.stringify([world.log, await world.events('awake'), (await world.scaledObject('awake')).status]);
  expect([former, NEW_KEY].filter((secret) => told.includes(secret))).toEqual([]);
});

it('takes a Secret or an authentication that comes late without waiting for an interval', async () => {
  await world.send('late', 30);
  const triggers = [{ ...aTrigger('late'), authenticationRef: { name: 'late' } }];
  await world.apply(...aScaledWorker('late', { spec: { pollingInterval: 300, triggers } }));
  const says = (message: string) =>
    eventually(`it says that ${message}`, async () => {
      expect(await world.condition('late', 'Ready')).toMatchObject({
        status: 'False',
        message: expect.stringContaining(message),
      });
    });
  await says('TriggerAuthentication "shop/late" does not exist');
  await world.apply({
    apiVersion: 'keda.sh/v1alpha1',
    kind: triggerAuthentications.kind,
    metadata: { name: 'late' },
    spec: { secretTargetRef: [{ parameter: 'connection', name: 'late', key: 'connection' }] },
  } as never);
  await says('Secret "shop/late" does not exist');
  await world.apply(aSecret('late', { other: 'key' }));
  await says('Secret "shop/late" has no key "connection"');
  await world.apply(aSecret('late', { connection: world.broker.connectionString() }));
  await eventually('it is awake', async () => (await world.replicas('late')) === 3);
  await world.remove(SECRETS, 'late');
  await says('Secret "shop/late" does not exist');
  expect(await world.replicas('late')).toBe(3);
});
