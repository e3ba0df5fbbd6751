// The ring of replicas of `sluice run`: which of them acts on what, and the API client that keeps to it.
import { hostname } from 'node:os';
import { type Clock, elapsedMs } from '../../async.ts';
import type { Config } from '../../config.ts';
import type { Controller } from '../../controller/controller.ts';
import { CALL_DEADLINE_MS, createMembership, type Membership, TTL_MS } from '../../controller/membership/membership.ts';
import type { NamespacedName } from '../../controller/object-key.ts';
import type { KubeObject } from '../../kube/client.ts';
import type { Connection } from '../../kube/connection.ts';
import { createKubeClient } from '../../kube/http-client.ts';
import { createLeases, type Lease, ringSelector } from '../../kube/leases.ts';
import { createReflector } from '../../kube/reflector.ts';
import { LEASES } from '../../kube/resources.ts';
import type { TransportOptions } from '../../kube/transport.ts';
import type { Logger } from '../../log.ts';
import type { Telemetry } from '../../telemetry.ts';

export interface MembershipParts {
  /** Of its own: a renewal must not wait in line behind the work of a busy controller. */
  readonly connection: Connection;
  readonly transport: TransportOptions;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly telemetry: Telemetry;
}

export function createRing(config: Config, { connection, transport, ...parts }: MembershipParts): Membership {
  const { podNamespace: namespace, serviceName: ring } = config;
  const client = createKubeClient(connection, { ...transport, deadlineMs: CALL_DEADLINE_MS });
  const durationSeconds = Math.ceil(TTL_MS / 1_000);
  const resource = LEASES;
  return createMembership({
    ...parts,
    elapsedMs,
    identity: identityOf(config),
    leases: createLeases({ client, namespace, ring, durationSeconds }),
    changes: createReflector<Lease>({ ...parts, client, resource, namespace, labelSelector: ringSelector(ring) }),
  });
}

/** The pod's name, or what comes nearest to it. */
export function identityOf({ identity }: Config): string {
  return identity || hostname().replace(/[^-.\w]+/g, '-') || 'replica';
}

/** What this replica decided about an object, with the replica that acts on it; undefined when there is nothing to say. */
export type Decisions = (key?: DecisionKey) => unknown;

export interface DecisionKey extends NamespacedName {
  /** ScaledObject when not given. */
  readonly kind?: string;
}

/** Those about ScaledJobs say their kind. */
export function decisionsOf(controller: Controller, membership: Membership | undefined): Decisions {
  const { decisions, jobDecisions, watched } = controller;
  const find = ({ kind = 'ScaledObject', ...names }: DecisionKey): object | undefined =>
    kind === 'ScaledObject' ? decisions.get(names) : kind === 'ScaledJob' ? jobDecisions.get(names) : undefined;
  if (!membership) return (key) => (key ? find(key) : [...decisions.list(), ...jobDecisions.list()]);

  const withOwner = ({ kind, metadata }: KubeObject): object => {
    const { namespace = '', name, uid = '' } = metadata;
    const said = kind === 'ScaledJob' ? { kind } : {};
    return { ...said, namespace, name, owner: membership.ownerOf(uid), ...find({ kind, namespace, name }) };
  };
  return (key) => {
    if (!key) return [...watched.scaledObjects.list(), ...watched.scaledJobs.list()].map(withOwner);
    const object = (key.kind === 'ScaledJob' ? watched.scaledJobs : watched.scaledObjects).get(key);
    return object && withOwner(object);
  };
}
