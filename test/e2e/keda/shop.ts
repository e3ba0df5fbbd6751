// The workloads that live through a migration: with work, at zero, paused, in fallback, with an HPA of another name; all on a real Redis.
import { Redis } from 'ioredis';
import { scaledObjects } from '../../../src/api/names.ts';
import type { ScaledObject, ScaledObjectSpec } from '../../../src/api/scaled-object.ts';
import type { Hpa } from '../../../src/controller/hpa.ts';
import type { KubeObject } from '../../../src/kube/client.ts';
import { DEPLOYMENTS, HORIZONTAL_POD_AUTOSCALERS } from '../../../src/kube/resources.ts';
import type { Deployment } from '../../../src/sandbox/controllers/workload-objects.ts';
import { CREDENTIALS, startRedis } from '../../support/brokers.ts';
import { eventually } from '../../support/eventually.ts';
import { aDeployment } from '../../support/workload-world.ts';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import { applyAll } from './apply.ts';

export interface Shop {
  /** Resolves when every workload has the size that is due to it, and every HPA gets its values. */
  settled(): Promise<void>;
  /** Resolves when the HPAs have asked some times more, so that what nobody wants would have happened. */
  livesOn(): Promise<void>;
  /** Sizes, and what makes an object the same one, by name. */
  look(): Promise<Readonly<Record<string, unknown>>>;
  everyHpa(is: (hpa: Hpa) => boolean): Promise<boolean>;
  /** Wakes `idle` up and lets it sleep again, and sees that it was the autoscaler in this namespace. */
  worksFor(namespace: string): Promise<void>;
  /** Takes `spec.advanced.horizontalPodAutoscalerConfig.behavior` from `named`. */
  dropBehavior(): Promise<void>;
  hpa(name: string): Promise<Hpa>;
  /** Where the audit log ends now. */
  mark(): Promise<number>;
  /** Who wrote the size of what, whoever it was. */
  scaleWrites(since: number): Promise<readonly string[]>;
  stop(): Promise<void>;
}

const NAMESPACE = 'shop';
const { signal } = new AbortController();

interface Workload {
  /** In its list when the shop opens; a replica handles five. */
  readonly items: number;
  readonly replicas: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec?: Partial<ScaledObjectSpec>;
  /** What stands in place of the list: KEDA makes no fallback of a Redis that it cannot connect to at all. */
  readonly instead?: string;
}

const WORKLOADS: Readonly<Record<string, Workload>> = {
  busy: { items: 45, replicas: 9 },
  idle: { items: 0, replicas: 0 },
  held: { items: 45, replicas: 3, annotations: { 'autoscaling.keda.sh/paused-replicas': '3' } },
  named: {
    items: 20,
    replicas: 4,
    spec: {
      minReplicaCount: 2,
      advanced: {
        horizontalPodAutoscalerConfig: {
          name: 'orders',
          behavior: { scaleDown: { stabilizationWindowSeconds: 60 } },
        },
      },
    },
  },
  shielded: { items: 0, replicas: 2, instead: 'no list', spec: { fallback: { failureThreshold: 2, replicas: 2 } } },
};

