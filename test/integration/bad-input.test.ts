// What people get wrong: one clear message in the right place, nothing scaled, and everybody else undisturbed.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { scaledJobs, scaledObjects } from '../../src/api/names.ts';
import type { ScaledJob } from '../../src/api/scaled-job.ts';
import type { ScaledObjectSpec } from '../../src/api/scaled-object.ts';
import type { KubeObject } from '../../src/kube/client.ts';
import { CUSTOM_RESOURCE_DEFINITIONS, JOBS } from '../../src/kube/resources.ts';
import { eventually } from '../support/eventually.ts';
import { aScaledObject, aScaledWorker, aSecret, aTrigger, aWorker, brokerAccess } from '../support/queue-worker.ts';
import { NAMESPACE, startWorld, type World } from '../support/world.ts';

const { signal } = new AbortController();
let world: World;
beforeAll(async () => {
  world = await startWorld();
  await world.apply(...brokerAccess(world.broker.connectionString()));
  await world.send('queue', 25);
  await world.apply(...aScaledWorker('bystander', { metadata: { queueName: 'queue' } }));
});
afterAll(async () => {
  // Whatever else happened, this one did its work.
  expect(await world.replicas('bystander')).toBe(3);
  await world.stop();
});

const says = async (name: string, message: string, reason = 'ScaledObjectCheckFailed'): Promise<void> => {
  await eventually(`${name} says ${message}`, async () => {
    expect(await world.condition(name, 'Ready')).toEqual({ type: 'Ready', status: 'False', reason, message });
  });
  await eventually('the Event is written', async () =>
    (await world.events(name)).includes(`Warning ${reason}: ${message}`),
  );
  expect(await world.replicas(name)).toBe(2);
};

const trigger = (over: object): ScaledObjectSpec['triggers'][number] => ({ ...aTrigger('queue'), ...over }) as never;

it.each<[string, string, Partial<ScaledObjectSpec>, string]>([
  [
    'an unknown trigger type',
    'type',
    { triggers: [trigger({ type: 'azure-service-bus' })] },
    'triggers[0] (azure-service-bus): type: no trigger type is called "azure-service-bus"; did you mean azure-servicebus?',
  ],
  [
    'a required key that is missing',
    'required',
    { triggers: [trigger({ metadata: {} })] },
    'triggers[0] (azure-servicebus): queueName: is required: give queueName, or topicName and subscriptionName',
  ],
  [
    'a required key that is misspelt',
    'wrong-key',
    { triggers: [trigger({ metadata: { queuName: 'queue' } })] },
    'triggers[0] (azure-servicebus): queueName: is required: give queueName, or topicName and subscriptionName; queuName: is unknown; did you mean queueName?',
  ],
  [
    'a malformed key',
    'malformed',
    { triggers: [trigger({ metadata: { queueName: 'queue', messageCount: 'ten' } })] },
    'triggers[0] (azure-servicebus): messageCount: expected a whole number such as 5, at least 1, found "ten"',
  ],
  [
    'a Secret that is missing',
    'no-secret',
    { triggers: [trigger({ authenticationRef: { name: 'no-secret' } })] },
    'triggers[0] (azure-servicebus): authenticationRef: TriggerAuthentication "shop/no-secret" gives connection, but Secret "shop/absent" does not exist',
  ],
  [
    'a key of a Secret that is missing',
    'no-key',
    { triggers: [trigger({ authenticationRef: { name: 'no-key' } })] },
    'triggers[0] (azure-servicebus): authenticationRef: TriggerAuthentication "shop/no-key" gives connection, but Secret "shop/broker" has no key "conection"',
  ],
  [
    'a variable that the container does not have',
    'no-variable',
    { triggers: [{ type: 'azure-servicebus', metadata: { queueName: 'queue', connectionFromEnv: 'ADDRESS' } }] },
    'triggers[0] (azure-servicebus): metadata.connectionFromEnv: names the variable "ADDRESS", but container "app" of Deployment "shop/no-variable" does not set it',
  ],
  [
    'an authentication that is missing',
    'no-authentication',
    { triggers: [trigger({ authenticationRef: { name: 'nobody' } })] },
    'triggers[0] (azure-servicebus): authenticationRef: TriggerAuthentication "shop/nobody" does not exist',
  ],
])('names %s in the condition and in an Event, and scales nothing', async (_what, name, spec, message) => {
  const authentication = (called: string, secret: string, key: string): KubeObject =>
    ({
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'TriggerAuthentication',
      metadata: { name: called },
      spec: { secretTargetRef: [{ parameter: 'connection', name: secret, key }] },
    }) as never;
  await world.apply(
    authentication('no-secret', 'absent', 'connection'),
    authentication('no-key', 'broker', 'conection'),
    ...aScaledWorker(name, { replicas: 2, spec }),
  );
  await says(name, message);
});

