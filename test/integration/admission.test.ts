// The admission webhook: what is refused, what is only warned of, and that nobody is locked out when it is away.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Kind, kinds } from '../../src/api/kinds.ts';
import { annotations, scaledObjects } from '../../src/api/names.ts';
import { systemClock } from '../../src/async.ts';
import type { KubeObject } from '../../src/kube/client.ts';
import {
  DEPLOYMENTS,
  HORIZONTAL_POD_AUTOSCALERS,
  LIMIT_RANGES,
  SECRETS,
  SERVICES,
  VALIDATING_WEBHOOK_CONFIGURATIONS,
} from '../../src/kube/resources.ts';
import { freePort } from '../../src/sandbox/free-port.ts';
import { createCertificateBundle } from '../../src/serving/certificate-bundle.ts';
import { type Answer, type ApiClient, createApiClient } from '../support/api-client.ts';
import { eventually } from '../support/eventually.ts';
import { createJumpingClock, type JumpingClock } from '../support/jumping-clock.ts';
import { aScaledObject, aWorker, brokerAccess } from '../support/queue-worker.ts';
import { tlsGet } from '../support/tls-request.ts';
import { NAMESPACE, startWorld, type World } from '../support/world.ts';
import { aDeployment } from '../support/workload-world.ts';

const { signal } = new AbortController();
const PATH = `/apis/keda.sh/v1alpha1/namespaces/${NAMESPACE}/scaledobjects`;
const CONFIGURATION = { name: 'sluice-admission' };

let clock: JumpingClock;
let world: World;
let writer: ApiClient;
let port: number;
beforeAll(async () => {
  clock = createJumpingClock();
  port = await freePort();
  const flags = { admissionWebhook: 'true', webhookPort: String(port) };
  world = await startWorld({ programClock: clock, program: 'none', flags });
  await install();
  await world.start();
  writer = await createApiClient(world.cluster.server);
  for (const name of ['orders', 'bills']) world.broker.createQueue(name);
  await world.apply(...brokerAccess(world.broker.connectionString()), aWorker('orders', 0), aWorker('bills', 0));
  await eventually('the webhook is asked', async () => warningsOf(await create(aProbe(), 'dryRun=All')).length > 0);
});
afterAll(async () => {
  await writer.close();
  await world.stop();
});

/** As the chart does it. */
async function install(): Promise<void> {
  const service = { name: 'sluice-admission-webhooks', namespace: 'sluice' };
  const spec = { type: 'ExternalName', externalName: 'localhost', ports: [{ name: 'https', port, protocol: 'TCP' }] };
  const create = (resource: Parameters<World['get']>[0], object: object): Promise<unknown> =>
    world.cluster.client.create(resource, object as KubeObject, { signal });
  await create(SERVICES, { apiVersion: 'v1', kind: 'Service', metadata: service, spec });
  await create(VALIDATING_WEBHOOK_CONFIGURATIONS, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: CONFIGURATION,
    webhooks: Object.values(kinds).map(({ resource: { group, version, plural, kind } }) => ({
      name: `v${kind.toLowerCase()}.kb.io`,
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
      failurePolicy: 'Ignore',
      timeoutSeconds: 10,
      clientConfig: {
        service: { ...service, port, path: `/validate-${group.replaceAll('.', '-')}-${version}-${kind.toLowerCase()}` },
      },
      rules: [{ apiGroups: [group], apiVersions: [version], operations: ['CREATE', 'UPDATE'], resources: [plural] }],
    })),
  });
}

/** Accepted, with a warning, so that it shows whether the webhook was asked. */
const aProbe = (): KubeObject => aScaledObject('bills', { metadata: { activationMessageCont: '1' } });
const create = (object: KubeObject, query = ''): Promise<Answer> => writer.call('POST', `${PATH}?${query}`, object);
const change = (name: string, body: unknown): Promise<Answer> =>
  writer.call('PATCH', `${PATH}/${name}`, body, 'application/merge-patch+json');