export async function createShop(plane: ControlPlane): Promise<Shop> {
  const { client } = plane;
  const broker = await startRedis();
  const redis = new Redis({ ...CREDENTIALS, host: '127.0.0.1', port: broker.port });
  const fill = (list: string, items: number): Promise<unknown> =>
    redis.rpush(list, ...Array.from({ length: items }, (_, i) => `item ${i}`));
  for (const [name, { items, instead }] of Object.entries(WORKLOADS)) {
    if (items > 0) await fill(name, items);
    if (instead !== undefined) await redis.set(name, instead);
  }
  await applyAll(client, [
    ...access(),
    ...Object.entries(WORKLOADS).flatMap(([name, workload]) => manifests(name, workload, `127.0.0.1:${broker.port}`)),
  ]);

  const list = async <T extends KubeObject>(resource: typeof DEPLOYMENTS): Promise<readonly T[]> =>
    (await client.list<T>(resource, { namespace: NAMESPACE, signal })).items;
  const replicasOf = async (name: string): Promise<number> =>
    (await client.get<Deployment>(DEPLOYMENTS, { namespace: NAMESPACE, name }, { signal })).spec.replicas ?? 1;
  const becomes = (name: string, replicas: number): Promise<unknown> =>
    eventually(`${name} has ${replicas} replicas`, async () => (await replicasOf(name)) === replicas, 120_000);
  const mark = async (): Promise<number> => (await plane.audit()).length;
  const shop: Shop = {
    async settled() {
      for (const [name, { replicas }] of Object.entries(WORKLOADS)) await becomes(name, replicas);
      const isAsked = ({ metadata, status }: Hpa): boolean =>
        !['keda-hpa-busy', 'orders'].includes(metadata.name) ||
        status?.conditions?.some((c) => c.type === 'ScalingActive' && c.status === 'True') === true;
      await eventually('the HPAs get their values', () => shop.everyHpa(isAsked), 60_000);
    },
    async livesOn() {
      const since = await mark();
      const asked = async (): Promise<number> =>
        (await plane.audit(since)).filter(({ objectRef }) => objectRef?.apiGroup === 'external.metrics.k8s.io').length;
      await eventually('the HPAs ask on', async () => (await asked()) >= 20, 60_000);
    },
    async look() {
      const seen: Record<string, unknown> = {};
      for (const { metadata, spec } of await list<Deployment>(DEPLOYMENTS)) seen[metadata.name] = spec.replicas;
      for (const { metadata, spec } of await list<Hpa>(HORIZONTAL_POD_AUTOSCALERS)) {
        seen[`HPA ${metadata.name}`] = { uid: metadata.uid, owners: metadata.ownerReferences, spec };
      }
      for (const { metadata, status } of await list<ScaledObject>(scaledObjects)) {
        const { originalReplicaCount, hpaName, pausedReplicaCount } = status ?? {};
        const { uid, finalizers } = metadata;
        seen[`ScaledObject ${metadata.name}`] = { uid, finalizers, originalReplicaCount, hpaName, pausedReplicaCount };
      }
      return seen;
    },
    everyHpa: async (is) => (await list<Hpa>(HORIZONTAL_POD_AUTOSCALERS)).every(is),
    async worksFor(namespace) {
      const since = await mark();
      await fill('idle', 20);
      await becomes('idle', 4);
      await redis.del('idle');
      await becomes('idle', 0);
      const writers = (await shop.scaleWrites(since)).filter((write) => !write.includes('horizontal-pod-autoscaler'));
      const strangers = writers.filter((write) => !write.startsWith(`system:serviceaccount:${namespace}:`));
      if (writers.length === 0 || strangers.length > 0) throw new Error(`idle was scaled by ${writers.join(', ')}`);
    },
    async dropBehavior() {
      const body = { spec: { advanced: { horizontalPodAutoscalerConfig: { behavior: null } } } };
      await client.patch(scaledObjects, { namespace: NAMESPACE, name: 'named' }, { type: 'merge', body }, { signal });
    },
    hpa: (name) => client.get<Hpa>(HORIZONTAL_POD_AUTOSCALERS, { namespace: NAMESPACE, name }, { signal }),
    mark,
    async scaleWrites(since) {
      const writes = (await plane.audit(since)).filter(
        ({ verb, stage, objectRef }) =>
          objectRef?.namespace === NAMESPACE &&
          objectRef.resource === 'deployments' &&
          objectRef.subresource !== 'status' &&
          ['update', 'patch'].includes(verb) &&
          stage === 'ResponseComplete',
      );
      return writes
        .filter(({ user }) => user.username !== 'system:serviceaccount:kube-system:deployment-controller')
        .map(({ user, verb, objectRef }) => `${user.username} ${verb} ${objectRef?.name}/${objectRef?.subresource}`);
    },
    async stop() {
      redis.disconnect();
      await broker.stop();
    },
  };
  return shop;
}

type Manifest = KubeObject & Readonly<Record<string, unknown>>;

function access(): readonly KubeObject[] {
  const metadata = { name: 'redis', namespace: NAMESPACE };
  const secret: Manifest = { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { ...CREDENTIALS } };
  const authentication: Manifest = {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'TriggerAuthentication',
    metadata,
    spec: { secretTargetRef: ['username', 'password'].map((key) => ({ parameter: key, name: 'redis', key })) },
  };
  return [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }, secret, authentication];
}

function manifests(name: string, { spec, annotations = {} }: Workload, address: string): readonly KubeObject[] {
  const metadata = { name, namespace: NAMESPACE };
  const deployment = aDeployment(name, { replicas: 0 });
  const { replicas: _, ...rest } = deployment.spec;
  const trigger = {
    type: 'redis',
    metadata: { address, listName: name, listLength: '5' },
    authenticationRef: { name: 'redis' },
  };
  const object: Manifest = {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: { ...metadata, annotations },
    spec: {
      scaleTargetRef: { name },
      pollingInterval: 2,
      cooldownPeriod: 5,
      maxReplicaCount: 10,
      triggers: [trigger],
      ...spec,
    },
  };
  // A Deployment that says nothing of replicas gets one; the autoscaler's way to zero begins there.
  return [{ ...deployment, metadata, spec: rest } as KubeObject, object];
}
