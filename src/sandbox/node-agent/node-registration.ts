// Makes this process a Node of the cluster and keeps it one: the Node object, its Ready condition, its Lease (Kubernetes: nodes, heartbeats).
import { arch, hostname, platform, release } from 'node:os';
import { sleep } from '../../async.ts';
import type { Clock } from '../../async.ts';
import { KubeError } from '../../errors.ts';
import type { KubeClient, KubeObject } from '../../kube/client.ts';
import { LEASES, NAMESPACES, NODES } from '../../kube/resources.ts';
import type { Logger } from '../../log.ts';
import { LOOPBACK } from './downward.ts';
import { timestamp } from './pod.ts';

export interface NodeRegistrationOptions {
  readonly client: KubeClient;
  readonly nodeName: string;
  readonly capacity: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface NodeRegistration {
  registered(): boolean;
  /** Registers, then renews the Lease until `signal` aborts; an API server that is away is waited for. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

const LEASE_NAMESPACE = 'kube-node-lease';
/** Kubernetes' own: nodeLeaseDurationSeconds 40, renewed at a quarter of it; the status is written anew every 5 minutes. */
const LEASE_DURATION_S = 40;
const RENEW_EVERY_MS = 10_000;
const STATUS_EVERY_MS = 300_000;
const RETRY_MS = 500;

export function createNodeRegistration(options: NodeRegistrationOptions): NodeRegistration {
  const { client, nodeName, clock, log } = options;
  const readySince = timestamp(clock.now());
  let uid: string | undefined;
  let statusAt = Number.NEGATIVE_INFINITY;

  const register = async (signal: AbortSignal): Promise<void> => {
    const node = await existing(() => client.get(NODES, { name: nodeName }, { signal }));
    uid = (node ?? (await client.create(NODES, nodeObject(nodeName), { signal }))).metadata.uid;
  };
  const writeStatus = async (signal: AbortSignal): Promise<void> => {
    const status = nodeStatus(nodeName, options.capacity, readySince, timestamp(clock.now()));
    await client.patch(
      NODES,
      { name: nodeName },
      { type: 'merge', body: { status } },
      { signal, subresource: 'status' },
    );
    statusAt = clock.now();
  };
  const renew = async (signal: AbortSignal): Promise<void> => {
    const key = { namespace: LEASE_NAMESPACE, name: nodeName };
    const spec = {
      holderIdentity: nodeName,
      leaseDurationSeconds: LEASE_DURATION_S,
      renewTime: new Date(clock.now()).toISOString().replace('Z', '000Z'),
    };
    const patched = await existing(() => client.patch(LEASES, key, { type: 'merge', body: { spec } }, { signal }));
    if (patched) return;
    const ownerReferences = uid === undefined ? [] : [{ apiVersion: 'v1', kind: 'Node', name: nodeName, uid }];
    const metadata = { ...key, ownerReferences };
    await ensureNamespace(signal);
    await client.create(LEASES, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec } as KubeObject, {
      signal,
    });
  };
  const ensureNamespace = async (signal: AbortSignal): Promise<void> => {
    const found = await existing(() => client.get(NAMESPACES, { name: LEASE_NAMESPACE }, { signal }));
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: LEASE_NAMESPACE } };
    if (!found) await client.create(NAMESPACES, namespace, { signal });
  };
  const beat = async (signal: AbortSignal): Promise<void> => {
    if (uid === undefined) await register(signal);
    if (clock.now() - statusAt >= STATUS_EVERY_MS) {
      // Somebody may have deleted the Node; then it is made again.
      await writeStatus(signal).catch((error: unknown) => {
        if (isNotFound(error)) uid = undefined;
        throw error;
      });
    }
    await renew(signal);
  };
  return {
    registered: () => uid !== undefined && Number.isFinite(statusAt),
    async run(signal) {
      while (!signal.aborted) {
        let waitMs = RENEW_EVERY_MS;
        try {
          await beat(signal);
        } catch (error) {
          if (signal.aborted) return;
          log.warn('node could not be kept registered', { node: nodeName, error });
          waitMs = RETRY_MS;
        }
        await sleep(clock, waitMs, signal).catch(() => {});
      }
    },
  };
}

async function existing<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof KubeError && error.code === 'KUBE_NOT_FOUND';
}

const OS = platform();
const ARCHITECTURE = arch() === 'x64' ? 'amd64' : arch();

function nodeObject(name: string): KubeObject {
  const labels = {
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': OS,
    'kubernetes.io/arch': ARCHITECTURE,
    'sandbox.sluice.dev/node': 'processes',
  };
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels } };
}

function nodeStatus(name: string, capacity: Readonly<Record<string, string>>, since: string, now: string): object {
  const condition = (type: string, status: string, reason: string, message: string): object => {
    return { type, status, reason, message, lastHeartbeatTime: now, lastTransitionTime: since };
  };
  return {
    capacity,
    allocatable: capacity,
    addresses: [
      { type: 'InternalIP', address: LOOPBACK },
      { type: 'Hostname', address: hostname() },
    ],
    conditions: [
      condition('MemoryPressure', 'False', 'NotWatched', 'memory is not watched'),
      condition('DiskPressure', 'False', 'NotWatched', 'the disk is not watched'),
      condition('PIDPressure', 'False', 'NotWatched', 'process ids are not watched'),
      condition('Ready', 'True', 'NodeAgentReady', `${name} runs containers as local processes`),
    ],
    nodeInfo: {
      architecture: ARCHITECTURE,
      operatingSystem: OS,
      osImage: `${OS} ${release()}`,
      kernelVersion: release(),
      kubeletVersion: 'v1.36.0+sluice',
      kubeProxyVersion: '',
      containerRuntimeVersion: 'processes://1',
      machineID: '',
      systemUUID: '',
      bootID: '',
    },
  };
}