const warningsOf = ({ headers }: Answer): string => String(headers['warning'] ?? '');
const refusal = ({ status, json }: Answer): string => `${status} ${json.message}`;

async function eventuallyRefused(why: string, write: () => Promise<Answer>): Promise<string> {
  let last = '';
  await eventually(why, async () => {
    const answer = await write();
    last = refusal(answer);
    return answer.status === 403;
  });
  return last;
}

const onTarget = (name: string, target: string, more: object = {}): KubeObject => {
  const object = aScaledObject(name, { spec: { scaleTargetRef: { name: target }, triggers: [aTriggerOf(target)] } });
  return { ...object, ...more };
};
const aTriggerOf = (queueName: string) => ({
  type: 'azure-servicebus',
  metadata: { queueName },
  authenticationRef: { name: 'broker' },
});

describe('the admission webhook', () => {
  it('refuses a second ScaledObject on a target, and names the first', async () => {
    expect((await create(aScaledObject('orders'))).status).toBe(201);
    const message = await eventuallyRefused('it is known', () => create(onTarget('rival', 'orders'), 'dryRun=All'));
    expect(message).toContain(
      `403 admission webhook "vscaledobject.kb.io" denied the request: ScaledObject ${NAMESPACE}/rival: ` +
        "spec.scaleTargetRef: the workload 'orders' of type 'apps/v1.Deployment' is already managed by the ScaledObject 'orders'",
    );
  });

  it('tells all problems at once', async () => {
    const name = 'a-name-that-leaves-no-room-for-what-the-hpa-adds-to-it-indeed';
    const message = refusal(await create(onTarget(name, 'orders')));
    expect(message).toContain('is already managed by the ScaledObject');
    expect(message).toContain('at most 63 are allowed');
  });

  it('refuses a target whose kind nobody serves', async () => {
    const object = aScaledObject('kind', {
      spec: { scaleTargetRef: { name: 'x', kind: 'Rollout', apiVersion: 'a.io/v1' } },
    });
    expect(refusal(await create(object))).toContain('the API server serves no kind "Rollout" in apiVersion "a.io/v1"');
  });

  it('warns of what looks like a slip, and lets it pass', async () => {
    const answer = await create(aProbe(), 'dryRun=All');
    expect(answer.status).toBe(201);
    expect(warningsOf(answer)).toContain('did you mean');
    expect(warningsOf(answer)).toContain('activationMessageCont');
  });

  it('guards a hand-made HPA until its owner or the author of the ScaledObject says otherwise', async () => {
    await world.apply(aWorker('mine', 1), aHandMadeHpa('by-hand', 'mine'));
    const plain = onTarget('mine', 'mine');
    const message = await eventuallyRefused('the HPA is known', () => create(plain, 'dryRun=All'));
    expect(message).toContain("of type 'apps/v1.Deployment' is already managed by the hpa 'by-hand'");

    const transfer = {
      name: 'mine',
      namespace: NAMESPACE,
      annotations: { [annotations.transferHpaOwnership]: 'true' },
    };
    expect(refusal(await create(onTarget('mine', 'mine', { metadata: transfer })))).toContain(
      "horizontalPodAutoscalerConfig.name: expected 'by-hand'",
    );
    const named = { horizontalPodAutoscalerConfig: { name: 'by-hand' } };
    const adopting = aScaledObject('mine', { spec: { advanced: named, triggers: [aTriggerOf('orders')] } });
    expect((await create({ ...adopting, metadata: transfer }, 'dryRun=All')).status).toBe(201);

    await world.change(HORIZONTAL_POD_AUTOSCALERS, 'by-hand', {
      metadata: { annotations: { [annotations.validateHpaOwnership]: 'false' } },
    });
    await eventually('it no longer minds', async () => (await create(plain, 'dryRun=All')).status === 201);
    expect((await create({ ...adopting, metadata: transfer })).status).toBe(201);
    await eventually(
      'the HPA is ours',
      async () => (await world.hpa('by-hand'))?.metadata.ownerReferences?.length === 1,
    );
  });

  it('wants requests for cpu triggers, from the containers or from a LimitRange, and does not ask on a dry run', async () => {
    await world.apply({ ...aDeployment('cpu', { replicas: 1 }), metadata: { name: 'cpu', namespace: NAMESPACE } });
    const object = aScaledObject('cpu', {
      spec: { minReplicaCount: 1, triggers: [{ type: 'cpu', metricType: 'Utilization', metadata: { value: '60' } }] },
    });
    expect(refusal(await create(object))).toMatch(
      /container '\S+' of Deployment 'cpu' doesn't have the cpu request defined/,
    );
    expect((await create(object, 'dryRun=All')).status).toBe(201);
    const limits = [{ type: 'Container', defaultRequest: { cpu: '100m' } }];
    const limitRange = { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'defaults' }, spec: { limits } };
    await world.apply(limitRange);
    expect((await create(object)).status).toBe(201);
    await world.remove(LIMIT_RANGES, 'defaults');
    expect(refusal(await change('cpu', { spec: { minReplicaCount: 0 } }))).toContain('nothing would wake the target');
  });

  it('lets an object be paused and deleted whatever has become of its target', async () => {
    await world.remove(DEPLOYMENTS, 'cpu');
    const paused = await change('cpu', { metadata: { annotations: { [annotations.paused]: 'true' } } });
    expect([paused.status, warningsOf(paused)]).toEqual([200, expect.stringContaining('there is no Deployment')]);
    await world.remove(scaledObjects, 'cpu');
    await eventually('it is gone', async () => (await world.find(scaledObjects, 'cpu')) === undefined);
  });

  it.each<[Kind, string, object]>([
    [
      'ScaledJob',
      '403 spec.jobTargetRef.template.spec.containers[1].name: "c" is the name of another container already',
      aJobOf('c', 'c'),
    ],
    [
      'ScaledJob',
      '201 spec.rolloutStrategy: is deprecated: write rollout.strategy',
      { ...aJobOf('c'), rolloutStrategy: 'gradual' },
    ],
    [
      'TriggerAuthentication',
      '403 spec.oauth2.tokenUrl: expected an absolute http or https URL',
      { oauth2: { clientId: 'me', tokenUrl: 'https://' } },
    ],
    ['TriggerAuthentication', '201 spec: gives nothing', {}],
    ['ClusterTriggerAuthentication', '403 spec.filePath: expected a relative path without ..', { filePath: 'team/..' }],
    [
      'ClusterTriggerAuthentication',
      '201 spec.podIdentity.provider: aws-eks is deprecated: use aws',
      { podIdentity: { provider: 'aws-eks' } },
    ],
    ['CloudEventSource', '201 spec.destination: expected http or azureEventGridTopic', { destination: {} }],
    [
      'ClusterCloudEventSource',
      '201 spec.destination.http.uri: expected an absolute http or https URL',
      { destination: { http: { uri: 'events' } } },
    ],
  ])('judges a %s too: %s', async (kind, said, spec) => {
    const { group, version, plural, namespaced } = kinds[kind].resource;
    const path = `/apis/${group}/${version}/${namespaced ? `namespaces/${NAMESPACE}/` : ''}${plural}?dryRun=All`;
    const object = { apiVersion: `${group}/${version}`, kind, metadata: { name: 'judged' }, spec };
    const answer = await writer.call('POST', path, object);
    const [status = '', ...words] = said.split(' ');
    expect(String(answer.status)).toBe(status);
    expect(status === '403' ? answer.json.message : warningsOf(answer).replaceAll('\\', '')).toContain(words.join(' '));
  });

  it('refuses all the time while its CA and its certificate are replaced', async () => {
    const serial = async (): Promise<string> =>
      (await tlsGet(port, '/', { rejectUnauthorized: false, agent: false })).serverSerial;
    const statuses = new Set<number>();
    const refusing = (why: string, isOver: () => Promise<boolean>): Promise<unknown> =>
      eventually(why, async () => {
        statuses.add((await create(onTarget('rival', 'orders'), 'dryRun=All')).status);
        return isOver();
      });
    const before = await serial();
    await storeAnotherAuthority();
    clock.jump(61_000); // it looks once a minute
    await refusing('two CAs are trusted', async () => (await trusted()).match(/BEGIN/g)?.length === 2);
    clock.jump(6_000); // it waits until everybody knows
    await refusing('another certificate is served', async () => (await serial()) !== before);
    clock.jump(61_000);
    await refusing('one CA is trusted', async () => (await trusted()).match(/BEGIN/g)?.length === 1);
    expect(statuses).toEqual(new Set([403]));
  });

  it('knows the others without the controller too', async () => {
    await world.stopProgram();
    await world.start({ controller: 'false', metricsAdapter: 'false' });
    const message = await eventuallyRefused('it is asked', () => create(onTarget('rival', 'orders'), 'dryRun=All'));
    expect(message).toContain("is already managed by the ScaledObject 'orders'");
    expect(refusal(await create(onTarget('rival', 'mine'), 'dryRun=All'))).toContain("the ScaledObject 'mine'");
  });

  it('locks nobody out while it is away, and the controller still keeps two from one target', async () => {
    await world.stopProgram();
    expect((await create(onTarget('rival', 'orders'))).status).toBe(201);
    await world.start();
    await eventually('the second is told', async () => {
      const { status, message } = await world.condition('rival', 'Ready');
      return status === 'False' && message?.includes('orders') === true;
    });
  });
});