it('works with a misspelt key that it does not need, and asks in an Event what was meant', async () => {
  await world.apply(...aScaledWorker('misspelt', { metadata: { queueName: 'queue', activationMesageCount: '5' } }));
  await eventually('it is awake', async () => (await world.replicas('misspelt')) === 3);
  await eventually('the Event is written', async () =>
    (await world.events('misspelt')).some(
      (event) =>
        event ===
        'Warning KEDAScalerInfo: triggers[0] (azure-servicebus): activationMesageCount is unknown; did you mean activationMessageCount?',
    ),
  );
});

it.each<[string, Partial<ScaledObjectSpec>, RegExp]>([
  [
    'two triggers of one name',
    { triggers: [trigger({ name: 'same' }), trigger({ name: 'same' })] },
    /same|unique|name/,
  ],
  ['a minimum above the maximum', { minReplicaCount: 20, maxReplicaCount: 10 }, /minReplicaCount/],
  ['an idle size that is not below the minimum', { minReplicaCount: 2, idleReplicaCount: 2 }, /idleReplicaCount/],
  ['no trigger at all', { triggers: [] }, /triggers/],
])('is refused by the API server when it has %s', async (_what, spec, message) => {
  await expect(world.apply(aScaledObject('refused', { spec }))).rejects.toMatchObject({
    code: 'KUBE_INVALID',
    message: expect.stringMatching(message),
  });
  expect(await world.find(scaledObjects, 'refused')).toBeUndefined();
});

it('is refused by the controller where the API server knows no rules', async () => {
  await withoutRules();
  for (const [name, spec, message] of [
    [
      'names',
      { triggers: [trigger({ name: 'same' }), trigger({ name: 'same' })] },
      'ScaledObject shop/names: spec.triggers[1].name: "same" is the name of triggers[0] already: every name must be unique in the object',
    ],
    [
      'bounds',
      { minReplicaCount: 20, maxReplicaCount: 10 },
      'ScaledObject shop/bounds: spec.minReplicaCount: expected at most maxReplicaCount (10), found 20',
    ],
    [
      'idle',
      { minReplicaCount: 2, idleReplicaCount: 2 },
      'ScaledObject shop/idle: spec.idleReplicaCount: expected less than minReplicaCount (2), found 2',
    ],
  ] as const) {
    await world.apply(...aScaledWorker(name, { replicas: 2, spec }));
    await says(name, message);
  }
});

