import { describe, expect, it } from '@jest/globals';
import type { ClusterView } from '../../../../src/cli/doctor/cluster.ts';
import type { Check, Finding } from '../../../../src/cli/doctor/finding.ts';
import { findInstallation } from '../../../../src/cli/doctor/installation.ts';
import { checkHpas } from '../../../../src/cli/doctor/hpas.ts';
import { checkKeda } from '../../../../src/cli/doctor/keda.ts';
import { checkMembership } from '../../../../src/cli/doctor/membership.ts';
import { checkPods } from '../../../../src/cli/doctor/pods.ts';
import { checkRights } from '../../../../src/cli/doctor/rights.ts';
import { checkScaledJobs } from '../../../../src/cli/doctor/scaled-jobs.ts';
import { checkScaledObjects } from '../../../../src/cli/doctor/scaled-objects.ts';
import { checkWebhooks } from '../../../../src/cli/doctor/webhooks.ts';
import type { KubeObject, Resource } from '../../../../src/kube/client.ts';
import * as kinds from '../../../../src/kube/resources.ts';
import { createMemoryKube, type MemoryKube } from '../../../support/memory-kube.ts';

const { signal } = new AbortController();
const NOW = Date.UTC(2026, 0, 1, 12);
const ago = (seconds: number): string => new Date(NOW - seconds * 1_000).toISOString();

async function put(client: MemoryKube, resource: Resource, name: string, rest: object): Promise<void> {
  const more = (rest as Partial<KubeObject>).metadata;
  const metadata = { ...(resource.namespaced ? { namespace: 'sluice' } : {}), ...more, name };
  await client.create(resource, { apiVersion: 'v1', kind: resource.kind, ...rest, metadata } as KubeObject, { signal });
}
const deployment = (args: readonly string[], more: object = {}): object => ({
  metadata: { labels: { 'app.kubernetes.io/name': 'sluice', 'app.kubernetes.io/instance': 'mine' } },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'sluice' } },
    template: { spec: { serviceAccountName: 'runner', containers: [{ name: 'sluice', args }] } },
    ...more,
  },
  status: { readyReplicas: 1 },
});

async function view(
  client: MemoryKube,
  args: readonly string[] = ['run'],
  more: object = {},
): Promise<{ readonly view: ClusterView; readonly findings: readonly Finding[] }> {
  await put(client, kinds.DEPLOYMENTS, 'sluice', deployment(args, more));
  const { sluice, findings } = await findInstallation(client, { namespace: undefined, account: undefined }, signal);
  return { view: { client, signal, now: () => NOW, sluice }, findings };
}
const all = async (check: Check): Promise<readonly string[]> => {
  const lines: string[] = [];
  for await (const { verdict, message } of check) lines.push(`${verdict}: ${message}`);
  return lines;
};

describe('the installation', () => {
  it('is read from the arguments and variables of its Deployment', async () => {
    const args = [
      'run',
      '--service-name=front',
      '--watch-namespace',
      'shop,bank',
      '--no-enable-apiservice-patching',
      '--later=1',
    ];
    const { view: found } = await view(createMemoryKube(), args);
    expect(found.sluice).toMatchObject({
      namespace: 'sluice',
      release: 'mine',
      account: { namespace: 'sluice', name: 'runner' },
      metricsService: { namespace: 'sluice', name: 'front' },
      parts: { watchNamespaces: ['shop', 'bank'], publishesCa: false, certSecretName: 'sluice-certs' },
    });
  });

  it('says which argument is wrong, and goes on with the defaults', async () => {
    const { findings } = await view(createMemoryKube(), ['run', '--secure-port=many']);
    expect(findings).toEqual([
      expect.objectContaining({
        verdict: 'problem',
        message: expect.stringMatching(/^Deployment sluice\/sluice: --secure-port: .*"many"/),
      }),
    ]);
  });

  it('warns of two', async () => {
    const client = createMemoryKube();
    await put(client, kinds.DEPLOYMENTS, 'second', deployment(['run']));
    const { findings } = await view(client);
    expect(findings[0]?.message).toMatch(/^2 Deployments labelled .*: sluice\/second, sluice\/sluice/);
  });
});

describe('pods', () => {
  it.each<[string, object, RegExp]>([
    [
      'an image that cannot be pulled',
      {
        containerStatuses: [
          { name: 'a', state: { waiting: { reason: 'ImagePullBackOff', message: 'no such image' } } },
        ],
      },
      /^problem: pod: ImagePullBackOff no such image$/,
    ],
    [
      'a crash loop, and why',
      {
        containerStatuses: [
          {
            name: 'a',
            restartCount: 7,
            state: { waiting: { reason: 'CrashLoopBackOff' } },
            lastState: { terminated: { reason: 'OOMKilled', exitCode: 137 } },
          },
        ],
      },
      /^problem: pod: CrashLoopBackOff ; restarted 7 times, the last time because of OOMKilled$/,
    ],
    ['one that is not ready', { phase: 'Running', containerStatuses: [] }, /^warning: pod is not ready \(Running\)$/],
  ])('tells of %s', async (_what, status, line) => {
    const client = createMemoryKube();
    await put(client, kinds.PODS, 'pod', { metadata: { labels: { app: 'sluice' } }, status });
    const { view: found } = await view(client);
    expect((await all(checkPods(found)))[1]).toMatch(line);
  });
});