function aJobOf(...containers: readonly string[]): object {
  const spec = { restartPolicy: 'Never', containers: containers.map((name) => ({ name, image: 'import:1' })) };
  const trigger = { type: 'redis', metadata: { address: 'redis:6379', listName: 'jobs' } };
  return { jobTargetRef: { template: { spec } }, triggers: [trigger] };
}

/** PEM, one or two. */
async function trusted(): Promise<string> {
  const { webhooks } = await world.cluster.client.get<
    KubeObject & { webhooks: readonly { clientConfig: { caBundle: string } }[] }
  >(VALIDATING_WEBHOOK_CONFIGURATIONS, CONFIGURATION, { signal });
  const [bundle, ...others] = new Set(webhooks.map(({ clientConfig }) => clientConfig.caBundle));
  if (bundle === undefined || others.length > 0) throw new Error('the entries differ');
  return Buffer.from(bundle, 'base64').toString();
}

/** As if another replica had found that a new one was due. */
async function storeAnotherAuthority(): Promise<void> {
  const names = ['sluice-metrics-apiserver', 'sluice-admission-webhooks'].map((name) => `${name}.sluice.svc`);
  const dnsNames = [...names.flatMap((name) => [name, `${name}.cluster.local`]), 'localhost'];
  const { caPem, caKeyPem, certPem, keyPem } = await createCertificateBundle(undefined, dnsNames, systemClock.now());
  const pems = { 'ca.crt': caPem, 'ca.key': caKeyPem, 'tls.crt': certPem, 'tls.key': keyPem };
  const data = Object.entries(pems).map(([key, pem]) => [key, Buffer.from(pem).toString('base64')]);
  const key = { namespace: 'sluice', name: 'sluice-certs' };
  const body = { data: Object.fromEntries(data) };
  await world.cluster.client.patch(SECRETS, key, { type: 'merge', body }, { signal });
}

function aHandMadeHpa(name: string, target: string): KubeObject {
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: target };
  const spec = { scaleTargetRef, minReplicas: 1, maxReplicas: 3 };
  const metadata = { name, namespace: NAMESPACE };
  return { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata, spec } as KubeObject;
}
