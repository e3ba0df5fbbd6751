// Leases (coordination.k8s.io/v1) as the members of a ring: one for each member, renewed as long as it lives.
import { LONGEST_NAME } from '../api/names.ts';
import type { KubeClient, KubeObject } from './client.ts';
import { LEASES } from './resources.ts';

/** The value tells one ring from another in the same namespace. */
export const RING_LABEL = 'sluice.dev/ring';
/** The members that the holder leaves room for, separated by commas. A version that says it otherwise says it under another name. */
export const MEMBERS = 'sluice.dev/ring-v1';
/** What the holder tells the others about its objects. */
export const NOTES = 'sluice.dev/notes-v1';

/** As far as a ring uses it. */
export interface Lease extends KubeObject {
  readonly spec?: {
    /** client-go's leader election: empty when the holder has given it up. */
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
  };
}

export interface LeaseOf {
  readonly name: string;
  readonly uid: string;
}

export interface Renewal {
  readonly members: readonly string[];
  readonly notes: string;
  /** Wall time, milliseconds since the epoch; people read it, nobody else. */
  readonly at: number;
}

/** Every method rejects with a KubeError, or with the signal's reason. */
export interface Leases {
  /** Every one of the ring, as the API server has them at that moment. */
  list(signal: AbortSignal): Promise<readonly Lease[]>;
  create(name: string, identity: string, renewal: Renewal, signal: AbortSignal): Promise<LeaseOf>;
  /** KUBE_NOT_FOUND or KUBE_CONFLICT when it is not there any more. */
  renew(lease: LeaseOf, renewal: Renewal, signal: AbortSignal): Promise<void>;
  /** Says that the holder is done. */
  release(lease: LeaseOf, signal: AbortSignal): Promise<void>;
  /** With a version only if it is still that one: KUBE_CONFLICT otherwise. Absent is not an error. */
  remove(lease: LeaseOf & { readonly version?: string }, signal: AbortSignal): Promise<void>;
}

export interface LeasesOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly ring: string;
  /** What the Lease says about how long it counts; whole seconds. */
  readonly durationSeconds: number;
}

export function createLeases({ client, namespace, ring, durationSeconds }: LeasesOptions): Leases {
  const annotationsOf = ({ members, notes }: Renewal): Record<string, string> => ({
    [MEMBERS]: members.join(','),
    [NOTES]: notes,
  });

  return {
    async list(signal) {
      return (await client.list<Lease>(LEASES, { namespace, labelSelector: ringSelector(ring), signal })).items;
    },
    async create(name, holderIdentity, renewal, signal) {
      const renewTime = microTime(renewal.at);
      const lease: Lease = {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name, namespace, labels: { [RING_LABEL]: ringName(ring) }, annotations: annotationsOf(renewal) },
        spec: { holderIdentity, leaseDurationSeconds: durationSeconds, acquireTime: renewTime, renewTime },
      };
      const { metadata } = await client.create(LEASES, lease, { signal });
      return { name, uid: metadata.uid ?? '' };
    },
    async renew({ name, uid }, renewal, signal) {
      // Nobody else writes it, so no version is asked for: an answer that got lost must not make the next renewal fail.
      const body = {
        metadata: { uid, annotations: annotationsOf(renewal) },
        spec: { renewTime: microTime(renewal.at) },
      };
      await client.patch(LEASES, { namespace, name }, { type: 'merge', body }, { signal });
    },
    async release({ name, uid }, signal) {
      const body = { metadata: { uid }, spec: { holderIdentity: '' } };
      await client.patch(LEASES, { namespace, name }, { type: 'merge', body }, { signal });
    },
    async remove({ name, uid, version }, signal) {
      const precondition = version === undefined ? { uid } : { uid, resourceVersion: version };
      await client.delete(LEASES, { namespace, name }, { ...precondition, signal });
    },
  };
}

/** Selects the Leases of one ring. */
export function ringSelector(ring: string): string {
  return `${RING_LABEL}=${ringName(ring)}`;
}

function ringName(ring: string): string {
  return ring.slice(0, LONGEST_NAME).replace(/[^A-Za-z0-9]+$/, '');
}

/** metav1.MicroTime. */
function microTime(atMs: number): string {
  return new Date(atMs).toISOString().replace('Z', '000Z');
}