describe('membership', () => {
  it('is a problem when several replicas share nothing', async () => {
    const { view: found } = await view(createMemoryKube(), ['run'], { replicas: 3 });
    expect(await all(checkMembership(found))).toEqual([
      'problem: 3 replicas without --membership: each acts on every object',
    ]);
  });

  it('counts the members that renew their Lease', async () => {
    const client = createMemoryKube();
    const metadata = { labels: { 'sluice.dev/ring': 'sluice' } };
    const spec = { holderIdentity: 'pod' };
    await put(client, kinds.LEASES, 'sluice-a', { metadata, spec: { ...spec, renewTime: ago(1) } });
    await put(client, kinds.LEASES, 'sluice-b', { metadata, spec: { ...spec, renewTime: ago(600) } });
    await put(client, kinds.LEASES, 'sluice-c', { metadata, spec: { holderIdentity: '' } });
    const { view: found } = await view(client, ['run', '--membership'], { replicas: 2 });
    expect(await all(checkMembership(found))).toEqual([
      'warning: 1 live member for 2 replicas',
      'warning: not renewed for 30 s: sluice-b',
    ]);
  });
});

describe('KEDA', () => {
  const keda = (namespaces: string): object => ({
    metadata: { namespace: 'keda', labels: { 'app.kubernetes.io/name': 'keda-operator' } },
    spec: {
      template: { spec: { containers: [{ name: 'keda', env: [{ name: 'WATCH_NAMESPACE', value: namespaces }] }] } },
    },
    status: { readyReplicas: 1 },
  });
  it.each<[string, string, string, RegExp]>([
    ['all namespaces', '', '', /^problem: KEDA's operator runs as Deployment keda\/keda-operator/],
    ['a namespace that we serve', 'shop', 'bank,shop', /^problem/],
    ['other namespaces', 'bank', 'shop', /^ok: it serves other namespaces$/],
  ])('that serves %s', async (_what, theirs, ours, line) => {
    const client = createMemoryKube();
    await put(client, kinds.DEPLOYMENTS, 'keda-operator', keda(theirs));
    const { view: found } = await view(client, ['run', `--watch-namespace=${ours}`]);
    expect(await all(checkKeda(found))).toEqual([expect.stringMatching(line)]);
  });

  it('is known by its Lease where it runs under another name', async () => {
    const client = createMemoryKube();
    await put(client, kinds.LEASES, 'operator.keda.sh', { spec: { holderIdentity: 'laptop', renewTime: ago(5) } });
    const { view: found } = await view(client);
    expect(await all(checkKeda(found))).toEqual([
      expect.stringMatching(/^warning: somebody \(laptop\) holds KEDA's Lease/),
    ]);
  });
});

describe('webhooks', () => {
  it.each([
    ['Fail', /^problem: .*does not exist: no ScaledObject can be created or changed \(failurePolicy Fail\)$/],
    ['Ignore', /^warning: .*does not exist: objects are accepted unchecked \(failurePolicy Ignore\)$/],
  ])('with nobody behind and failurePolicy %s', async (failurePolicy, line) => {
    const client = createMemoryKube();
    const { certPem } = await (await import('../../../../src/pki.ts')).createAuthority({
      commonName: 'ca',
      now: NOW,
      days: 99,
    });
    const clientConfig = {
      caBundle: Buffer.from(certPem).toString('base64'),
      service: { namespace: 'keda', name: 'gone' },
    };
    const webhook = { name: 'a', failurePolicy, clientConfig, rules: [{ apiGroups: ['keda.sh'] }] };
    const webhooks = [webhook, { ...webhook, name: 'b' }];
    await put(client, kinds.VALIDATING_WEBHOOK_CONFIGURATIONS, 'keda-admission', { webhooks });
    const { view: found } = await view(client, ['run', '--admission-webhook=false']);
    expect(await all(checkWebhooks(found))).toEqual([expect.stringMatching(line)]);
  });
});

describe('rights', () => {
  const asking = (refuses: (attributes: { resource: string; verb: string }) => boolean): MemoryKube => {
    const client = createMemoryKube();
    client.request = (async (_method: string, _path: string, body: { spec: { resourceAttributes: never } }) => ({
      status: { allowed: !refuses(body.spec.resourceAttributes) },
    })) as never;
    return client;
  };

  it('are told one by one, with what does not work without them', async () => {
    const { view: found } = await view(asking(({ resource, verb }) => resource === 'events' && verb === 'create'));
    expect(await all(checkRights(found))).toEqual([
      'problem: system:serviceaccount:sluice:runner may not create events.events.k8s.io: kubectl describe shows no Events',
    ]);
  });

  it('are told in one line when nearly all are missing', async () => {
    const { view: found } = await view(asking(() => true));
    expect(await all(checkRights(found))).toEqual([
      expect.stringMatching(/lacks the rights of the chart, as if a binding were missing/),
    ]);
  });
});

describe('objects', () => {
  const scaled = (target: string, ready?: object): object => ({
    metadata: { namespace: 'shop', creationTimestamp: ago(3_600) },
    spec: { scaleTargetRef: { name: target }, triggers: [{ type: 'cpu' }] },
    ...(ready === undefined ? {} : { status: { conditions: [{ type: 'Ready', ...ready }] } }),
  });

  it('are counted; rivals, the neglected and users of metrics-server are named', async () => {
    const client = createMemoryKube(() => NOW - 3_600_000);
    await put(client, kinds.SCALED_OBJECTS, 'one', scaled('web', { status: 'True' }));
    await put(client, kinds.SCALED_OBJECTS, 'two', scaled('web'));
    const { view: found } = await view(client);
    expect(await all(checkScaledObjects(found))).toEqual([
      'ok: 2, of which 1 ready',
      'problem: 1 of 2 have no conditions, for example shop/two: nobody acts on them',
      'warning: shop/one and shop/two name the same target, apps/v1 Deployment shop/web: only the oldest has it',
      'problem: 2 ScaledObjects have cpu or memory triggers, but there is no APIService v1beta1.metrics.k8s.io',
    ]);
  });

  it('are shown ten of, when thousands are not ready', async () => {
    const client = createMemoryKube();
    for (let i = 0; i < 50; i++) {
      await put(client, kinds.SCALED_OBJECTS, `so-${i}`, scaled(`web-${i}`, { status: 'False', message: 'no' }));
    }
    const { view: found } = await view(client);
    const lines = await all(checkScaledObjects(found));
    expect(lines.filter((line) => line.includes('is not ready: no'))).toHaveLength(10);
    expect(lines).toContain('warning: 40 more are not ready');
  });

  it('of kind ScaledJob are counted; those that are not ready are named', async () => {
    const client = createMemoryKube(() => NOW - 3_600_000);
    const { view: found } = await view(client);
    expect(await all(checkScaledJobs(found))).toEqual([]);
    await put(client, kinds.SCALED_JOBS, 'one', scaled('web', { status: 'True' }));
    await put(client, kinds.SCALED_JOBS, 'two', scaled('web'));
    await put(client, kinds.SCALED_JOBS, 'three', scaled('web', { status: 'False', message: 'no image' }));
    expect(await all(checkScaledJobs(found))).toEqual([
      'ok: 3, of which 1 ready',
      'problem: 1 of 3 have no conditions, for example shop/two: nobody acts on them',
      'warning: shop/three is not ready: no image',
    ]);
  });

  it('have HPAs without metrics, and HPAs that rest', async () => {
    const client = createMemoryKube();
    const hpa = (reason: string): object => ({
      metadata: { namespace: 'shop', labels: { 'scaledobject.keda.sh/name': 'x' } },
      status: { conditions: [{ type: 'ScalingActive', status: 'False', reason, message: 'no metrics' }] },
    });
    await put(client, kinds.HORIZONTAL_POD_AUTOSCALERS, 'rests', hpa('ScalingDisabled'));
    const { view: found } = await view(client);
    expect(await all(checkHpas(found))).toEqual(['ok: 1 made for ScaledObjects, all with their metrics']);
    await put(client, kinds.HORIZONTAL_POD_AUTOSCALERS, 'blind', hpa('FailedGetExternalMetric'));
    expect(await all(checkHpas(found))).toEqual(['warning: shop/blind has no metrics: no metrics']);
  });

  it('have rivals: HPAs of others on the same target', async () => {
    const client = createMemoryKube();
    const hpa = (name: string, more: object = {}): object => ({
      metadata: { namespace: 'shop', ...more },
      spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name } },
    });
    await put(client, kinds.HORIZONTAL_POD_AUTOSCALERS, 'ours', {
      ...hpa('web', { labels: { 'scaledobject.keda.sh/name': 'web' } }),
    });
    await put(client, kinds.HORIZONTAL_POD_AUTOSCALERS, 'by-cpu', hpa('web'));
    await put(client, kinds.HORIZONTAL_POD_AUTOSCALERS, 'elsewhere', hpa('web', { namespace: 'bank' }));
    await put(client, kinds.HORIZONTAL_POD_AUTOSCALERS, 'of-another', hpa('api'));
    const { view: found } = await view(client);
    expect(await all(checkHpas(found))).toEqual([
      'ok: 1 made for ScaledObjects, all with their metrics',
      'warning: shop/by-cpu scales Deployment "web", and so does ours of ScaledObject "web": what one does the other undoes',
    ]);
  });
});
