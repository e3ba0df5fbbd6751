// The manifests of one worker: a Deployment, and the ScaledObject that scales it by a Service Bus queue of the same name.
import type { ScaledObjectSpec } from '../../src/api/scaled-object.ts';
import type { KubeObject } from '../../src/kube/client.ts';
import { NAMESPACE } from './cluster.ts';
import { aDeployment } from './workload-world.ts';

type Manifest = KubeObject & { readonly spec?: unknown };

export interface WorkerOptions {
  /** Before anything scales it. */
  readonly replicas?: number;
  readonly spec?: Partial<ScaledObjectSpec>;
  readonly annotations?: Record<string, string>;
  readonly labels?: Record<string, string>;
  /** Over the trigger's own metadata. */
  readonly metadata?: Record<string, string>;
}

/** Polls every second and cools down in one; ten messages for a replica; the broker's address from the Secret `broker`. */
export function aScaledWorker(name: string, options: WorkerOptions = {}): readonly KubeObject[] {
  return [aWorker(name, options.replicas ?? 0), aScaledObject(name, options)];
}

export function aWorker(name: string, replicas: number): KubeObject {
  return { ...aDeployment(name, { replicas }), metadata: { name, namespace: NAMESPACE } };
}

export function aScaledObject(name: string, { spec, annotations, labels, metadata }: WorkerOptions = {}): Manifest {
  return {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: {
      name,
      namespace: NAMESPACE,
      ...(annotations === undefined ? {} : { annotations }),
      ...(labels === undefined ? {} : { labels }),
    },
    spec: {
      scaleTargetRef: { name },
      pollingInterval: 1,
      cooldownPeriod: 1,
      maxReplicaCount: 10,
      triggers: [aTrigger(name, metadata)],
      ...spec,
    },
  };
}

export function aTrigger(queueName: string, metadata: Record<string, string> = {}) {
  return {
    type: 'azure-servicebus',
    metadata: { queueName, messageCount: '10', ...metadata },
    authenticationRef: { name: 'broker' },
  };
}

/** The Secret and the TriggerAuthentication `broker`. */
export function brokerAccess(connection: string): readonly KubeObject[] {
  return [
    aSecret('broker', { connection }),
    {
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'TriggerAuthentication',
      metadata: { name: 'broker', namespace: NAMESPACE },
      spec: { secretTargetRef: [{ parameter: 'connection', name: 'broker', key: 'connection' }] },
    } as Manifest,
  ];
}

export function aSecret(name: string, data: Readonly<Record<string, string>>): KubeObject {
  const encoded = Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: NAMESPACE } };
  return { ...secret, data: Object.fromEntries(encoded) } as KubeObject;
}

export function aConfigMap(name: string, data: Readonly<Record<string, string>>): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: NAMESPACE }, data } as KubeObject;
}