it.each<[string, string, object, string]>([
  [
    'two containers of one name',
    'twins',
    { containers: ['main', 'main'] },
    'ScaledJob shop/twins: spec.jobTargetRef.template.spec.containers[1].name: "main" is the name of another container already: every name must be unique in the pod',
  ],
  [
    'a trigger that an HPA would have to read',
    'cpu',
    { triggers: [{ type: 'cpu', metadata: { value: '60' } }] },
    'ScaledJob shop/cpu: spec.triggers[0].type: a cpu trigger scales what runs already, by an HPA; Jobs are started by what waits: use another type',
  ],
  [
    'an unknown trigger type',
    'unknown',
    { triggers: [trigger({ type: 'azure-service-bus' })] },
    'triggers[0] (azure-service-bus): type: no trigger type is called "azure-service-bus"; did you mean azure-servicebus?',
  ],
  [
    'a key of a Secret that is missing',
    'keyless',
    { triggers: [trigger({ authenticationRef: { name: 'no-key' } })] },
    'triggers[0] (azure-servicebus): authenticationRef: TriggerAuthentication "shop/no-key" gives connection, but Secret "shop/broker" has no key "conection"',
  ],
])(
  'names %s in the condition of a ScaledJob, and starts none',
  async (_what, name, {
    containers = ['main'],
    ...spec
  }: {
    readonly containers?: readonly string[];
  }, message) => {
    const template = { spec: { containers: containers.map((one) => ({ name: one, image: 'import:1' })) } };
    const triggers = [trigger({})];
    const object = { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledJob', metadata: { name } };
    await world.apply({
      ...object,
      spec: { jobTargetRef: { template }, triggers, pollingInterval: 1, ...spec },
    } as KubeObject);
    await eventually(`${name} says ${message}`, async () => {
      const { status } = await world.get<ScaledJob>(scaledJobs, name);
      const ready = status?.conditions?.find(({ type }) => type === 'Ready');
      expect(ready).toEqual({ type: 'Ready', status: 'False', reason: 'ScaledJobCheckFailed', message });
    });
    const { items } = await world.cluster.client.list(JOBS, { namespace: NAMESPACE, signal });
    expect(items).toEqual([]);
  },
);

it('says that a target cannot be scaled, and waits for one that is missing', async () => {
  const scaleTargetRef = { apiVersion: 'v1', kind: 'Secret', name: 'broker' };
  await world.apply(aScaledObject('no-scale', { spec: { scaleTargetRef } }), aSecret('broker-copy', {}));
  await eventually('it says so', async () => {
    expect(await world.condition('no-scale', 'Ready')).toMatchObject({
      status: 'False',
      reason: 'ScaledObjectCheckFailed',
      message: expect.stringContaining(
        'Secret "shop/broker" has no /scale subresource: only a kind that has one can be scaled',
      ),
    });
  });

  await world.apply(aScaledObject('early', { metadata: { queueName: 'queue' }, spec: { pollingInterval: 300 } }));
  await eventually('it misses its target', async () => {
    expect(await world.condition('early', 'Ready')).toMatchObject({
      status: 'False',
      message: expect.stringContaining('Deployment "shop/early"'),
    });
  });
  await world.apply(aWorker('early', 0));
  await eventually('it is awake at once', async () => (await world.replicas('early')) === 3);
});

it('lets only the first of two ScaledObjects scale a target, and the second when the first is gone', async () => {
  const shared = { scaleTargetRef: { name: 'shared' }, triggers: [aTrigger('queue')] };
  await world.apply(aWorker('shared', 0), aScaledObject('a-first', { spec: shared }));
  await eventually('the first works', async () => (await world.replicas('shared')) === 3);
  await world.apply(aScaledObject('second', { spec: shared }));
  await eventually('the second says why it does not', async () => {
    expect(await world.condition('second', 'Ready')).toMatchObject({
      status: 'False',
      message:
        'ScaledObject shop/second: spec.scaleTargetRef: Deployment "shared" is scaled by ScaledObject "a-first" already: two would work against each other, delete one',
    });
  });
  expect(await world.hpa('keda-hpa-second')).toBeUndefined();
  await world.remove(scaledObjects, 'a-first');
  await eventually('the second works', async () => (await world.condition('second', 'Ready')).status === 'True');
});

/** As on a server that was given another definition of ours, or is too old for rules in it. */
async function withoutRules(): Promise<void> {
  const name = 'scaledobjects.keda.sh';
  const definition = await world.get<KubeObject & { spec: object }>(CUSTOM_RESOURCE_DEFINITIONS, name);
  const text = JSON.stringify(definition.spec, (key, value: unknown) =>
    key === 'x-kubernetes-validations' ? undefined : value,
  );
  const { apiVersion, kind } = definition;
  await world.apply({ apiVersion, kind, metadata: { name }, spec: JSON.parse(text) as unknown } as KubeObject);
}
